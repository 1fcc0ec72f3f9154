// A deterministic policy a = tanh(f(s)), and the noise with which it explores. Lillicrap et al. 2016 (arXiv 1509.02971).
import * as tf from '@tensorflow/tfjs';
import { policyFile } from '../../contract/series.ts';
import type { NamedTensors, ProgramDeclaration, ProgramInputs } from '../../engine/program.ts';
import type { Problem } from '../agent.ts';
import { Network } from './networks.ts';
import { at } from './optimiser.ts';
import { observationOf } from './programs.ts';

export class DeterministicPolicy {
  readonly network: Network;

  constructor(name: string, sizes: { observation: number; hidden: readonly number[]; action: number }) {
    this.network = new Network(name, [sizes.observation, ...sizes.hidden, sizes.action]);
  }

  /** [n, a] in (−1, 1). */
  action(parameters: NamedTensors, observation: tf.Tensor2D): tf.Tensor2D {
    return tf.tanh(this.network.apply(parameters, observation));
  }

  /** As it explores: [n, a] with Gaussian noise of the control `exploration-noise`, clipped to the actions' range. */
  explore({ state, noise, controls }: Pick<ProgramInputs, 'state' | 'noise' | 'controls'>, observation: tf.Tensor2D): tf.Tensor2D {
    const shift = at(noise, 'exploration').mul(at(controls, 'exploration-noise'));
    return tf.clipByValue(this.action(state, observation).add(shift), -1, 1) as tf.Tensor2D;
  }
}

/** Acting with noise, and the mean action alone. */
export function deterministicPolicyPrograms(agent: string, policy: DeterministicPolicy, { observationSize, actionSize }: Problem) {
  const act: ProgramDeclaration = {
    name: `${agent} act`,
    signature: {
      batch: { observation: [1, observationSize] },
      noise: { exploration: [1, actionSize] },
      controls: { 'exploration-noise': [] },
    },
    fn: (inputs) => ({ state: {}, diagnostics: { action: policy.explore(inputs, observationOf(inputs.batch)) } }),
  };
  return {
    act,
    policy: (n: number): ProgramDeclaration => ({
      name: `${agent} policy`,
      signature: { batch: { observation: [n, observationSize] }, noise: {}, controls: {} },
      fn: ({ state, batch }) => {
        const mean = policy.network.apply(state, observationOf(batch));
        const outputs = policyFile.outputs;
        return {
          state: {},
          diagnostics: { [outputs.meanAction]: tf.tanh(mean), [outputs.mean]: mean, [outputs.sigma]: tf.zerosLike(mean) },
        };
      },
    }),
  };
}
