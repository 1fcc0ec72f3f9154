// Trainers that die before they begin.
import { expect, it } from 'vitest';
import { createLaunchLimit } from './launch-limit.ts';

it('gives a run three starts without an attempt, and starts counting anew after each', () => {
  const limit = createLaunchLimit({ limit: 3 });
  expect([1, 2, 3].map(() => limit.isExceededBy('a', 0))).toEqual([false, false, true]);
  // A person starts it again.
  expect([1, 2, 3].map(() => limit.isExceededBy('a', 0))).toEqual([false, false, true]);
});

it('lets a run that begins start as often as it is continued, and counts each run for itself', () => {
  const limit = createLaunchLimit({ limit: 2 });
  expect([0, 1, 2, 3].map((attemptCount) => limit.isExceededBy('a', attemptCount))).toEqual([false, false, false, false]);
  expect(limit.isExceededBy('b', 3)).toBe(false);
  expect(limit.isExceededBy('a', 3)).toBe(true);
});

it('forgets starts of more than an hour ago, one by one', () => {
  let time = 0;
  const limit = createLaunchLimit({ limit: 3, forgetMs: 3_600_000, now: () => time });
  const startAt = (minutes: number): boolean => {
    time = minutes * 60_000;
    return limit.isExceededBy('a', 0);
  };
  // Never three within an hour, over two hours.
  expect([0, 40, 61, 101, 122].map(startAt)).toEqual([false, false, false, false, false]);
  expect(startAt(130)).toBe(true);
});
