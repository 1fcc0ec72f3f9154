// The entropy of tanh(N(0, σ²)) against values computed independently (docs/priors.md), and its inverse.
import { describe, expect, it } from 'vitest';
import { equivalentSigma, squashedEntropy, widestSigma } from './squashed-entropy.ts';

describe('squashedEntropy', () => {
  it.each([
    [0.1, -0.893597],
    [0.5, 0.499967],
    [1, 0.669804],
    [2, -0.001233],
  ])('at σ %d is %d nats', (sigma, entropy) => {
    expect(squashedEntropy(sigma)).toBeCloseTo(entropy, 6);
  });

  it('agrees with a sum over the density of a itself', () => {
    for (const sigma of [0.3, 0.87, 1.5]) {
      // −∫ p log p da with a = tanh u, summed over u on another grid.
      let entropy = 0;
      const du = 1e-3;
      for (let u = -12; u <= 12; u += du) {
        const density = Math.exp(-(u * u) / (2 * sigma * sigma)) / (sigma * Math.sqrt(2 * Math.PI));
        if (density > 0) entropy -= density * (Math.log(density) + 2 * Math.log(Math.cosh(u))) * du;
      }
      expect(squashedEntropy(sigma)).toBeCloseTo(entropy, 5);
    }
  });

  it('is largest near 0.87, below log 2', () => {
    const largest = squashedEntropy(widestSigma);
    expect(largest).toBeCloseTo(0.6836, 4);
    expect(largest).toBeLessThan(Math.LN2);
    for (const sigma of [0.8, 0.95]) expect(squashedEntropy(sigma)).toBeLessThan(largest);
  });
});

describe('equivalentSigma', () => {
  it.each([
    [-1, 0.0897],
    [-0.5, 0.15],
  ])('of %d nats is %d', (entropy, sigma) => {
    expect(equivalentSigma(entropy)).toBeCloseTo(sigma, 3);
  });

  it.each([-30, -6, -2, -0.1, 0.3, 0.6, 0.68])('of %d nats has that entropy', (entropy) => {
    const sigma = equivalentSigma(entropy) ?? NaN;
    expect(sigma).toBeGreaterThan(0);
    expect(sigma).toBeLessThanOrEqual(widestSigma);
    expect(squashedEntropy(sigma)).toBeCloseTo(entropy, 9);
  });

  it('is the widest at the bound that declarations name', () => expect(equivalentSigma(0.6836)).toBeCloseTo(widestSigma, 2));
  it.each([0.69, 1, Infinity, -Infinity, NaN])('there is none for %d', (entropy) => expect(equivalentSigma(entropy)).toBeNull());
});
