// The two programs of a fit: one step up the likelihood, and the likelihood of transitions that it was not fitted to.
import * as tf from '@tensorflow/tfjs';
import type { BehaviourNetwork } from '../../agents/parts/priors/behaviour.ts';
import { Adam, at, gradientsOf, pick } from '../../agents/parts/optimiser.ts';
import { logDensity } from '../../agents/parts/squashed-gaussian.ts';
import type { NamedArrays, NamedShapes, NamedTensors, ProgramDeclaration } from '../../engine/program.ts';

export interface FitPrograms {
  stateShapes: NamedShapes;
  /** Adam's moments and counters at their start. */
  optimiserState: NamedArrays;
  /** Batch `observation` [n, o], `before-squashing` [n, a]; control `learning-rate`; diagnostic `log-likelihood`, the batch mean before the step. */
  step(n: number): ProgramDeclaration;
  /** The same batch; diagnostics `log-likelihood` [n], in nats, and `deviation` [n, a], (u − μ)/σ. */
  evaluate(n: number): ProgramDeclaration;
}

export function fitPrograms(network: BehaviourNetwork, { observation, action }: { observation: number; action: number }): FitPrograms {
  const shapes = network.network.shapes;
  const adam = new Adam('behaviour', shapes, 'plain');
  const batchShapes = (n: number): NamedShapes => ({ observation: [n, observation], 'before-squashing': [n, action] });
  const givenIn = (batch: NamedTensors) => ({
    s: at(batch, 'observation') as tf.Tensor2D,
    u: at(batch, 'before-squashing') as tf.Tensor2D,
  });
  return {
    stateShapes: { ...shapes, ...adam.stateShapes },
    optimiserState: adam.initialState(),
    step: (n) => ({
      name: 'behaviour fit',
      signature: { batch: batchShapes(n), noise: {}, controls: { 'learning-rate': [] } },
      fn: ({ state, batch, controls }) => {
        const { s, u } = givenIn(batch);
        const { value, gradients } = gradientsOf(
          (parameters) => logDensity(network.distribution(parameters, s), u).mean().neg() as tf.Scalar,
          pick(state, shapes),
        );
        return { state: adam.step(state, gradients, at(controls, 'learning-rate')), diagnostics: { 'log-likelihood': value.neg() } };
      },
    }),
    evaluate: (n) => ({
      name: 'behaviour likelihood',
      signature: { batch: batchShapes(n), noise: {}, controls: {} },
      fn: ({ state, batch }) => {
        const { s, u } = givenIn(batch);
        const distribution = network.distribution(pick(state, shapes), s);
        return {
          state: {},
          diagnostics: {
            'log-likelihood': logDensity(distribution, u),
            deviation: u.sub(distribution.mu).div(tf.exp(distribution.logSigma)),
          },
        };
      },
    }),
  };
}
