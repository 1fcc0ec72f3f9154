// The prior's pictures: shares that sum to one, a density against its formula.
import { describe, expect, it } from 'vitest';
import { binShares, normalCdf, pictureTop, squashedShares } from './prior-shape.ts';

describe('normalCdf', () => {
  it.each([
    [0, 0.5],
    [1, 0.8413447],
    [-1.96, 0.0249979],
    [5, 0.9999997],
    [-40, 0],
  ])('of %s is %s', (z, share) => expect(normalCdf(z)).toBeCloseTo(share, 6));
});

describe('squashedShares', () => {
  it.each([
    [0, 0.3],
    [0.5, 0.87],
    [-2, 0.05],
    [0, 10],
    [5, 0.01],
  ])('of mean %s and scale %s sum to one', (mean, scale) => {
    const shares = squashedShares(mean, scale, 24);
    expect(shares.reduce((sum, one) => sum + one, 0)).toBeCloseTo(1, 6);
    expect(shares.every((one) => one >= -1e-7)).toBe(true);
  });
  it('is the density times the width in fine bins', () => {
    const [mean, scale, bins] = [0.4, 0.5, 400];
    const shares = squashedShares(mean, scale, bins);
    for (const bin of [120, 200, 280]) {
      const action = -1 + (2 * (bin + 0.5)) / bins;
      const density =
        Math.exp(-0.5 * ((Math.atanh(action) - mean) / scale) ** 2) / (scale * Math.sqrt(2 * Math.PI) * (1 - action * action));
      expect((shares[bin] ?? 0) * (bins / 2)).toBeCloseTo(density, 3);
    }
  });
});

describe('binShares', () => {
  const histogram = { step: 1, createdAt: 0, bins: 2, counts: Int32Array.of(1, 3, 0, 0), moments: new Float64Array(8) };
  it('takes one dimension', () => expect(binShares(histogram, 0)).toEqual([0.25, 0.75]));
  it('is nothing where nothing was counted', () => expect(binShares(histogram, 1)).toEqual([0, 0]));
});

describe('pictureTop', () => {
  it.each([
    [[0.2, 0.4], [0.5], 0.575],
    [[0.1], null, 0.115],
    [[1, 0], [0.1], 0.345],
    [[0.1], [1], 0.345],
    [[0, 0], [0.2], 0.4],
    [[], null, 1e-9],
  ])('of %j beside %j is %s', (shares, prior, top) => expect(pictureTop(shares, prior)).toBeCloseTo(top));
});
