// A window that reads slowly: answers arrive, events are merged and counted.
import { beforeEach, describe, expect, it } from 'vitest';
import type { ServerMessage } from '../../contract/messages.ts';
import type { RunSummary } from '../../contract/runs.ts';
import type { WorkstationEvent } from '../../contract/requests.ts';
import { createSendQueue, mergeEvents, type SendQueue } from './send-queue.ts';

/** As much of a run as merging looks at. */
const run = (id: string, name = id): RunSummary => ({ id, name }) as RunSummary;
const runsChanged = (runs: RunSummary[], removed: string[] = [], revision = 1): WorkstationEvent => ({
  kind: 'runs-changed',
  revision,
  runs,
  removed,
});
const machine = (cpuShare: number): WorkstationEvent => ({
  kind: 'machine',
  cpuShare,
  memoryUsedBytes: 1,
  memoryTotalBytes: 2,
  diskFreeBytes: 3,
  storageTrouble: null,
});

describe('send queue', () => {
  let sent: ServerMessage[];
  let buffered: number;
  let isGivenUp: boolean;
  let queue: SendQueue;
  beforeEach(() => {
    sent = [];
    buffered = 0;
    isGivenUp = false;
    queue = createSendQueue({
      bufferedBytes: () => buffered,
      send: (message) => sent.push(message),
      giveUp: () => (isGivenUp = true),
      softLimit: 100,
      hardLimit: 1000,
    });
  });

  it('sends at once while there is room', () => {
    queue.event(machine(0.1));
    queue.event(machine(0.2));
    expect(sent).toEqual([
      { kind: 'event', event: machine(0.1), dropped: 0 },
      { kind: 'event', event: machine(0.2), dropped: 0 },
    ]);
  });

  it('holds the newest of each kind back, counts the others, and never an answer', () => {
    buffered = 101;
    queue.event(machine(0.1));
    queue.event(machine(0.2));
    queue.event(runsChanged([run('a', 'old'), run('b')]));
    queue.event(runsChanged([run('a', 'new')]));
    queue.answer({ kind: 'response', id: 1, value: 'x' });
    queue.flush();
    expect(sent).toEqual([{ kind: 'response', id: 1, value: 'x' }]);
    buffered = 0;
    queue.flush();
    expect(sent.slice(1)).toEqual([
      { kind: 'event', event: machine(0.2), dropped: 2 },
      { kind: 'event', event: runsChanged([run('b'), run('a', 'new')]), dropped: 2 },
    ]);
    queue.flush();
    expect(sent).toHaveLength(3);
  });

  it('gives a window up that asks and does not read', () => {
    buffered = 1001;
    queue.answer({ kind: 'welcome' });
    expect([isGivenUp, sent.length]).toEqual([true, 0]);
  });
});

describe('mergeEvents', () => {
  it.each<[string, WorkstationEvent, WorkstationEvent, WorkstationEvent]>([
    ['deleted after a change', runsChanged([run('a')]), runsChanged([], ['a']), runsChanged([], ['a'])],
    ['restored after a deletion', runsChanged([], ['a', 'b']), runsChanged([run('a')]), runsChanged([run('a')], ['b'])],
    ['at the later moment', runsChanged([run('a')], [], 3), runsChanged([], ['b'], 7), runsChanged([run('a')], ['b'], 7)],
    ['deleted twice', runsChanged([], ['a']), runsChanged([], ['a']), runsChanged([], ['a'])],
    [
      'queues',
      { kind: 'queue-changed', revision: 1, entries: [{ run: 'a', position: 1, name: 'a', enqueuedAt: 0 }] },
      { kind: 'queue-changed', revision: 2, entries: [] },
      { kind: 'queue-changed', revision: 2, entries: [] },
    ],
    [
      'data of two runs',
      {
        kind: 'run-data-changed',
        runs: [
          { run: 'a', environmentSteps: 1, snapshotStep: null, evaluationCount: 0, eventCount: 0 },
          { run: 'b', environmentSteps: 1, snapshotStep: null, evaluationCount: 0, eventCount: 0 },
        ],
      },
      { kind: 'run-data-changed', runs: [{ run: 'b', environmentSteps: 2, snapshotStep: 2, evaluationCount: 1, eventCount: 0 }] },
      {
        kind: 'run-data-changed',
        runs: [
          { run: 'a', environmentSteps: 1, snapshotStep: null, evaluationCount: 0, eventCount: 0 },
          { run: 'b', environmentSteps: 2, snapshotStep: 2, evaluationCount: 1, eventCount: 0 },
        ],
      },
    ],
  ])('%s', (_name, earlier, later, merged) => expect(mergeEvents(earlier, later)).toEqual(merged));
});
