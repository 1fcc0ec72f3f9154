// Tests of what the timeline shows.
import { expect, it } from 'vitest';
import type { EvaluationSummary, RunEvent } from '../../../src-main/contract/runs.ts';
import { bestRollout, chartMarks, editLabel, notableEvents, supersededMarks, thinned } from './timeline.ts';

const event = (id: number, step: number, kind: RunEvent['kind'], message = ''): RunEvent => ({
  id,
  step,
  kind,
  message,
  attempt: 1,
  createdAt: 0,
  requester: null,
});

it('finds the best recorded episode', () => {
  const evaluation: EvaluationSummary = {
    step: 1000,
    attempt: 1,
    returns: Float64Array.of(1, 5, 3),
    lengths: Int32Array.of(1, 5, 3),
    meanReturn: 3,
    hasPolicy: true,
    rollouts: [
      { id: 7, episode: 2, return: 3, length: 3, kind: 'median', isKept: true },
      { id: 8, episode: 1, return: 5, length: 5, kind: 'best', isKept: true },
    ],
  };
  expect(bestRollout(evaluation)?.id).toBe(8);
  expect(bestRollout({ ...evaluation, rollouts: [] })).toBeNull();
});

it('orders events by step and leaves out what the line shows anyway', () => {
  const events = [event(3, 200, 'paused'), event(1, 0, 'started'), event(4, 100, 'checkpoint'), event(2, 200, 'warning')];
  expect(notableEvents(events).map(({ id }) => id)).toEqual([2, 3]);
});

it('marks edits with their message, in the colour of edits', () => {
  expect(chartMarks([event(1, 10, 'edit', 'temperature 0.1 → 0.2'), event(2, 20, 'resumed'), event(3, 30, 'checkpoint')])).toEqual([
    { x: 10, label: 'temperature 0.1→0.2' },
    { x: 20, label: 'resumed', colour: 'var(--faint)' },
  ]);
});

it('marks what no longer counts faintly', () => {
  expect(supersededMarks([event(1, 10, 'edit', 'temperature 0.1 → 0.2'), event(3, 30, 'checkpoint')])).toEqual([
    { x: 10, label: 'temperature 0.1→0.2, superseded', colour: 'var(--faint)' },
  ]);
});

it.each([
  ['residual-scale 0.002 → 0.004', 'c 0.002→0.004'],
  [`prior-mean ${'0.1,'.repeat(40)}`, `prior-mean ${'0.1,'.repeat(40)}`.slice(0, 43) + '…'],
])('writes %j beside its line as %j', (message, label) => expect(editLabel(message)).toBe(label));

it('puts marks together that lie on each other', () => {
  const events = Array.from({ length: 1000 }, (_, i) => event(i, 500 + i / 1000, 'edit'));
  expect(thinned([...events, event(1001, 900, 'edit'), event(1002, 500, 'paused')], 1000, ({ kind }) => kind).map(({ id }) => id)).toEqual([
    999, 1001, 1002,
  ]);
});
