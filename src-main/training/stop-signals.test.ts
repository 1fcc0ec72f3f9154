// Signals to a trainer, one after another, and a run whose trainer could not write its last checkpoint.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { processIdentity } from '../store/store.ts';
import { environment, newRun, temporaryStore } from '../store/testing/temporary-store.ts';
import { endWithoutCheckpoint, StopSignals } from './stop-signals.ts';

describe('signals to stop', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  function listen() {
    const did: string[] = [];
    const log: string[] = [];
    const signals = new StopSignals({
      log: (line) => log.push(line),
      ask: (signal) => did.push(`ask ${signal}`),
      leave: (signal) => did.push(`leave ${signal}`),
    });
    return { did, log, signals };
  }

  it('ask first; a second one waits five seconds for the checkpoint', () => {
    const { did, log, signals } = listen();
    signals.take('SIGTERM');
    vi.advanceTimersByTime(60_000);
    expect(did).toEqual(['ask SIGTERM']);
    signals.take('SIGINT');
    vi.advanceTimersByTime(4999);
    expect(did).toEqual(['ask SIGTERM']);
    vi.advanceTimersByTime(1);
    expect(did).toEqual(['ask SIGTERM', 'leave SIGINT']);
    expect(log).toEqual([
      'SIGTERM: writing a checkpoint, then stopping.',
      'SIGINT again: 5 s more for the checkpoint, then the end without one. A third signal ends at once.',
    ]);
  });

  it('end at once with the third', () => {
    const { did, signals } = listen();
    for (let k = 0; k < 3; k += 1) signals.take('SIGTERM');
    expect(did).toEqual(['ask SIGTERM', 'leave SIGTERM']);
  });
});

describe('an end without a checkpoint', () => {
  it('says from where the run can be continued', () => {
    const store = temporaryStore();
    const run = newRun(store);
    const attempt = store.attempts.open(run, { startStep: 0, environment, ...processIdentity() });
    const log: string[] = [];
    store.checkpoints.add(run, attempt, { step: 5000, path: 'c', bytes: 1, sha256: 'a'.repeat(64), createdAt: 1, details: null });
    endWithoutCheckpoint(store, run, 'SIGTERM', (line) => log.push(line));
    const reason =
      'ended by another SIGTERM before a checkpoint of its last step was written. It can be continued from its checkpoint at step 5,000.';
    expect(store.runs.summary(run)).toMatchObject({ state: 'interrupted', stateReason: reason });
    expect(log).toEqual([reason]);
    expect(store.attempts.holder(run)).toBeNull();
    // Once it has ended, nothing is left to say.
    endWithoutCheckpoint(store, run, 'SIGTERM', (line) => log.push(line));
    expect(log).toHaveLength(1);
  });

  it('does not leave a run that only starts to the queue', () => {
    const store = temporaryStore();
    const run = newRun(store);
    store.queue.enqueue(run);
    expect(store.queue.claim({ share: 1, claimant: 'test' })).toBe(run);
    store.queue.takeClaim(run, processIdentity());
    endWithoutCheckpoint(store, run, 'SIGINT', () => {});
    expect(store.runs.summary(run)).toMatchObject({
      state: 'stopped',
      stateReason: 'ended by another SIGINT while it started. It can be continued from the start, since it has no checkpoint.',
    });
    expect(store.queue.claim({ share: 1, claimant: 'test' })).toBeNull();
  });
});
