// The reference formulas themselves, against values that were computed apart from them, to ten digits: (μ, σ, ε) → log π.
import { describe, expect, it } from 'vitest';
import { expectGradient, finiteDifference, klOfGaussians, mlp, squashedSample } from './double-precision.ts';

describe('the double-precision formulas', () => {
  it.each([
    [0, 1, 0, 0, -0.9189385332],
    [0.5, 0.2, 1, 0.6043677771, 0.6450398379],
    [-2, 0.5, -1.5, -0.9918597246, 2.7710711728],
    [8, 1, 2, 1, 15.6947671098],
    [20, 1, 0, 1, 37.6947671057],
  ])('have the density at μ %f, σ %f, ε %f', (mu, sigma, epsilon, action, logProbability) => {
    const given = squashedSample({ mu: [mu], logSigma: [Math.log(sigma)] }, [epsilon]);
    expect(given.action[0]).toBeCloseTo(action, 8);
    expect(given.logProbability).toBeCloseTo(logProbability, 9);
  });

  it('have a KL of 1.77 for σ = 0.09 from σ = 0.87, as section 5 says', () => {
    expect(klOfGaussians({ mu: [0], logSigma: [Math.log(0.09)] }, { mu: [0], logSigma: [Math.log(0.87)] })).toBeCloseTo(1.77, 2);
  });

  it('evaluate a network by hand: 2·max(0, 3·1 − 1·2 + 0.5) − 1 = 2', () => {
    const p = { 'n/layer-0/weight': [3, -1], 'n/layer-0/bias': [0.5], 'n/layer-1/weight': [2], 'n/layer-1/bias': [-1] };
    expect(mlp(p, 'n', [1, 2])).toEqual([2]);
    expect(mlp(p, 'n', [-1, 2])).toEqual([-1]);
  });

  it('find a wrong gradient', () => {
    const exact = finiteDifference(({ x }) => ((x as number[])[0] as number) ** 3, { x: [2] }, 'x');
    expect(exact[0]).toBeCloseTo(12, 6);
    expectGradient(Float32Array.of(12), exact, 'x');
    expect(() => expectGradient(Float32Array.of(12.01), exact, 'x')).toThrow('x[0]');
    expect(() => expectGradient(Float32Array.of(12, 0), exact, 'x')).toThrow('x');
  });
});
