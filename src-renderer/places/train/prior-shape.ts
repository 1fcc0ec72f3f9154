// The pictures beside the prior: how often the policy takes which actions, and the density that a squashed Gaussian of
// this mean and scale implies over the same bins. Both are shares of all actions in a bin, so that they compare.
import type { ActionHistogram } from '../../../src-main/contract/runs.ts';

/** Share of actions in each bin of one dimension; zeros where nothing was counted. */
export function binShares({ bins, counts }: ActionHistogram, dimension: number): number[] {
  const own = Array.from(counts.subarray(dimension * bins, (dimension + 1) * bins));
  const total = own.reduce((sum, count) => sum + count, 0);
  return own.map((count) => (total > 0 ? count / total : 0));
}

/**
 * Share of tanh(N(mean, scale²)) in each of `bins` equal bins of [-1, 1], as differences of its distribution function:
 * the density itself grows without bound at the ends where the scale is above 1/√2.
 */
export function squashedShares(mean: number, scale: number, bins: number): number[] {
  const below = (edge: number): number => (edge <= -1 ? 0 : edge >= 1 ? 1 : normalCdf((Math.atanh(edge) - mean) / scale));
  return Array.from({ length: bins }, (_, bin) => below(-1 + (2 * (bin + 1)) / bins) - below(-1 + (2 * bin) / bins));
}

/** Φ(z) by Abramowitz & Stegun 7.1.26, absolute error below 1.5e-7. */
export function normalCdf(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * x);
  const series = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
  const upper = 0.5 * series * Math.exp(-x * x);
  return z >= 0 ? 1 - upper : upper;
}

/** Room above the taller one. */
const headroom = 1.15;
/** How much taller than the lower of the two the picture may become: a spike would press the other onto the ground. */
const tallest = 3;

/** The share that the top of the picture stands for. */
export function pictureTop(shares: readonly number[], prior: readonly number[] | null): number {
  const highest = Math.max(...shares, 0);
  const other = prior === null ? 0 : Math.max(...prior, 0);
  const lower = Math.min(...[highest, other].filter((one) => one > 0));
  // A line alone stands in the middle.
  if (highest === 0) return Math.max(1e-9, 2 * other);
  return headroom * Math.min(Math.max(highest, other), tallest * lower);
}
