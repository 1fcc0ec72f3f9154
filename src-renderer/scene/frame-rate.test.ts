// Tests of the counting of frames.
import { expect, it } from 'vitest';
import { FrameRate } from './frame-rate.ts';

it('tells the rate twice a second, and null when nothing moves', () => {
  const told: (number | null)[] = [];
  const rate = new FrameRate((value) => told.push(value));
  for (let k = 0; k <= 120; k += 1) rate.count((k * 1000) / 60, true);
  expect(told.length).toBe(5);
  expect(told.slice(1)).toEqual([60, 60, 60, 60]);
  rate.count(2100, false);
  expect(told.at(-1)).toBeNull();
});
