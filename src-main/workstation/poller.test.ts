// The poller's states: nobody listening, listening, reads that fail, and reads that work again. The store is a real one that
// can be told to throw; time is fake.
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { WorkstationEvent } from '../contract/requests.ts';
import { newRun, temporaryStore } from '../store/testing/temporary-store.ts';
import { createPoller } from './poller.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function bench() {
  const store = temporaryStore();
  let problem: Error | null = null;
  let reads = 0;
  const guard = <T>(read: () => T): T => {
    reads += 1;
    if (problem !== null) throw problem;
    return read();
  };
  const errors: string[] = [];
  const runs = Object.assign(Object.create(store.runs) as typeof store.runs, {
    revision: () => guard(() => store.runs.revision()),
    changedSince: (revision: number) => guard(() => store.runs.changedSince(revision)),
    waiting: () => store.runs.waiting(),
    list: () => store.runs.list(),
  });
  const poller = createPoller({
    store: { dataDirectory: store.dataDirectory, queue: store.queue, runs },
    onError: (error) => errors.push((error as Error).message),
    storageTrouble: () => null,
    pollMs: 250,
    machineMs: 1e9,
  });
  const events: WorkstationEvent[] = [];
  return {
    store,
    poller,
    errors,
    events,
    listen: () => poller.subscribe((event) => void (event.kind === 'machine' || events.push(event))),
    fail: (message: string | null) => (problem = message === null ? null : new Error(message)),
    readsDuring: (milliseconds: number): number => {
      const before = reads;
      vi.advanceTimersByTime(milliseconds);
      return reads - before;
    },
    changed: (): string[] => events.flatMap((event) => (event.kind === 'runs-changed' ? event.runs.map(({ id }) => id) : [])),
  };
}

it('goes on after a read that throws while the first listener is added, and tells what was changed meanwhile', () => {
  const { store, poller, errors, listen, fail, changed } = bench();
  fail('the disk is gone');
  listen();
  const run = newRun(store);
  vi.advanceTimersByTime(2000);
  expect([errors, changed()]).toEqual([['the disk is gone'], []]);
  fail(null);
  vi.advanceTimersByTime(16_000);
  expect([errors, changed()]).toEqual([['the disk is gone'], [run]]);
  const later = newRun(store);
  vi.advanceTimersByTime(250);
  expect(changed()).toEqual([run, later]);
  poller.close();
});

it('waits longer after each failure, up to 16 s, and as before once a read works', () => {
  const { poller, errors, listen, fail, readsDuring } = bench();
  listen();
  expect(readsDuring(1000)).toBe(4);
  fail('locked');
  // 250, then 500, 1000, 2000, … after each failure.
  expect([250, 500, 1000, 2000, 4000, 8000, 16_000, 16_000].map((wait) => [readsDuring(wait - 1), readsDuring(1)])).toEqual(
    Array.from({ length: 8 }, () => [0, 1]),
  );
  fail(null);
  readsDuring(16_000);
  expect(readsDuring(1000)).toBe(4);
  fail('locked');
  readsDuring(1000);
  expect(errors).toEqual(['locked', 'locked']);
  poller.close();
});

it('tells the other listeners what one of them throws at, and goes on', () => {
  const { store, poller, errors, listen, changed } = bench();
  poller.subscribe((event) => {
    if (event.kind === 'runs-changed') throw new Error('a window is gone');
  });
  listen();
  const run = newRun(store);
  poller.pollNow();
  expect([errors, changed()]).toEqual([['a window is gone'], [run]]);
  poller.close();
});

it('reads nothing while nobody listens, and tells each listener what changes from then on', () => {
  const { store, poller, listen, readsDuring, changed } = bench();
  newRun(store);
  expect(readsDuring(10_000)).toBe(0);
  const end = listen();
  readsDuring(1000);
  expect(changed()).toEqual([]);
  const run = newRun(store);
  readsDuring(250);
  expect(changed()).toEqual([run]);
  end();
  newRun(store);
  expect(readsDuring(10_000)).toBe(0);
  listen();
  readsDuring(1000);
  expect(changed()).toEqual([run]);
  poller.close();
  expect(readsDuring(10_000)).toBe(0);
});

it('says the database’s revision with what changed: newer than the list before, as new as the list after', () => {
  const { store, poller, listen, events } = bench();
  const before = store.runs.revision();
  listen();
  store.queue.enqueue(newRun(store));
  poller.pollNow();
  const after = store.runs.revision();
  expect(events.filter(({ kind }) => kind !== 'run-data-changed')).toMatchObject([
    { kind: 'runs-changed', revision: after },
    { kind: 'queue-changed', revision: after },
  ]);
  expect(after).toBeGreaterThan(before);
  poller.close();
});
