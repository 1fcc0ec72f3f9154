// Soft actor-critic. Haarnoja et al. 2018, "Soft Actor-Critic Algorithms and Applications", arXiv 1812.05905; its
// equation numbers below. docs/agents/sac.md sets them beside these lines and names every deviation.
import * as tf from '@tensorflow/tfjs';
import { policyFile } from '../contract/series.ts';
import type { NamedShapes, NamedTensors, ProgramDeclaration, ProgramInputs, ProgramOutputs } from '../engine/program.ts';
import type { Agent, AgentInstance, Problem } from './agent.ts';
import { Adam, at, gradientsOf, pick, polyak } from './parts/optimiser.ts';
import { SquashedGaussianPolicy } from './parts/squashed-gaussian.ts';
import { TwinCritics } from './parts/twin-critics.ts';
import { choiceOf, integersOf, numberOf } from './parts/values.ts';
import { sacDeclaration } from './sac.declaration.ts';

/** log α is kept inside these bounds, so that an unreachable entropy target cannot make it diverge. */
const logTemperatureBounds = [-15, 10] as const;

const controlShapes = {
  'entropy-target': [], temperature: [], discount: [], 'target-smoothing': [], 'reward-scale': [],
  'actor-learning-rate': [], 'critic-learning-rate': [], 'temperature-learning-rate': [],
} as const satisfies NamedShapes;

export const sac: Agent = {
  declaration: sacDeclaration,

  create({ observationSize, actionSize }: Problem, values): AgentInstance {
    const batchSize = numberOf(values, 'batch-size');
    const hidden = integersOf(values, 'hidden');
    const isLearned = choiceOf(values, 'temperature-rule', ['learned', 'fixed']) === 'learned';
    const bounds = choiceOf(values, 'log-sigma-bounds', ['affine', 'clip']);

    const policy = new SquashedGaussianPolicy('actor', { observation: observationSize, hidden, action: actionSize }, bounds);
    const critics = new TwinCritics({ observation: observationSize, action: actionSize, hidden });
    const actorShapes = policy.network.shapes;
    const temperatureShapes = { 'log-temperature': [] };
    const actorAdam = new Adam('actor', actorShapes);
    const criticAdam = new Adam('critics', critics.shapes);
    const temperatureAdam = new Adam('temperature', temperatureShapes);

    const temperatureOf = (state: NamedTensors, controls: NamedTensors): tf.Tensor =>
      isLearned ? tf.exp(at(state, 'log-temperature')) : at(controls, 'temperature');

    function update({ state, batch, noise, controls }: ProgramInputs): ProgramOutputs {
      const s = at(batch, 'observation') as tf.Tensor2D;
      const a = at(batch, 'action') as tf.Tensor2D;
      const r = at(batch, 'reward').mul(at(controls, 'reward-scale'));
      const sNext = at(batch, 'next-observation') as tf.Tensor2D;
      const continues = tf.sub(1, at(batch, 'terminated'));
      const epsilon = at(noise, 'current') as tf.Tensor2D;
      const epsilonNext = at(noise, 'next') as tf.Tensor2D;
      const entropyTarget = at(controls, 'entropy-target');

      // α from before its own step serves both losses below.
      const alpha = temperatureOf(state, controls);
      const actor = pick(state, actorShapes);
      const current = policy.sample(actor, s, epsilon);
      const meanLogProbability = current.logProbability.mean();

      // Temperature, eq. 18 in its logarithmic form J(log α) = −log α · E[log π(a|s) + H̄]: its gradient is
      // −(E[log π] + H̄), whatever α is.
      let temperatureStep: NamedTensors = {};
      if (isLearned) {
        const gradient = meanLogProbability.add(entropyTarget).neg();
        temperatureStep = temperatureAdam.step(state, { 'log-temperature': gradient }, at(controls, 'temperature-learning-rate'));
        temperatureStep['log-temperature'] = tf.clipByValue(at(temperatureStep, 'log-temperature'), ...logTemperatureBounds);
      }

      // Critics, eqs. 5 and 6: y = r + γ (1 − d) (min Q′(s′, a′) − α log π(a′|s′)), a′ ~ π(·|s′).
      const next = policy.sample(actor, sNext, epsilonNext);
      const softValue = critics.targetMinimum(state, sNext, next.action).sub(alpha.mul(next.logProbability));
      const y = r.add(at(controls, 'discount').mul(continues).mul(softValue));
      const online = pick(state, critics.shapes);
      const criticLoss = gradientsOf((parameters) => {
        const [q1, q2] = critics.evaluate(parameters, s, a);
        return tf.squaredDifference(q1, y).mean().add(tf.squaredDifference(q2, y).mean()).mul(0.5) as tf.Scalar;
      }, online);
      const criticStep = criticAdam.step(state, criticLoss.gradients, at(controls, 'critic-learning-rate'));
      const updatedCritics = pick(criticStep, critics.shapes);

      // Actor, eqs. 7 and 9: E[α log π(ã|s) − min Q(s, ã)], ã reparameterised; it sees the updated critics.
      const actorLoss = gradientsOf((parameters) => {
        const { action, logProbability } = policy.sample(parameters, s, epsilon);
        return alpha.mul(logProbability).sub(critics.minimum(updatedCritics, s, action)).mean() as tf.Scalar;
      }, actor);
      const actorStep = actorAdam.step(state, actorLoss.gradients, at(controls, 'actor-learning-rate'));

      // Targets: Q′ ← τ Q + (1 − τ) Q′.
      const targetStep = polyak(updatedCritics, state, at(controls, 'target-smoothing'), critics.targetName);

      return {
        state: { ...temperatureStep, ...criticStep, ...actorStep, ...targetStep },
        diagnostics: {
          entropy: meanLogProbability.neg(),
          'entropy-target': entropyTarget,
          temperature: alpha,
          'critic-loss': criticLoss.value,
          'actor-loss': actorLoss.value,
          'mean-q': critics.minimum(online, s, a).mean(),
          'policy-sigma': tf.exp(current.logSigma).mean(),
        },
      };
    }

    const observationOf = (batch: NamedTensors): tf.Tensor2D => at(batch, 'observation') as tf.Tensor2D;

    const act: ProgramDeclaration = {
      name: 'sac act',
      signature: { batch: { observation: [1, observationSize] }, noise: { exploration: [1, actionSize] }, controls: {} },
      fn: ({ state, batch, noise }) => ({
        state: {},
        diagnostics: { action: policy.sample(state, observationOf(batch), at(noise, 'exploration') as tf.Tensor2D).action },
      }),
    };

    return {
      declaration: sacDeclaration,
      stateShapes: {
        ...actorShapes, ...critics.shapes, ...critics.targetShapes, ...temperatureShapes,
        ...actorAdam.stateShapes, ...criticAdam.stateShapes, ...temperatureAdam.stateShapes,
      },
      initialState: (stream) => ({
        ...policy.network.initialState(stream),
        ...critics.initialState(stream),
        'log-temperature': Float32Array.of(Math.log(numberOf(values, 'temperature'))),
        ...actorAdam.initialState(), ...criticAdam.initialState(), ...temperatureAdam.initialState(),
      }),
      updates: [
        {
          name: 'sac update',
          batchSize,
          every: 1,
          signature: {
            batch: {
              observation: [batchSize, observationSize], action: [batchSize, actionSize], reward: [batchSize],
              'next-observation': [batchSize, observationSize], terminated: [batchSize],
            },
            noise: { current: [batchSize, actionSize], next: [batchSize, actionSize] },
            controls: controlShapes,
          },
          fn: update,
        },
      ],
      act,
      policy: (n) => ({
        name: 'sac policy',
        signature: { batch: { observation: [n, observationSize] }, noise: {}, controls: {} },
        fn: ({ state, batch }) => {
          const { mu, logSigma } = policy.distribution(state, observationOf(batch));
          const { meanAction, mean, sigma } = policyFile.outputs;
          return { state: {}, diagnostics: { [meanAction]: tf.tanh(mu), [mean]: mu, [sigma]: tf.exp(logSigma) } };
        },
      }),
      critics: (n) => ({
        name: 'sac critics',
        signature: { batch: { observation: [n, observationSize], action: [n, actionSize] }, noise: {}, controls: {} },
        fn: ({ state, batch }) => {
          const [q1, q2] = critics.evaluate(state, observationOf(batch), at(batch, 'action') as tf.Tensor2D);
          return { state: {}, diagnostics: { q1, q2 } };
        },
      }),
      warning: ({ temperature }) => (isLearned && temperature !== undefined ? boundWarning(temperature) : null),
      controls: (given) => Object.fromEntries(Object.keys(controlShapes).map((name) => [name, Float32Array.of(numberOf(given, name))])),
    };
  },
};

/** Where a learned temperature sits on a bound, it cannot do its work, and only a person can help. */
function boundWarning(temperature: number): string | null {
  const [lowest, highest] = logTemperatureBounds;
  // Single precision of a window's mean.
  const isAt = (bound: number): boolean => Math.abs(Math.log(temperature) - bound) < 1e-4;
  if (isAt(highest)) {
    return `The temperature is held at its upper bound, e^${highest}: the policy's entropy stays below its target, which it cannot reach. Lower the entropy target.`;
  }
  if (isAt(lowest)) {
    return `The temperature is held at its lower bound, e^${lowest}: the policy's entropy stays above its target, which it cannot reach. Raise the entropy target.`;
  }
  return null;
}
