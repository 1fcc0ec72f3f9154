// Trainers that die before they begin.
import { expect, it } from 'vitest';
import { createLaunchLimit } from './launch-limit.ts';

it('gives a run three starts without an attempt, and starts counting anew after each', () => {
  const limit = createLaunchLimit(3);
  expect([1, 2, 3].map(() => limit.isExceededBy('a', 0))).toEqual([false, false, true]);
  // A person starts it again.
  expect([1, 2, 3].map(() => limit.isExceededBy('a', 0))).toEqual([false, false, true]);
});

it('lets a run that begins start as often as it is continued, and counts each run for itself', () => {
  const limit = createLaunchLimit(2);
  expect([0, 1, 2, 3].map((attemptCount) => limit.isExceededBy('a', attemptCount))).toEqual([false, false, false, false]);
  expect(limit.isExceededBy('b', 3)).toBe(false);
  expect(limit.isExceededBy('a', 3)).toBe(true);
});
