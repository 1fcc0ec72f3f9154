import { describe, expect, it, vi } from 'vitest';
import { newRun, openAttempt, refusal, startProcess, temporaryDirectory, temporaryStore } from './testing/temporary-store.ts';
import { processIdentity, type Store } from './store.ts';

const claim = (store: Store, share = 1): string | null => store.queue.claim({ share, claimant: 'a test' });
const order = (store: Store): string[] => store.queue.list().map((entry) => entry.name);

function queueOf(store: Store, ...names: string[]): string[] {
  return names.map((name) => {
    const run = newRun(store, name);
    store.queue.enqueue(run);
    return run;
  });
}

describe('queue', () => {
  it('orders, moves and cancels', () => {
    const store = temporaryStore();
    const [a = '', b = '', c = ''] = queueOf(store, 'a', 'b', 'c');
    expect(store.queue.list()).toMatchObject([
      { run: a, position: 1, name: 'a' },
      { run: b, position: 2 },
      { run: c, position: 3 },
    ]);
    store.queue.move(c, 1);
    expect(order(store)).toEqual(['c', 'a', 'b']);
    store.queue.move(c, 99_999);
    expect(order(store)).toEqual(['a', 'b', 'c']);
    store.queue.enqueue(a);
    expect(order(store)).toEqual(['a', 'b', 'c']);
    store.queue.cancel(b);
    expect(order(store)).toEqual(['a', 'c']);
    expect(store.runs.summary(b)).toMatchObject({ state: 'stopped', stateReason: 'taken out of the queue', queuePosition: null });
    expect(store.runs.summary(c)).toMatchObject({ state: 'queued', queuePosition: 2 });
    for (const act of [() => store.queue.cancel(b), () => store.queue.move(b, 1)]) expect(refusal(act).code).toBe('conflict');
    for (const act of [() => store.queue.cancel('nowhere'), () => store.queue.move('nowhere', 1), () => store.queue.enqueue('nowhere')]) {
      expect(refusal(act).code).toBe('not-found');
    }
  });

  it('gives out the first runs while there is room', () => {
    const store = temporaryStore();
    const [a = '', b = ''] = queueOf(store, 'a', 'b', 'c');
    expect(claim(store, 0)).toBeNull();
    expect(claim(store)).toBe(a);
    expect(store.runs.summary(a)).toMatchObject({ state: 'running', stateReason: 'starting' });
    expect(claim(store)).toBeNull();
    const attempt = openAttempt(store, a);
    expect(claim(store)).toBeNull();
    store.runs.setState(a, 'paused');
    expect(claim(store), 'a paused trainer keeps its place').toBeNull();
    expect(claim(store, 2)).toBe(b);
    store.attempts.close(a, attempt);
    store.runs.setState(a, 'finished');
    expect(claim(store)).toBeNull();
    store.queue.unclaim(b);
    expect(order(store)).toEqual(['b', 'c']);
    expect(claim(store)).toBe(b);
    store.queue.unclaim(a);
    expect(store.runs.summary(a).state).toBe('finished');
  });

  it('keeps a claim while its trainer says what it is doing', () => {
    const store = temporaryStore();
    const [a = ''] = queueOf(store, 'a');
    claim(store);
    store.queue.takeClaim(a, processIdentity());
    store.runs.setReason(a, 'fitting the behaviour prior');
    expect(store.attempts.reapDead()).toEqual([]);
    expect(store.runs.summary(a)).toMatchObject({ state: 'running', stateReason: 'fitting the behaviour prior' });
    openAttempt(store, a);
    expect(store.runs.summary(a)).toMatchObject({ state: 'running', stateReason: null });
  });

  it('does not count trainers that have vanished', () => {
    const store = temporaryStore();
    const [a = '', b = ''] = queueOf(store, 'a', 'b');
    claim(store);
    openAttempt(store, a);
    expect(store.queue.claim({ share: 1, claimant: 'a test', judge: () => 'dead' })).toBe(b);
  });

  it.each([
    ['forward', 31_000],
    ['back', -3_600_000],
  ])('puts a claim that no trainer took over back to the front, also with the clock set %s', (_, shift) => {
    const store = temporaryStore();
    const [a = ''] = queueOf(store, 'a', 'b');
    expect(claim(store)).toBe(a);
    vi.useFakeTimers({ now: Date.now() + shift, toFake: ['Date'] });
    try {
      expect(claim(store, 0)).toBeNull();
      expect(order(store)).toEqual(['a', 'b']);
      expect(claim(store)).toBe(a);
    } finally {
      vi.useRealTimers();
    }
  });

  it('keeps a claim for as long as the trainer that took it lives, and from other trainers', () => {
    const store = temporaryStore();
    const [a = ''] = queueOf(store, 'a', 'b');
    expect(claim(store)).toBe(a);
    const loading = processIdentity();
    store.queue.takeClaim(a, loading);
    expect(refusal(() => store.queue.takeClaim(a, { pid: 1, bootId: loading.bootId })).code).toBe('conflict');
    vi.useFakeTimers({ now: Date.now() + 3_600_000, toFake: ['Date'] });
    try {
      expect(claim(store)).toBeNull();
      expect(order(store)).toEqual(['b']);
      expect(store.queue.claim({ share: 1, claimant: 'a test', judge: () => 'dead' }), 'the trainer died while it loaded').toBe(a);
    } finally {
      vi.useRealTimers();
    }
    openAttempt(store, a);
    expect(refusal(() => store.queue.takeClaim(a, { pid: 1, bootId: loading.bootId })).code).toBe('conflict');
    store.queue.takeClaim(a, loading);
    for (const [pid, field] of [
      [0, 'pid'],
      [1.5, 'pid'],
      [Number.NaN, 'pid'],
    ] as const) {
      expect(refusal(() => store.queue.takeClaim(a, { pid, bootId: 'x' })).message).toContain(field);
    }
    expect(refusal(() => store.queue.takeClaim('nowhere', loading)).code).toBe('not-found');
  });

  it('takes a run out when a trainer starts it otherwise', () => {
    const store = temporaryStore();
    const [a = ''] = queueOf(store, 'a', 'b');
    openAttempt(store, a);
    expect(order(store)).toEqual(['b']);
  });

  it('never gives out more than the share to racing processes', async () => {
    const directory = temporaryDirectory();
    const store = temporaryStore(directory);
    const names = Array.from({ length: 24 }, (_, index) => `run ${index}`);
    queueOf(store, ...names);
    const processes = Array.from({ length: 3 }, () => startProcess('claim-process.ts', directory, '2'));
    expect(await Promise.all(processes.map(({ ended }) => ended))).toEqual([0, 0, 0]);
    const lines = processes.flatMap(({ lines: printed }) => printed.map((line) => line.split(' ')));
    expect(new Set(lines.map(([run]) => run)).size).toBe(24);
    expect(lines).toHaveLength(24);
    expect(Math.max(...lines.map(([, alive]) => Number(alive)))).toBeLessThanOrEqual(2);
    expect(store.runs.list().every((run) => run.state === 'finished')).toBe(true);
  });
});
