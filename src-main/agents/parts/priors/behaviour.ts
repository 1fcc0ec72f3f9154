// A behaviour prior: a squashed Gaussian fitted by maximum likelihood to what a stored run did, then held fixed
// (docs/priors.md). training/behaviour fits it; here it is evaluated.
import * as tf from '@tensorflow/tfjs';
import type { NamedArrays, NamedTensors } from '../../../engine/program.ts';
import { type GaussianParameters, klDivergence } from '../squashed-gaussian.ts';
import { Network } from '../networks.ts';
import { numberOf } from '../values.ts';
import type { Prior } from './prior.ts';

/** Units of its hidden layers; of its own, so that it fits agents with any networks. */
export const behaviourHidden = [256, 256] as const;

/** The fitted network: mean and log σ, the latter between the logarithm of a smallest scale and 2, affinely in tanh. */
export class BehaviourNetwork {
  readonly network: Network;
  readonly #actionSize: number;
  readonly #logSmallest: number;

  constructor(sizes: { observation: number; action: number }, smallestScale: number) {
    this.network = new Network('behaviour', [sizes.observation, ...behaviourHidden, 2 * sizes.action]);
    this.#actionSize = sizes.action;
    this.#logSmallest = Math.log(smallestScale);
  }

  distribution(parameters: NamedTensors, observation: tf.Tensor2D): GaussianParameters {
    const output = this.network.apply(parameters, observation);
    const [mu, raw] = tf.split(output, [this.#actionSize, this.#actionSize], 1) as [tf.Tensor2D, tf.Tensor2D];
    const half = (2 - this.#logSmallest) / 2;
    return { mu, logSigma: tf.tanh(raw).add(1).mul(half).add(this.#logSmallest) };
  }
}

/** @param fitted the network's parameters */
export function behaviourPrior(sizes: { observation: number; action: number }, smallestScale: number, fitted: NamedArrays): Prior {
  const network = new BehaviourNetwork(sizes, smallestScale);
  return {
    stateShapes: network.network.shapes,
    controlShapes: {},
    controls: () => ({}),
    initialState: () => Object.fromEntries(Object.entries(fitted).map(([name, array]) => [name, array.slice()])),
    constant: 0,
    divergence: ({ state }, observation, sample) => klDivergence(sample, network.distribution(state, observation)),
    target: (values) => numberOf(values, 'kl-target'),
    updates: [],
  };
}
