// Tests of the waiting between restarts.
import { expect, it } from 'vitest';
import { Backoff } from './backoff.ts';

it('doubles, up to the limit', () => {
  const backoff = new Backoff(500, 4000, 30_000);
  const delays = [0, 1000, 2000, 3000, 4000].map((now) => {
    backoff.started(now);
    return backoff.failed(now + 10);
  });
  expect(delays).toEqual([500, 1000, 2000, 4000, 4000]);
});

it('starts anew after a healthy while', () => {
  const backoff = new Backoff(500, 4000, 30_000);
  backoff.started(0);
  backoff.failed(10);
  backoff.failed(20);
  backoff.started(1000);
  expect(backoff.failed(31_000)).toBe(500);
});
