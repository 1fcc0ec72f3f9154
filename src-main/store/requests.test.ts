// Events, requests to trainers, and the index of checkpoints.
import { describe, expect, it } from 'vitest';
import { newRun, openAttempt, refusal, temporaryStore } from './testing/temporary-store.ts';

describe('events', () => {
  it('keeps them in order, and knows an edited run', () => {
    const store = temporaryStore();
    const run = newRun(store);
    const attempt = openAttempt(store, run);
    const first = store.events.append(run, attempt, { step: 0, kind: 'started', message: 'on cpu', requester: null });
    expect(store.runs.summary(run).isEdited).toBe(false);
    store.events.append(run, attempt, { step: 500, kind: 'edit', message: 'temperature 0.2', requester: 'window' });
    expect(store.events.list(run)).toMatchObject([
      { id: first, attempt, step: 0, kind: 'started', message: 'on cpu', requester: null },
      { attempt, step: 500, kind: 'edit', message: 'temperature 0.2', requester: 'window' },
    ]);
    expect(store.runs.summary(run).isEdited).toBe(true);
  });
});

describe('requests', () => {
  it('reach the trainer in order, once', () => {
    const store = temporaryStore();
    const [run, other] = [newRun(store), newRun(store)];
    expect(refusal(() => store.commands.request(run, 'pause', 'window'))).toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('is stopped: no trainer holds it that could pause') as string,
    });
    const attempt = openAttempt(store, run);
    openAttempt(store, other);
    const pause = store.commands.request(run, 'pause', 'window');
    const stop = store.commands.request(run, 'stop', 'CLI');
    store.commands.request(other, 'checkpoint', 'CLI');
    expect(store.commands.pending(run)).toMatchObject([
      { id: pause, run, action: 'pause', requester: 'window' },
      { id: stop, action: 'stop' },
    ]);
    store.commands.done(pause, 70);
    expect(store.commands.pending(run)).toMatchObject([{ id: stop }]);
    expect(store.commands.outstanding().map((command) => command.run)).toEqual([run, other]);
    store.attempts.close(run, attempt);
    expect(store.commands.outstanding().map((command) => command.run)).toEqual([other]);
    expect(refusal(() => store.commands.done(999, 1)).code).toBe('not-found');
    expect(refusal(() => store.commands.done(stop, -1)).code).toBe('invalid');
  });

  it('may be made before the trainer is there', () => {
    const store = temporaryStore();
    const run = newRun(store);
    store.queue.enqueue(run);
    store.queue.claim({ share: 1, claimant: 'a test' });
    store.commands.request(run, 'stop', 'window');
    openAttempt(store, run);
    expect(store.commands.pending(run)).toMatchObject([{ action: 'stop' }]);
  });
});

describe('checkpoints', () => {
  it('keeps the newest', () => {
    const store = temporaryStore();
    const run = newRun(store);
    const attempt = openAttempt(store, run);
    expect(store.checkpoints.newest(run)).toBeNull();
    const details = { segments: ['replay/0.bin'], nested: { a: 1.5 } };
    for (const step of [10, 20, 30])
      store.checkpoints.add(run, attempt, {
        step,
        path: `checkpoints/${step}`,
        bytes: step,
        sha256: 'ab'.repeat(32),
        createdAt: step,
        details,
      });
    expect(store.checkpoints.newest(run)).toMatchObject({
      run,
      attempt,
      step: 30,
      path: 'checkpoints/30',
      bytes: 30,
      sha256: 'ab'.repeat(32),
      createdAt: 30,
      details,
    });
    expect(store.checkpoints.removeOlder(run, 2).map((checkpoint) => checkpoint.path)).toEqual(['checkpoints/10']);
    expect(store.checkpoints.removeOlder(run, 2)).toEqual([]);
    expect(store.checkpoints.list(run).map((checkpoint) => checkpoint.step)).toEqual([30, 20]);
    expect(store.runs.get(run).checkpoints).toEqual([
      { step: 30, attempt, createdAt: 30, bytes: 30 },
      { step: 20, attempt, createdAt: 20, bytes: 20 },
    ]);
  });
});
