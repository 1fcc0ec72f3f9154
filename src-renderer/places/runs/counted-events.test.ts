// Tests of which events count.
import { expect, it } from 'vitest';
import type { AttemptSummary, RunEvent } from '../../../src-main/contract/runs.ts';
import { eventsByStanding } from './counted-events.ts';

const event = (id: number, attempt: number, step: number, kind: RunEvent['kind']): RunEvent => ({
  id,
  attempt,
  step,
  kind,
  message: '',
  createdAt: 0,
  requester: null,
});
const attempt = (number: number, supersededAfter: number | null): AttemptSummary => ({
  attempt: number,
  startStep: 0,
  startedAt: 0,
  endedAt: null,
  lastStep: 5000,
  supersededAfter,
  environment: null,
});
const applied = (appliedStep: number) => ({ state: 'applied' as const, appliedStep });
const dropped = { state: 'dropped' as const, appliedStep: null };

const ids = (events: readonly RunEvent[]): number[] => events.map(({ id }) => id);

it('leaves out what a roll back has dropped, and keeps its own mark', () => {
  const events = [
    event(1, 1, 500, 'edit'),
    event(2, 1, 1000, 'edit'),
    event(3, 1, 2000, 'edit'),
    event(4, 1, 2500, 'warning'),
    event(5, 1, 3000, 'failed'),
    event(6, 1, 1000, 'rolled-back'),
    event(7, 2, 1000, 'resumed'),
    event(8, 2, 2000, 'paused'),
  ];
  const { counted, superseded } = eventsByStanding(
    { events, attempts: [attempt(1, 1000), attempt(2, null)] },
    { edits: [applied(500), dropped, dropped], isComplete: true },
  );
  expect([ids(counted), ids(superseded)]).toEqual([
    [1, 6, 7, 8],
    [2, 3, 4, 5],
  ]);
});

it('keeps the mark of an edit that is applied again after a crash', () => {
  const events = [event(1, 1, 2000, 'edit'), event(2, 1, 2000, 'warning')];
  const { counted, superseded } = eventsByStanding(
    { events, attempts: [attempt(1, 1000), attempt(2, null)] },
    { edits: [applied(2000)], isComplete: true },
  );
  expect([ids(counted), ids(superseded)]).toEqual([[1], [2]]);
});

it('keeps all edits while only some are known, and events before the first attempt', () => {
  const events = [event(1, 1, 2000, 'edit'), event(2, 0, 2000, 'extended')];
  expect(ids(eventsByStanding({ events, attempts: [attempt(1, 1000)] }, { edits: [], isComplete: false }).counted)).toEqual([1, 2]);
});
