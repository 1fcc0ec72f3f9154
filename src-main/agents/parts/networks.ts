// Multilayer perceptrons with ReLU between layers: shapes, starting values, evaluation.
import * as tf from '@tensorflow/tfjs';
import type { NamedArrays, NamedShapes, NamedTensors } from '../../engine/program.ts';
import type { RandomStream } from '../../random/stream.ts';
import { at } from './optimiser.ts';

/**
 * How parameters start. `fan-in`: U(±1/√fan-in) for weights and biases, as PyTorch's Linear, and so
 * Stable-Baselines3's, Spinning Up's and the authors' TD3. A number: as rlkit in 2018, which VIREL's released code builds on: hidden weights U(±1/√fan-out), hidden biases
 * 0.1, the last layer's weights and biases U(± that number).
 */
export type Initialisation = 'fan-in' | number;

export class Network {
  readonly name: string;
  readonly #sizes: readonly number[];
  readonly #initialisation: Initialisation;

  /** @param sizes units of the input, of each hidden layer and of the output. */
  constructor(name: string, sizes: readonly number[], initialisation: Initialisation = 'fan-in') {
    this.name = name;
    this.#sizes = sizes;
    this.#initialisation = initialisation;
  }

  /** `NAME/layer-K/weight` [in, out] and `NAME/layer-K/bias` [out]. */
  get shapes(): NamedShapes {
    const shapes: Record<string, readonly number[]> = {};
    for (const [k, [fanIn, fanOut]] of this.#layers()) {
      shapes[`${this.name}/layer-${k}/weight`] = [fanIn, fanOut];
      shapes[`${this.name}/layer-${k}/bias`] = [fanOut];
    }
    return shapes;
  }

  initialState(stream: RandomStream): NamedArrays {
    const uniform = (size: number, bound: number): Float32Array =>
      Float32Array.from({ length: size }, () => bound * (2 * stream.uniform() - 1));
    const values: NamedArrays = {};
    for (const [k, [fanIn, fanOut]] of this.#layers()) {
      const [weight, bias] = [`${this.name}/layer-${k}/weight`, `${this.name}/layer-${k}/bias`];
      const isHidden = k < this.#sizes.length - 2;
      if (this.#initialisation === 'fan-in') {
        values[weight] = uniform(fanIn * fanOut, 1 / Math.sqrt(fanIn));
        values[bias] = uniform(fanOut, 1 / Math.sqrt(fanIn));
      } else {
        values[weight] = uniform(fanIn * fanOut, isHidden ? 1 / Math.sqrt(fanOut) : this.#initialisation);
        values[bias] = isHidden ? new Float32Array(fanOut).fill(0.1) : uniform(fanOut, this.#initialisation);
      }
    }
    return values;
  }

  /** [n, in] to [n, out]. */
  apply(parameters: NamedTensors, input: tf.Tensor2D): tf.Tensor2D {
    return this.outputs(parameters, input).at(-1) as tf.Tensor2D;
  }

  /** What each layer gives: [n, units] after the ReLU, and the last one's [n, out]. */
  outputs(parameters: NamedTensors, input: tf.Tensor2D): tf.Tensor2D[] {
    let x = input;
    return this.#layers().map(([k]) => {
      const weight = at(parameters, `${this.name}/layer-${k}/weight`) as tf.Tensor2D;
      x = tf.matMul(x, weight).add(at(parameters, `${this.name}/layer-${k}/bias`)) as tf.Tensor2D;
      if (k < this.#sizes.length - 2) x = tf.relu(x);
      return x;
    });
  }

  /**
   * `apply` of these parameters, whose gradient passes to the input alone, through the weights of others: past the ReLUs as they
   * stand here. So runs a network whose weights an optimiser has changed in place between a pass and its gradient.
   */
  applyAcross(parameters: NamedTensors, weights: NamedTensors, input: tf.Tensor2D): tf.Tensor2D {
    const across = tf.customGrad((given, save) => {
      const outputs = this.outputs(parameters, given as tf.Tensor2D);
      (save as tf.GradSaveFunc)(outputs);
      const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor =>
        this.#layers().reduceRight<tf.Tensor2D>((gradient, [k]) => {
          const open = k === this.#sizes.length - 2 ? gradient : gradient.mul<tf.Tensor2D>(tf.step(saved[k] as tf.Tensor));
          return tf.matMul(open, at(weights, `${this.name}/layer-${k}/weight`) as tf.Tensor2D, false, true);
        }, dy as tf.Tensor2D);
      return { value: outputs.at(-1) as tf.Tensor, gradFunc };
    });
    return across(input) as tf.Tensor2D;
  }

  #layers(): [number, [number, number]][] {
    return this.#sizes.slice(1).map((fanOut, k) => [k, [this.#sizes[k] as number, fanOut]]);
  }
}
