// The divergence from the prior where it is recorded, and where it enters a critic's target.
import * as tf from '@tensorflow/tfjs';
import type { NamedTensors } from '../../../engine/program.ts';
import { at } from '../optimiser.ts';
import type { PolicySample } from '../squashed-gaussian.ts';
import type { Prior } from './prior.ts';

/** In a critic's target a state's divergence counts no more than that, in nats: where policy and prior hardly overlap it would drown the reward. */
const largestInTarget = 100;

/** The divergence [n] as the critics' target takes it; under the uniform prior it needs no bound. */
export function inCriticTarget(
  prior: Prior,
  given: { state: NamedTensors; controls: NamedTensors },
  observation: tf.Tensor2D,
  sample: PolicySample,
): tf.Tensor {
  const divergence = prior.divergence(given, observation, sample);
  return prior.constant === 0 ? tf.minimum(divergence, largestInTarget) : divergence;
}

/** How far a learned temperature is from its target, [n] in nats: above it in entropy under the uniform prior, above it in KL else. */
export function gapDiagnostics(prior: Prior, controls: NamedTensors, divergence: tf.Tensor): NamedTensors {
  const target = at(controls, 'divergence-target');
  return prior.constant === 0 ? { 'kl-gap': divergence.sub(target) } : { 'entropy-gap': target.sub(divergence) };
}

/** Measured entropy and KL(π‖p), and what a learned temperature steers towards: for the uniform prior the same in two readings. */
export function divergenceDiagnostics(
  prior: Prior,
  controls: NamedTensors,
  { logProbability }: PolicySample,
  mean: tf.Tensor,
  isSteered: boolean,
): NamedTensors {
  const measured = { entropy: logProbability.mean().neg(), kl: mean.add(prior.constant) };
  if (!isSteered) return measured;
  const target = at(controls, 'divergence-target');
  return {
    ...measured,
    'kl-target': target.add(prior.constant),
    // Only the uniform prior leaves out a constant, and only there is a KL target an entropy target.
    ...(prior.constant === 0 ? {} : { 'entropy-target': target.neg() }),
  };
}
