// SAC, first version. Haarnoja et al. 2018, "Soft Actor-Critic: Off-Policy Maximum Entropy Deep Reinforcement Learning
// with a Stochastic Actor", arXiv 1801.01290, algorithm 1; its equation numbers below. A state value with a target beside
// two action values; the temperature is 1/κ, set by the reward's scale κ. docs/agents/sac-v1.md.
import * as tf from '@tensorflow/tfjs';
import type { NamedTensors, ProgramInputs, ProgramOutputs } from '../engine/program.ts';
import type { Agent, AgentInstance, Problem } from './agent.ts';
import { adamForms } from './parts/adam-forms.ts';
import { asOnline, Critics, targetOf, targetShapesOf, targetsLike } from './parts/critics.ts';
import { inspectionOf, type InspectionView } from './parts/inspection.ts';
import { Network } from './parts/networks.ts';
import { Adam, at, gradientsOf, pick, polyak } from './parts/optimiser.ts';
import {
  criticsProgram,
  keepFormer,
  scalarShapes,
  stochasticPolicyPrograms,
  type Transitions,
  transitionShapes,
  transitionsOf,
} from './parts/programs.ts';
import { SquashedGaussianPolicy } from './parts/squashed-gaussian.ts';
import { booleanOf, choiceOf, integersOf, numberOf, scalarsOf } from './parts/values.ts';
import { sacV1Declaration } from './sac-v1.declaration.ts';

const plainControls = [
  'discount',
  'target-smoothing',
  'reward-scale',
  'actor-learning-rate',
  'critic-learning-rate',
  'policy-regularisation',
] as const;

export const sacV1: Agent = {
  declaration: sacV1Declaration,

  create(problem: Problem, values): AgentInstance {
    const { observationSize, actionSize } = problem;
    const batchSize = numberOf(values, 'batch-size');
    const hidden = integersOf(values, 'hidden');
    const isActorPaused = booleanOf(values, 'actor-paused');

    const policy = new SquashedGaussianPolicy(
      'actor',
      { observation: observationSize, hidden, action: actionSize },
      choiceOf(values, 'log-sigma-bounds', ['affine', 'clip']),
    );
    const critics = new Critics({ observation: observationSize, action: actionSize, hidden });
    const value = new Network('value', [observationSize, ...hidden, 1]);
    const valueOf = (parameters: Parameters<Network['apply']>[0], s: tf.Tensor2D): tf.Tensor1D => value.apply(parameters, s).squeeze([1]);
    const adamForm = choiceOf(values, 'adam-epsilon-form', adamForms);
    const [actorAdam, criticAdam, valueAdam] = [
      new Adam('actor', policy.network.shapes, adamForm),
      new Adam('critics', critics.shapes, adamForm),
      new Adam('value', value.shapes, adamForm),
    ];

    /** Action values, eqs. 7 to 9: y = κ r + γ (1 − d) V′(s′), of these state values. */
    const backup = (controls: NamedTensors, values: NamedTensors, { r, sNext, continues }: Transitions): tf.Tensor =>
      r.add(at(controls, 'discount').mul(continues).mul(valueOf(values, sNext)));
    const criticLossOf =
      ({ s, a }: Transitions, y: tf.Tensor) =>
      (parameters: NamedTensors): tf.Scalar =>
        critics.squaredError(parameters, s, a, y).mul(0.5);

    /** Actor, eqs. 12 and 13: E[log π(ã|s) − Q₁(s, ã)], the first critic alone, with the early code's pull of μ and log σ towards 0. */
    const actorLossOf =
      (controls: NamedTensors, online: NamedTensors, s: tf.Tensor2D, epsilon: tf.Tensor2D) =>
      (parameters: NamedTensors): tf.Scalar => {
        const { action, logProbability, mu, logSigma } = policy.sample(parameters, s, epsilon);
        const [q1] = critics.evaluate(online, s, action) as [tf.Tensor1D];
        const pull = mu.square().mean().add(logSigma.square().mean()).mul(0.5);
        return logProbability.sub(q1).mean().add(at(controls, 'policy-regularisation').mul(pull));
      };

    /** Every loss is of the parameters before the step. */
    function update({ state, batch, noise, controls }: ProgramInputs): ProgramOutputs {
      const transitions = transitionsOf(batch, controls);
      const { s, a } = transitions;
      const epsilon = at(noise, 'current') as tf.Tensor2D;
      const rate = at(controls, 'critic-learning-rate');
      const actor = pick(state, policy.network.shapes);
      const online = pick(state, critics.shapes);
      const current = policy.sample(actor, s, epsilon);

      const y = backup(controls, asOnline(state, value.shapes), transitions);
      const criticLoss = gradientsOf(criticLossOf(transitions, y), online);
      const criticStep = criticAdam.step(state, criticLoss.gradients, rate);

      // State value, eqs. 5 and 6: V(s) ← min Q(s, ã) − log π(ã|s).
      const goal = critics.minimum(online, s, current.action).sub(current.logProbability);
      const valueLoss = gradientsOf(
        (parameters) => tf.squaredDifference(valueOf(parameters, s), goal).mean().mul(0.5),
        pick(state, value.shapes),
      );
      const valueStep = valueAdam.step(state, valueLoss.gradients, rate);

      const actorLoss = gradientsOf(actorLossOf(controls, online, s, epsilon), actor);
      const actorStep = isActorPaused ? {} : actorAdam.step(state, actorLoss.gradients, at(controls, 'actor-learning-rate'));

      // Target: V′ ← τ V + (1 − τ) V′.
      const targetStep = polyak(pick(valueStep, value.shapes), state, at(controls, 'target-smoothing'), targetOf);
      return {
        state: { ...criticStep, ...valueStep, ...actorStep, ...targetStep },
        diagnostics: {
          entropy: current.logProbability.mean().neg(),
          kl: current.logProbability.mean().add(actionSize * Math.LN2),
          temperature: tf.div(1, at(controls, 'reward-scale')),
          'critic-loss': criticLoss.value,
          'value-loss': valueLoss.value,
          'actor-loss': actorLoss.value,
          'mean-q': critics.minimum(online, s, a).mean(),
          'policy-sigma': tf.exp(current.logSigma).mean(),
        },
      };
    }

    function view({ state, batch, noise, controls }: ProgramInputs): InspectionView {
      const transitions = transitionsOf(batch, controls);
      const epsilon = at(noise, 'current') as tf.Tensor2D;
      const current = policy.sample(state, transitions.s, epsilon);
      const target = backup(controls, asOnline(state, value.shapes), transitions);
      return {
        target,
        onlineTarget: backup(controls, state, transitions),
        criticLoss: criticLossOf(transitions, target),
        actorLoss: actorLossOf(controls, state, transitions.s, epsilon),
        action: current.action,
        mean: current.mu,
        logSigma: current.logSigma,
      };
    }

    return {
      declaration: sacV1Declaration,
      stateShapes: {
        ...policy.network.shapes,
        ...critics.shapes,
        ...value.shapes,
        ...targetShapesOf(value.shapes),
        ...actorAdam.stateShapes,
        ...criticAdam.stateShapes,
        ...valueAdam.stateShapes,
      },
      initialState(stream, former = {}) {
        const actor = policy.network.initialState(stream);
        const online = critics.initialState(stream);
        const values = value.initialState(stream);
        return keepFormer(
          {
            ...actor,
            ...online,
            ...values,
            ...targetsLike(values),
            ...actorAdam.initialState(),
            ...criticAdam.initialState(),
            ...valueAdam.initialState(),
          },
          former,
        );
      },
      updates: [
        {
          name: 'sac-v1 update',
          batchSize,
          isDue: () => true,
          signature: {
            batch: transitionShapes(batchSize, problem),
            noise: { current: [batchSize, actionSize] },
            controls: scalarShapes(plainControls),
          },
          fn: update,
        },
      ],
      ...stochasticPolicyPrograms('sac-v1', policy, problem),
      critics: criticsProgram('sac-v1', critics, problem),
      inspection: inspectionOf({
        agent: 'sac-v1',
        problem,
        critics,
        actor: policy.network,
        noise: ['current'],
        controls: scalarShapes(plainControls),
        view,
        bonus: ({ state, noise }, s) => policy.sample(state, s, at(noise, 'current') as tf.Tensor2D).logProbability.neg(),
      }),
      controls: (given) => scalarsOf(given, plainControls),
    };
  },
};
