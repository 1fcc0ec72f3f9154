// Tests of an inspection's figures on arrays small enough to work out by hand.
import { describe, expect, it } from 'vitest';
import { metricDeclarations } from '../contract/series.ts';
import { countActions } from './inspection-actions.ts';
import { inspectionMetrics } from './inspection-metrics.ts';
import { meanOf, momentsOf, quantileOf, shareOf } from './inspection-statistics.ts';

const of = (...values: number[]): Float32Array => Float32Array.from(values);
const none = {};

describe('statistics', () => {
  it('of a few numbers', () => {
    expect(momentsOf([2, -1, 5])).toEqual({ mean: 2, variance: 6, min: -1, max: 5 });
    expect(meanOf([1, -2, 3], Math.abs)).toBe(2);
    expect(shareOf([0, 1, -1, 0], (value) => value <= 0)).toBe(0.75);
  });
  it.each([
    [0, 1],
    [0.5, 3],
    [0.95, 4.8],
    [1, 5],
    [0.125, 1.5],
  ])('have the %d quantile %d of 1 to 5, in any order', (share, expected) => {
    expect(quantileOf([3, 5, 1, 4, 2], share)).toBeCloseTo(expected, 12);
  });
  it('of a large offset keep their spread', () => {
    expect(momentsOf([1e9 + 1, 1e9 - 1]).variance).toBe(1);
  });
  it.each([
    [[], NaN],
    [[1, NaN], NaN],
  ])('of %j are no number made up', (values, expected) => {
    const { mean, variance, min, max } = momentsOf(values);
    expect([mean, variance, min, max, quantileOf(values, 0.5), meanOf(values)]).toEqual(Array<number>(6).fill(expected));
  });
});

describe('metrics of the critics', () => {
  const critics = { q1: of(1, 2, 3, 6), q2: of(2, 2, 1, 6), target: of(2, 3, 3, 8), 'online-target': of(1, 2, 1, 6) };

  it('are those of two critics', () => {
    const metrics = inspectionMetrics(critics, none, null);
    expect(metrics).toMatchObject({
      'q1-mean': 3,
      'q1-min': 1,
      'q1-max': 6,
      'q2-mean': 2.75,
      'q2-min': 1,
      'q2-max': 6,
      'q-difference': 0.75,
      'target-mean': 4,
    });
    expect(metrics['q1-std']).toBeCloseTo(Math.sqrt(14 / 4), 12);
    expect(metrics['q2-std']).toBeCloseTo(Math.sqrt((2 * 0.75 ** 2 + 1.75 ** 2 + 3.25 ** 2) / 4), 12);
    // y − Q₁: 1 1 0 2; y − Q₂: 0 1 2 2.
    expect(metrics['td-error-mean']).toBe(9 / 8);
    expect(metrics['bellman-residual-target']).toBe(15 / 8);
    expect(metrics['td-error-rms']).toBeCloseTo(Math.sqrt(15 / 8), 12);
    expect(metrics['td-error-p95']).toBe(2);
    // With the networks themselves: 0 0 −2 0 and −1 0 0 0.
    expect(metrics['bellman-residual-online']).toBe(5 / 8);
    // y − min Q: 1 1 2 2, variance 1/4; y: variance 22/4.
    expect(metrics['explained-variance']).toBeCloseTo(1 - 0.25 / 5.5, 12);
  });

  it('are those of a single critic, without what takes two', () => {
    const { q1, target, 'online-target': online } = critics;
    const metrics = inspectionMetrics({ q1, target, 'online-target': online }, none, null);
    expect(metrics['td-error-mean']).toBe(1);
    expect(Object.keys(metrics).filter((name) => name.startsWith('q2') || name === 'q-difference')).toEqual([]);
  });

  it('explain no variance of targets that have none', () => {
    expect('explained-variance' in inspectionMetrics({ q1: of(1, 2), target: of(3, 3), 'online-target': of(3, 3) }, none, null)).toBe(
      false,
    );
  });

  it('follow the fixed batch apart', () => {
    const metrics = inspectionMetrics(critics, { q1: of(0, 0), target: of(-3, 4) }, null);
    expect(metrics).toMatchObject({ 'fixed-td-error-mean': 0.5, 'fixed-td-error-rms': Math.sqrt(12.5), 'td-error-mean': 9 / 8 });
    expect(metrics['fixed-td-error-p95']).toBeCloseTo(3.95, 12);
  });

  it('take the share of dead units and the norms as they are', () => {
    const metrics = inspectionMetrics(
      {
        'critic-units': of(0, 1, 0, 2),
        'actor-units': of(3, 0),
        'critic-gradient': of(7),
        'actor-weights': of(9),
        'action-gradient': of(1, 3),
      },
      none,
      null,
    );
    expect(metrics).toEqual({
      'critic-dead-units': 0.5,
      'actor-dead-units': 0.5,
      'critic-gradient-norm': 7,
      'actor-weight-norm': 9,
      'action-gradient-norm': 2,
    });
  });
});

describe('metrics of the policy', () => {
  it('of a stochastic one have its spread', () => {
    const metrics = inspectionMetrics(
      { mean: of(0, -2, 1, 0), 'log-sigma': of(-1, 0, -3, 1), action: of(0.995, -0.9899, -1, 0) },
      none,
      null,
    );
    expect(metrics['mean-action-size']).toBeCloseTo((Math.tanh(2) + Math.tanh(1)) / 4, 7);
    expect(metrics['mean-action-max']).toBeCloseTo(Math.tanh(2), 7);
    expect(metrics).toMatchObject({ 'log-sigma-mean': -0.75, 'log-sigma-min': -3, 'log-sigma-max': 1, 'saturated-share': 0.5 });
  });

  it('of a deterministic one have none', () => {
    const fixed = { mean: of(0, 1), target: of(0), q1: of(0) };
    const names = Object.keys(inspectionMetrics({ mean: of(0, 1), action: of(0, 1) }, fixed, null)).filter(
      (name) => !name.startsWith('fixed'),
    );
    expect(names).toEqual(['mean-action-size', 'mean-action-max', 'saturated-share']);
  });

  it('tell its change since 1,000 updates ago in closed form, a state at a time', () => {
    const fixed = { mean: of(1, 0, 0, 0), 'log-sigma': of(0, 0, 0, Math.log(2)), target: of(0, 0), q1: of(0, 0) };
    const earlier = { mean: of(0, 0, 0, 0), logSigma: of(0, 0, 0, 0) };
    // KL of a mean moved by σ: ½; of a σ that doubled: −ln 2 + 2 − ½.
    expect(inspectionMetrics({}, fixed, earlier)['policy-change']).toBeCloseTo((0.5 + (-Math.LN2 + 2 - 0.5)) / 2, 6);
    expect(inspectionMetrics({}, fixed, { mean: fixed.mean, logSigma: fixed['log-sigma'] })['policy-change']).toBe(0);
    expect('policy-change' in inspectionMetrics({}, fixed, null)).toBe(false);
  });
});

describe('metrics of temperature and prior', () => {
  it('are of those that the agent has', () => {
    expect(inspectionMetrics({ temperature: of(1), 'entropy-gap': of(1, 3) }, none, null)).toEqual({
      'log-temperature': 0,
      'entropy-gap': 2,
    });
    expect(
      inspectionMetrics(
        { 'kl-gap': of(-1, 0), 'prior-multiplier-mean': of(2), 'prior-multiplier-scale': of(3), 'prior-log-sigma': of(0, 0) },
        none,
        null,
      ),
    ).toEqual({ 'kl-gap': -0.5, 'prior-multiplier-mean': 2, 'prior-multiplier-scale': 3, 'prior-sigma': 1 });
  });

  it('compare the residual with the spread of Q once it has been estimated', () => {
    const fresh = (estimates: number) => ({
      residual: of(9),
      'residual-estimates': of(estimates),
      q1: of(-2, 2),
      target: of(0, 0),
      'online-target': of(0, 0),
    });
    expect(inspectionMetrics(fresh(1), none, null)['residual-ratio']).toBe(1.5);
    expect('residual-ratio' in inspectionMetrics(fresh(0), none, null)).toBe(false);
  });

  it('leave nothing out in silence', () => {
    expect(() => inspectionMetrics({ 'kl-gap': of(1), curvature: of(1) }, none, null)).toThrow(
      /returns curvature, of which no metric is made/,
    );
    expect(() => inspectionMetrics({}, { curvature: of(1) }, null)).toThrow(RangeError);
  });
});

describe('the histogram of actions', () => {
  it('counts each dimension in 32 bins from −1 to 1, both ends included', () => {
    const { bins, counts, moments } = countActions(
      { action: of(-1, 1, -0.9376, 0, 0.03, 0.9999), mean: of(0, 2, 0, 4, 3, 0), 'log-sigma': of(0, 1, 0, 1, 0, 1) },
      2,
    );
    expect(bins).toBe(32);
    const [first, second] = [counts.subarray(0, 32), counts.subarray(32)];
    expect([first[0], first[16], first.reduce((x, y) => x + y)]).toEqual([2, 1, 3]);
    expect([second[16], second[31], second.reduce((x, y) => x + y)]).toEqual([1, 2, 3]);
    const expected = [1, 3, 1, 0, 2, 20 / 3, Math.exp(2), 1];
    for (const [k, moment] of moments.entries()) expect(moment).toBeCloseTo(expected[k] as number, 12);
  });

  it('of a deterministic policy has no spread, and what is not finite is in no bin', () => {
    const { counts, moments } = countActions({ action: of(0.2, NaN), mean: of(1, 3) }, 1);
    expect(counts.reduce((x, y) => x + y)).toBe(1);
    expect([...moments]).toEqual([2, 5, NaN, NaN]);
  });

  it.each([[{ mean: of(0) }], [{ action: of(0) }]])('is refused without actions or means', (outputs) => {
    expect(() => countActions(outputs, 1)).toThrow('an inspection returns no actions');
  });
});

it('every declared metric has a name of its own, a unit, a group and a whole sentence', () => {
  expect(new Set(metricDeclarations.map(({ name }) => name)).size).toBe(metricDeclarations.length);
  for (const { name, title, unit, sentence } of metricDeclarations) {
    expect(name).toMatch(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/);
    expect(
      [title, unit].every((text) => text.length > 0),
      name,
    ).toBe(true);
    expect(sentence, name).toMatch(/^\S.*\.$/);
  }
});
