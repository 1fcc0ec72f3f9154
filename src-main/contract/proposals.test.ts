// What is proposed, and that nothing is where nothing was measured.
import { describe, expect, it } from 'vitest';
import type { ParameterValues } from './parameters.ts';
import { proposalFor, type Measurements } from './proposals.ts';

const action = [0, 1].map((i) => ({ name: `joint ${i}`, unit: 'N·m', low: -1, high: 1 }));
const histogram = {
  step: 9,
  createdAt: 0,
  bins: 2,
  counts: Int32Array.of(1, 1, 1, 1),
  moments: Float64Array.of(0, 0, 0.25, Math.log(0.5), 1, 1, 0.25, Math.log(0.5)),
};
const around: Measurements = {
  task: { action },
  detail: { environmentSteps: 40, totalSteps: 100 },
  measured: { entropy: -1.5, temperature: 0.2 },
  histogram,
};
const constant: ParameterValues = { prior: 'constant', 'prior-mean': [0], 'prior-scale': [0.5] };

describe('proposalFor', () => {
  it('is the KL of the policy as it is from the drafted prior', () => {
    expect(proposalFor('kl-target', constant, around)).toBeCloseTo(2, 12);
    expect(proposalFor('kl-target', { ...constant, 'prior-mean': [0, 1] }, around)).toBeCloseTo(0, 12);
  });
  it.each<[string, ParameterValues, number | null]>([
    ['entropy-target', { prior: 'uniform' }, -1.5],
    ['temperature', {}, 0.2],
    ['schedule-from', {}, 40],
    ['schedule-to', {}, 100],
    ['kl-target', { prior: 'behaviour' }, null],
    ['kl-budget', { prior: 'previous' }, null],
    ['critic-learning-rate', {}, null],
  ])('of %s beside %j is %s', (name, after, value) => expect(proposalFor(name, after, around)).toBe(value));
  it.each(['kl-target', 'entropy-target', 'temperature'])('of %s is nothing before the first measurement', (name) => {
    expect(proposalFor(name, constant, { ...around, measured: {}, histogram: null })).toBeNull();
  });
});
