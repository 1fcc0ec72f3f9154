// What follows from the moments of an action histogram: the policy's KL from any constant squashed Gaussian, before it
// is taken as a prior.
import type { ActionHistogram } from './runs.ts';

/** Moments of each action dimension before squashing, in the order of ActionHistogram. */
const momentsPerAction = 4;

/**
 * Mean KL(π‖p) in nats of the policy from a constant squashed Gaussian, in closed form: squashing leaves it as it is, so
 * that for each dimension it is log s − E[log σ] + (E[σ²] + E[μ²] − 2 m E[μ] + m²)/(2 s²) − ½.
 * @param means, scales one for each action dimension
 */
export function klFromMoments({ moments }: Pick<ActionHistogram, 'moments'>, means: readonly number[], scales: readonly number[]): number {
  return means.reduce((sum, mean, j) => {
    const [mu = NaN, muSquared = NaN, variance = NaN, logSigma = NaN] = moments.subarray(j * momentsPerAction, (j + 1) * momentsPerAction);
    const scale = scales[j] ?? NaN;
    return sum + Math.log(scale) - logSigma + (variance + muSquared - 2 * mean * mu + mean * mean) / (2 * scale * scale) - 0.5;
  }, 0);
}
