// The entropy of tanh(N(0, σ²)) against values computed independently (docs/priors.md), and its inverse.
import { describe, expect, it } from 'vitest';
import { equivalentSigma, largestSquashedEntropy, squashedEntropy, widestSigma } from './squashed-entropy.ts';

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

  it('is largest at 0.8744, 0.6836356 nats, below log 2', () => {
    expect(largestSquashedEntropy).toBeCloseTo(0.6836355636, 10);
    expect(largestSquashedEntropy).toBeLessThan(Math.LN2);
    for (const away of [1e-4, 1e-3, 0.01, 0.1]) {
      for (const sigma of [widestSigma - away, widestSigma + away]) expect(squashedEntropy(sigma)).toBeLessThan(largestSquashedEntropy);
    }
  });

  it('has its derivative, 1/σ − 2 E[z tanh σz], at 0 there', () => {
    let expectation = 0;
    for (let z = -10; z <= 10; z += 1 / 64)
      expectation += (2 * z * Math.tanh(widestSigma * z) * Math.exp(-0.5 * z * z)) / Math.sqrt(2 * Math.PI) / 64;
    expect(1 / widestSigma - expectation).toBeCloseTo(0, 11);
  });
});

describe('equivalentSigma', () => {
  it.each([
    [-1, 0.0897],
    [-0.5, 0.15],
  ])('of %d nats is %d', (entropy, sigma) => {
    expect(equivalentSigma(entropy)).toBeCloseTo(sigma, 3);
  });

  it.each([-30, -6, -2, -0.1, 0.3, 0.6, 0.68, 0.6836, 0.68363, 0.683635])('of %d nats has that entropy', (entropy) => {
    const sigma = equivalentSigma(entropy) ?? NaN;
    expect(sigma).toBeGreaterThan(0);
    expect(sigma).toBeLessThanOrEqual(widestSigma);
    expect(squashedEntropy(sigma)).toBeCloseTo(entropy, 9);
  });

  it('is the widest at the largest entropy', () => expect(equivalentSigma(largestSquashedEntropy)).toBeCloseTo(widestSigma, 6));
  it.each([0.683636, 0.69, 1, Infinity, -Infinity, NaN])('there is none for %d', (entropy) => expect(equivalentSigma(entropy)).toBeNull());
});
