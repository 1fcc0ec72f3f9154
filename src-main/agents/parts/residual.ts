// VIREL's residual temperature: ε_ω, the critic's own Bellman error. Fellows et al. 2019 (arXiv 1811.01132); the
// estimate as in the authors' code (docs/agents/virel.md says what is published and what is ours).
import * as tf from '@tensorflow/tfjs';
import type { NamedArrays, NamedTensors } from '../../engine/program.ts';
import { at } from './optimiser.ts';

export const residualRules = ['squared', 'rms', 'absolute', 'scale-free'] as const;
/** squared: c·mean δ², as published. rms: c·√mean δ². absolute: c·mean |δ|. scale-free (ours): c·mean δ² / std Q. */
export type ResidualRule = (typeof residualRules)[number];

/** Running means of the estimates; `estimates` counts them. */
export const residualShapes = {
  'residual/squared': [],
  'residual/absolute': [],
  'residual/q-deviation': [],
  'residual/estimates': [],
} as const;

/** Until the first estimate, mean δ² is taken as 1, as published: the temperature is then c. */
export function initialResidual(): NamedArrays {
  const one = (): Float32Array => Float32Array.of(1);
  return { 'residual/squared': one(), 'residual/absolute': one(), 'residual/q-deviation': one(), 'residual/estimates': Float32Array.of(0) };
}

/** The temperature from the running means, scale c and bounds of the controls; a scalar. */
export function residualTemperature(rule: ResidualRule, state: NamedTensors, controls: NamedTensors): tf.Tensor {
  const squared = at(state, 'residual/squared');
  const measure = {
    squared: () => squared,
    rms: () => tf.sqrt(squared),
    absolute: () => at(state, 'residual/absolute'),
    'scale-free': () => squared.div(at(state, 'residual/q-deviation').add(1e-6)),
  }[rule]();
  return tf.minimum(
    tf.maximum(measure.mul(at(controls, 'residual-scale')), at(controls, 'temperature-min')),
    at(controls, 'temperature-max'),
  );
}

/**
 * Takes a new estimate into the running means: r ← r + rate·(estimate − r), the first one as it is.
 * @param deltas Bellman errors, each [M]: one for each critic
 * @param q action values [M], for their standard deviation
 * @param rate 1 keeps the newest estimate alone, as published
 */
export function takeEstimate(state: NamedTensors, deltas: readonly tf.Tensor[], q: tf.Tensor, rate: tf.Tensor): NamedTensors {
  const meanOver = (measure: (delta: tf.Tensor) => tf.Tensor): tf.Tensor =>
    tf.addN(deltas.map((delta) => measure(delta).mean())).div(deltas.length);
  const count = at(state, 'residual/estimates');
  const share = tf.where(count.greater(0), rate, tf.onesLike(rate));
  const toward = (name: string, estimate: tf.Tensor): tf.Tensor => at(state, name).add(estimate.sub(at(state, name)).mul(share));
  return {
    'residual/squared': toward(
      'residual/squared',
      meanOver((delta) => delta.square()),
    ),
    'residual/absolute': toward(
      'residual/absolute',
      meanOver((delta) => delta.abs()),
    ),
    'residual/q-deviation': toward('residual/q-deviation', tf.sqrt(tf.squaredDifference(q, q.mean()).mean())),
    'residual/estimates': count.add(1),
  };
}
