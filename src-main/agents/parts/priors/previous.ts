// The previous policy as prior: a frozen copy of the policy, taken anew every n updates, with a small uniform share w,
// p = (1 − w) π_old + w U, without which the policy would collapse step by step (docs/priors.md).
import * as tf from '@tensorflow/tfjs';
import type { NamedArrays, NamedShapes, NamedTensors } from '../../../engine/program.ts';
import { logDensity, type SquashedGaussianPolicy } from '../squashed-gaussian.ts';
import { at } from '../optimiser.ts';
import { numberOf } from '../values.ts';
import type { Prior } from './prior.ts';

const copyOf = (name: string): string => `previous/${name}`;

/** @param refresh updates between two copies */
export function previousPolicyPrior(policy: SquashedGaussianPolicy, actionSize: number, refresh: number): Prior {
  const { shapes } = policy.network;
  const stateShapes: NamedShapes = Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [copyOf(name), shape]));
  const copy = <T>(parameters: Readonly<Record<string, T>>): Record<string, T> =>
    Object.fromEntries(Object.keys(shapes).map((name) => [copyOf(name), at(parameters, name)]));
  const frozen = (state: NamedTensors): NamedTensors =>
    Object.fromEntries(Object.keys(shapes).map((name) => [name, at(state, copyOf(name))]));
  return {
    stateShapes,
    controlShapes: { 'prior-uniform-share': [] },
    controls: (values) => ({ 'prior-uniform-share': Float32Array.of(numberOf(values, 'prior-uniform-share')) }),
    initialState: (_, parameters): NamedArrays =>
      Object.fromEntries(Object.entries(copy(parameters)).map(([name, array]) => [name, array.slice()])),
    constant: 0,
    // A mixture has no closed form: the sample's log π − log p, with the gradient through the action in both.
    divergence: ({ state, controls }, observation, { u, logProbability }) => {
      const share = at(controls, 'prior-uniform-share');
      const old = logDensity(policy.distribution(frozen(state), observation), u).add(tf.log(tf.sub(1, share)));
      const uniform = tf.log(share).sub(actionSize * Math.LN2);
      // log(eˣ + eʸ) = y + softplus(x − y).
      return logProbability.sub(tf.softplus(old.sub(uniform)).add(uniform)) as tf.Tensor1D;
    },
    target: (values) => numberOf(values, 'kl-budget'),
    updates: [
      {
        name: 'previous policy',
        batchSize: 0,
        isDue: (gradientStep) => gradientStep % refresh === 0,
        signature: { batch: {}, noise: {}, controls: {} },
        fn: ({ state }) => ({ state: copy(state), diagnostics: {} }),
      },
    ],
  };
}
