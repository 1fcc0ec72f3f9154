// One or two action-value networks and their targets. Two, with the smaller value taken, are Fujimoto et al. 2018
// (arXiv 1802.09477), used by SAC against overestimation.
import * as tf from '@tensorflow/tfjs';
import type { NamedArrays, NamedShapes, NamedTensors } from '../../engine/program.ts';
import type { RandomStream } from '../../random/stream.ts';
import { type Initialisation, Network } from './networks.ts';
import { at } from './optimiser.ts';

export const targetOf = (name: string): string => `target/${name}`;

/** Shapes of the targets of these networks' parameters. */
export function targetShapesOf(shapes: NamedShapes): NamedShapes {
  return Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [targetOf(name), shape]));
}

/** Targets equal to these parameters. */
export function targetsLike(online: NamedArrays): NamedArrays {
  return Object.fromEntries(Object.entries(online).map(([name, array]) => [targetOf(name), array.slice()]));
}

/** The targets' parameters under the names of the online ones. */
export function asOnline(state: NamedTensors, shapes: NamedShapes): NamedTensors {
  return Object.fromEntries(Object.keys(shapes).map((name) => [name, at(state, targetOf(name))]));
}

function smallest(values: readonly tf.Tensor1D[]): tf.Tensor1D {
  return values.reduce((least, value) => tf.minimum(least, value));
}

export class Critics {
  readonly #networks: readonly Network[];

  constructor(
    sizes: { observation: number; action: number; hidden: readonly number[] },
    count: 1 | 2 = 2,
    initialisation: Initialisation = 'fan-in',
  ) {
    const layers = [sizes.observation + sizes.action, ...sizes.hidden, 1];
    this.#networks = ['critic-1', 'critic-2'].slice(0, count).map((name) => new Network(name, layers, initialisation));
  }

  get shapes(): NamedShapes {
    return Object.assign({}, ...this.#networks.map(({ shapes }) => shapes)) as NamedShapes;
  }

  initialState(stream: RandomStream): NamedArrays {
    return Object.assign({}, ...this.#networks.map((network) => network.initialState(stream))) as NamedArrays;
  }

  /** Outputs [n, units] of every hidden layer of each network. */
  hiddenOutputs(parameters: NamedTensors, observation: tf.Tensor2D, action: tf.Tensor2D): tf.Tensor2D[] {
    const input = tf.concat([observation, action], 1);
    return this.#networks.flatMap((network) => network.outputs(parameters, input).slice(0, -1));
  }

  /** Q₁ and, where there are two, Q₂: each [n]. */
  evaluate(parameters: NamedTensors, observation: tf.Tensor2D, action: tf.Tensor2D): tf.Tensor1D[] {
    const input = tf.concat([observation, action], 1);
    return this.#networks.map((network) => network.apply(parameters, input).squeeze<tf.Tensor1D>([1]));
  }

  /** The smaller of both, [n]. */
  minimum(parameters: NamedTensors, observation: tf.Tensor2D, action: tf.Tensor2D): tf.Tensor1D {
    return smallest(this.evaluate(parameters, observation, action));
  }

  /** The smaller of both, [n], whose gradient passes to the action through the weights of others (see Network.applyAcross). */
  minimumAcross(parameters: NamedTensors, weights: NamedTensors, observation: tf.Tensor2D, action: tf.Tensor2D): tf.Tensor1D {
    const input = tf.concat([observation, action], 1);
    return smallest(this.#networks.map((network) => network.applyAcross(parameters, weights, input).squeeze<tf.Tensor1D>([1])));
  }

  /** Sum over the critics of the mean squared distance to y. */
  squaredError(parameters: NamedTensors, observation: tf.Tensor2D, action: tf.Tensor2D, y: tf.Tensor): tf.Scalar {
    return this.evaluate(parameters, observation, action)
      .map((q) => tf.squaredDifference(q, y).mean())
      .reduce((sum, one) => sum.add(one)) as tf.Scalar;
  }
}
