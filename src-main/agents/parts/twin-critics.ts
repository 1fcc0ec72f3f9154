// Two action-value networks and their targets. Fujimoto et al. 2018 (arXiv 1802.09477), used by SAC against
// overestimation.
import * as tf from '@tensorflow/tfjs';
import type { NamedArrays, NamedShapes, NamedTensors } from '../../engine/program.ts';
import type { RandomStream } from '../../random/stream.ts';
import { Network } from './networks.ts';

const targetOf = (name: string): string => `target/${name}`;

export class TwinCritics {
  readonly #networks: readonly [Network, Network];

  constructor(sizes: { observation: number; action: number; hidden: readonly number[] }) {
    const layers = [sizes.observation + sizes.action, ...sizes.hidden, 1];
    this.#networks = [new Network('critic-1', layers), new Network('critic-2', layers)];
  }

  get shapes(): NamedShapes {
    return { ...this.#networks[0].shapes, ...this.#networks[1].shapes };
  }
  get targetShapes(): NamedShapes {
    return Object.fromEntries(Object.entries(this.shapes).map(([name, shape]) => [targetOf(name), shape]));
  }
  readonly targetName = targetOf;

  /** Both networks and, equal to them, their targets. */
  initialState(stream: RandomStream): NamedArrays {
    const online = { ...this.#networks[0].initialState(stream), ...this.#networks[1].initialState(stream) };
    return { ...online, ...Object.fromEntries(Object.entries(online).map(([name, array]) => [targetOf(name), array.slice()])) };
  }

  /** Q₁ and Q₂, each [n]. */
  evaluate(parameters: NamedTensors, observation: tf.Tensor2D, action: tf.Tensor2D): [tf.Tensor1D, tf.Tensor1D] {
    const input = tf.concat([observation, action], 1);
    const [q1, q2] = this.#networks.map((network) => network.apply(parameters, input).squeeze([1]));
    return [q1 as tf.Tensor1D, q2 as tf.Tensor1D];
  }

  /** The smaller of both, [n]. */
  minimum(parameters: NamedTensors, observation: tf.Tensor2D, action: tf.Tensor2D): tf.Tensor1D {
    const [q1, q2] = this.evaluate(parameters, observation, action);
    return tf.minimum(q1, q2);
  }

  /** The smaller of both targets, [n]. */
  targetMinimum(state: NamedTensors, observation: tf.Tensor2D, action: tf.Tensor2D): tf.Tensor1D {
    const asOnline = Object.fromEntries(Object.keys(this.shapes).map((name) => [name, state[targetOf(name)] as tf.Tensor]));
    return this.minimum(asOnline, observation, action);
  }
}
