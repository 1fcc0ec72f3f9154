// Gradients, Adam and Polyak averaging over named groups of parameters.
import * as tf from '@tensorflow/tfjs';
import type { NamedArrays, NamedShapes, NamedTensors } from '../../engine/program.ts';
import type { AdamForm } from './adam-forms.ts';

/** Entries of a state whose names begin with `prefix/`, under their full names. */
export function pick(state: NamedTensors, shapes: NamedShapes): NamedTensors {
  return Object.fromEntries(Object.keys(shapes).map((name) => [name, at(state, name)]));
}

/** The entry of that name. @throws RangeError where there is none. */
export function at<T>(entries: Readonly<Record<string, T>>, name: string): T {
  const entry = entries[name];
  if (entry === undefined) throw new RangeError(`there is no entry ${name}`);
  return entry;
}

/** A scalar loss and its gradient with respect to each parameter. */
export function gradientsOf(
  loss: (parameters: NamedTensors) => tf.Scalar,
  parameters: NamedTensors,
): { value: tf.Scalar; gradients: NamedTensors } {
  const names = Object.keys(parameters);
  const named = (tensors: readonly tf.Tensor[]): NamedTensors =>
    Object.fromEntries(names.map((name, i) => [name, tensors[i] as tf.Tensor]));
  const { value, grads } = tf.valueAndGrads((...tensors: tf.Tensor[]) => loss(named(tensors)))(names.map((name) => at(parameters, name)));
  return { value: value as tf.Scalar, gradients: named(grads) };
}

const beta1 = 0.9;
const beta2 = 0.999;
const epsilon = 1e-8;

/**
 * Adam (Kingma & Ba 2015, algorithm 1, with the bias corrections folded into the step size as its section 2
 * describes; in the plain form ε is scaled along). One optimiser steps one group.
 */
export class Adam {
  readonly #group: string;
  readonly #parameters: NamedShapes;
  readonly #form: AdamForm;

  constructor(group: string, parameters: NamedShapes, form: AdamForm) {
    this.#group = group;
    this.#parameters = parameters;
    this.#form = form;
  }

  /** Shapes of the optimiser's own state: both moments of each parameter and the powers β₁ᵗ, β₂ᵗ. */
  get stateShapes(): NamedShapes {
    const moments = Object.entries(this.#parameters).flatMap(([name, shape]) => [
      [`adam/first/${name}`, shape],
      [`adam/second/${name}`, shape],
    ]);
    return { ...Object.fromEntries(moments), [`adam/beta1-power/${this.#group}`]: [], [`adam/beta2-power/${this.#group}`]: [] };
  }

  initialState(): NamedArrays {
    return Object.fromEntries(
      Object.entries(this.stateShapes).map(([name, shape]) => [
        name,
        new Float32Array(shape.reduce((size, extent) => size * extent, 1)).fill(name.includes('-power/') ? 1 : 0),
      ]),
    );
  }

  /** One step down the gradients; returns the changed parameters and optimiser state. */
  step(state: NamedTensors, gradients: NamedTensors, learningRate: tf.Tensor): NamedTensors {
    const power1 = at(state, `adam/beta1-power/${this.#group}`).mul(beta1);
    const power2 = at(state, `adam/beta2-power/${this.#group}`).mul(beta2);
    const correction = tf.sqrt(tf.sub(1, power2));
    const stepSize = learningRate.mul(correction).div(tf.sub(1, power1));
    const added = this.#form === 'plain' ? correction.mul(epsilon) : tf.scalar(epsilon);
    const next: NamedTensors = { [`adam/beta1-power/${this.#group}`]: power1, [`adam/beta2-power/${this.#group}`]: power2 };
    for (const name of Object.keys(this.#parameters)) {
      const g = at(gradients, name);
      const m = at(state, `adam/first/${name}`)
        .mul(beta1)
        .add(g.mul(1 - beta1));
      const v = at(state, `adam/second/${name}`)
        .mul(beta2)
        .add(g.square().mul(1 - beta2));
      next[`adam/first/${name}`] = m;
      next[`adam/second/${name}`] = v;
      next[name] = at(state, name).sub(stepSize.mul(m).div(tf.sqrt(v).add(added)));
    }
    return next;
  }
}

/** target ← τ·online + (1 − τ)·target, for each pair of equally shaped entries. */
export function polyak(online: NamedTensors, target: NamedTensors, tau: tf.Tensor, targetName: (name: string) => string): NamedTensors {
  return Object.fromEntries(
    Object.entries(online).map(([name, tensor]) => {
      const old = at(target, targetName(name));
      return [targetName(name), old.add(tensor.sub(old).mul(tau))];
    }),
  );
}
