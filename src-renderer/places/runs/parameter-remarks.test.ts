// What is said beside an entropy target and a number of steps.
import { describe, expect, it } from 'vitest';
import type { RunSummary } from '../../../src-main/contract/runs.ts';
import { entropyRemark, lengthRemark } from './parameter-remarks.ts';

describe('entropyRemark', () => {
  it.each([
    [-6, 6, '−1 nat for each of 6 action dimensions: σ about 0.09 at mean 0.'],
    [-3, 6, '−0.5 nats for each of 6 action dimensions: σ about 0.15 at mean 0.'],
    [-1, 1, '−1 nat for the one action dimension: σ about 0.09 at mean 0.'],
    [0.6836, 1, '0.684 nats for the one action dimension: σ about 0.87 at mean 0.'],
  ])('of %s nats over %s', (target, actions, text) => expect(entropyRemark(target, actions)).toBe(text));
  it.each([
    [5, 6],
    [NaN, 6],
    ['x', 6],
    [undefined, 6],
    [-6, 0],
  ])('says nothing of %s over %s', (target, actions) => expect(entropyRemark(target, actions)).toBeUndefined());
});

describe('lengthRemark', () => {
  const speed = { run: { name: 'virel-c' } as RunSummary, stepsPerSecond: 112 };
  it('divides', () => expect(lengthRemark(100_000, speed)).toBe('About 15 min a run, at the 112 steps/s of virel-c.'));
  it.each([
    [undefined, speed],
    ['many', speed],
    [100, null],
  ])('guesses nothing from %j', (steps, given) => expect(lengthRemark(steps, given)).toBeUndefined());
});
