// Programs and state that agents have in common.
import * as tf from '@tensorflow/tfjs';
import { policyFile } from '../../contract/series.ts';
import type { NamedArrays, NamedShapes, NamedTensors, ProgramDeclaration } from '../../engine/program.ts';
import type { Problem } from '../agent.ts';
import type { Critics } from './critics.ts';
import { at } from './optimiser.ts';
import type { SquashedGaussianPolicy } from './squashed-gaussian.ts';

/** The transitions of a batch, as an update's formulas name them. */
export interface Transitions {
  s: tf.Tensor2D;
  a: tf.Tensor2D;
  /** Scaled by κ. */
  r: tf.Tensor;
  sNext: tf.Tensor2D;
  /** 1 − d: 0 where the episode really terminated. */
  continues: tf.Tensor;
}

export function transitionsOf(batch: NamedTensors, controls: NamedTensors): Transitions {
  return {
    s: at(batch, 'observation') as tf.Tensor2D,
    a: at(batch, 'action') as tf.Tensor2D,
    r: at(batch, 'reward').mul(at(controls, 'reward-scale')),
    sNext: at(batch, 'next-observation') as tf.Tensor2D,
    continues: tf.sub(1, at(batch, 'terminated')),
  };
}

/** Batch inputs of an update over n transitions. */
export function transitionShapes(n: number, { observationSize, actionSize }: Problem): NamedShapes {
  return {
    observation: [n, observationSize],
    action: [n, actionSize],
    reward: [n],
    'next-observation': [n, observationSize],
    terminated: [n],
  };
}

/** Scalar inputs of these names. */
export function scalarShapes(names: readonly string[]): NamedShapes {
  return Object.fromEntries(names.map((name) => [name, []]));
}

export function observationOf(batch: NamedTensors): tf.Tensor2D {
  return at(batch, 'observation') as tf.Tensor2D;
}

/** Acting with a sample, and the distribution for evaluation and export. */
export function stochasticPolicyPrograms(agent: string, policy: SquashedGaussianPolicy, { observationSize, actionSize }: Problem) {
  const act: ProgramDeclaration = {
    name: `${agent} act`,
    signature: { batch: { observation: [1, observationSize] }, noise: { exploration: [1, actionSize] }, controls: {} },
    fn: ({ state, batch, noise }) => ({
      state: {},
      diagnostics: { action: policy.sample(state, observationOf(batch), at(noise, 'exploration') as tf.Tensor2D).action },
    }),
  };
  return {
    act,
    policy: (n: number): ProgramDeclaration => ({
      name: `${agent} policy`,
      signature: { batch: { observation: [n, observationSize] }, noise: {}, controls: {} },
      fn: ({ state, batch }) => {
        const { mu, logSigma } = policy.distribution(state, observationOf(batch));
        const { meanAction, mean, sigma } = policyFile.outputs;
        return { state: {}, diagnostics: { [meanAction]: tf.tanh(mu), [mean]: mu, [sigma]: tf.exp(logSigma) } };
      },
    }),
  };
}

/** The critics' values of given actions. */
export function criticsProgram(
  agent: string,
  critics: Critics,
  { observationSize, actionSize }: Problem,
): (n: number) => ProgramDeclaration {
  return (n) => ({
    name: `${agent} critics`,
    signature: { batch: { observation: [n, observationSize], action: [n, actionSize] }, noise: {}, controls: {} },
    fn: ({ state, batch }) => {
      const values = critics.evaluate(state, observationOf(batch), at(batch, 'action') as tf.Tensor2D);
      return { state: {}, diagnostics: Object.fromEntries(values.map((q, i) => [`q${i + 1}`, q])) };
    },
  });
}

/** `initial`, with the entries of a former state that fit in name and size; what was fitted before the agent was made stays. */
export function keepFormer(initial: NamedArrays, former: NamedArrays): NamedArrays {
  return Object.fromEntries(
    Object.entries(initial).map(([name, array]) => {
      const old = former[name];
      return [name, old !== undefined && old.length === array.length && !name.startsWith('behaviour/') ? old.slice() : array];
    }),
  );
}
