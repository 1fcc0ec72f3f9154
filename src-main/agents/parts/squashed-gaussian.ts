// The squashed diagonal Gaussian: u = μ + σ·ε, a = tanh(u). Haarnoja et al. 2018 (arXiv 1812.05905), appendix C.
import * as tf from '@tensorflow/tfjs';
import type { NamedTensors } from '../../engine/program.ts';
import { type Initialisation, Network } from './networks.ts';

export type LogSigmaBounds = 'affine' | 'clip';

/** Distribution parameters for n states, before squashing: each [n, a]. */
export interface GaussianParameters {
  mu: tf.Tensor2D;
  logSigma: tf.Tensor2D;
}

/** Actions [n, a] in (−1, 1), what they were before squashing, and their log densities [n], in nats. */
export interface SampledActions {
  action: tf.Tensor2D;
  u: tf.Tensor2D;
  logProbability: tf.Tensor1D;
}

/** What a policy gives for n states: the distribution and a reparameterised sample. */
export type PolicySample = SampledActions & GaussianParameters;

/** log σ inside its bounds: affine in tanh onto [−5, 2], or clipped to [−20, 2]. */
export function boundLogSigma(raw: tf.Tensor2D, bounds: LogSigmaBounds): tf.Tensor2D {
  return bounds === 'affine' ? tf.tanh(raw).add(1).mul(3.5).sub(5) : tf.clipByValue(raw, -20, 2);
}

/**
 * A reparameterised sample and its log density in the form that neither overflows nor cancels,
 * as Spinning Up and pytorch_sac have it: Σⱼ [ −ε²/2 − log σ − log(2π)/2 − 2(log 2 − u − softplus(−2u)) ].
 * @param epsilon [n, a] standard normal
 */
export function sampleSquashed({ mu, logSigma }: GaussianParameters, epsilon: tf.Tensor2D): SampledActions {
  const u = mu.add(tf.exp(logSigma).mul(epsilon)) as tf.Tensor2D;
  const gaussian = epsilon
    .square()
    .mul(-0.5)
    .sub(logSigma)
    .sub(0.5 * Math.log(2 * Math.PI));
  const logJacobian = tf
    .sub(Math.LN2, u)
    .sub(tf.softplus(u.mul(-2)))
    .mul(2);
  return { action: tf.tanh(u), u, logProbability: gaussian.sub(logJacobian).sum(1) };
}

/** log density [n], in nats, of the actions tanh(u) under another squashed Gaussian. */
export function logDensity({ mu, logSigma }: GaussianParameters, u: tf.Tensor2D): tf.Tensor1D {
  const epsilon = u.sub(mu).div(tf.exp(logSigma));
  const gaussian = epsilon
    .square()
    .mul(-0.5)
    .sub(logSigma)
    .sub(0.5 * Math.log(2 * Math.PI));
  const logJacobian = tf
    .sub(Math.LN2, u)
    .sub(tf.softplus(u.mul(-2)))
    .mul(2);
  return gaussian.sub(logJacobian).sum(1);
}

/**
 * KL(p‖q) [n], in nats, of two squashed Gaussians: the squashing cancels, so that it is the closed form of the Gaussians
 * before it: Σⱼ [ log(σ_q/σ_p) + (σ_p² + (μ_p − μ_q)²)/(2σ_q²) − ½ ]. Either may be broadcast.
 */
export function klDivergence(p: { mu: tf.Tensor; logSigma: tf.Tensor }, q: { mu: tf.Tensor; logSigma: tf.Tensor }): tf.Tensor1D {
  const variance = tf.exp(q.logSigma.mul(2)).mul(2);
  const spread = tf.exp(p.logSigma.mul(2)).add(tf.squaredDifference(p.mu, q.mu));
  return q.logSigma.sub(p.logSigma).add(spread.div(variance)).sub(0.5).sum(1);
}

/** A network from observations to a squashed Gaussian. */
export class SquashedGaussianPolicy {
  readonly network: Network;
  readonly #actionSize: number;
  readonly #bounds: LogSigmaBounds;

  constructor(
    name: string,
    sizes: { observation: number; hidden: readonly number[]; action: number },
    bounds: LogSigmaBounds,
    initialisation: Initialisation = 'fan-in',
  ) {
    this.network = new Network(name, [sizes.observation, ...sizes.hidden, 2 * sizes.action], initialisation);
    this.#actionSize = sizes.action;
    this.#bounds = bounds;
  }

  distribution(parameters: NamedTensors, observation: tf.Tensor2D): GaussianParameters {
    const output = this.network.apply(parameters, observation);
    const [mu, raw] = tf.split(output, [this.#actionSize, this.#actionSize], 1) as [tf.Tensor2D, tf.Tensor2D];
    return { mu, logSigma: boundLogSigma(raw, this.#bounds) };
  }

  sample(parameters: NamedTensors, observation: tf.Tensor2D, epsilon: tf.Tensor2D): PolicySample {
    const distribution = this.distribution(parameters, observation);
    return { ...distribution, ...sampleSquashed(distribution, epsilon) };
  }
}
