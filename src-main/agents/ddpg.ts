// DDPG. Lillicrap et al. 2016, "Continuous control with deep reinforcement learning", arXiv 1509.02971, algorithm 1: a
// deterministic actor and one critic, each with a target. With the networks, Adam and Gaussian noise of OurDDPG
// in sfujim/TD3 since April 2021. docs/agents/ddpg.md.
import type * as tf from '@tensorflow/tfjs';
import type { NamedTensors, ProgramInputs, ProgramOutputs } from '../engine/program.ts';
import type { Agent, AgentInstance, Problem } from './agent.ts';
import { ddpgDeclaration } from './ddpg.declaration.ts';
import { adamForms } from './parts/adam-forms.ts';
import { asOnline, Critics, targetOf, targetShapesOf, targetsLike } from './parts/critics.ts';
import { DeterministicPolicy, deterministicPolicyPrograms } from './parts/deterministic-policy.ts';
import { inspectionOf, type InspectionView } from './parts/inspection.ts';
import { Adam, at, gradientsOf, pick, polyak } from './parts/optimiser.ts';
import { criticsProgram, keepFormer, scalarShapes, type Transitions, transitionShapes, transitionsOf } from './parts/programs.ts';
import { booleanOf, choiceOf, integersOf, numberOf, scalarsOf } from './parts/values.ts';

const plainControls = [
  'discount',
  'target-smoothing',
  'reward-scale',
  'actor-learning-rate',
  'critic-learning-rate',
  'exploration-noise',
] as const;

export const ddpg: Agent = {
  declaration: ddpgDeclaration,

  create(problem: Problem, values): AgentInstance {
    const { observationSize, actionSize } = problem;
    const batchSize = numberOf(values, 'batch-size');
    const hidden = integersOf(values, 'hidden');
    const isActorPaused = booleanOf(values, 'actor-paused');
    const policy = new DeterministicPolicy('actor', { observation: observationSize, hidden, action: actionSize });
    const critic = new Critics({ observation: observationSize, action: actionSize, hidden }, 1);
    const actorShapes = policy.network.shapes;
    const targeted = { ...actorShapes, ...critic.shapes };
    const adamForm = choiceOf(values, 'adam-epsilon-form', adamForms);
    const [actorAdam, criticAdam] = [new Adam('actor', actorShapes, adamForm), new Adam('critics', critic.shapes, adamForm)];

    /** y = r + γ (1 − d) Q′(s′, μ′(s′)), of these networks. */
    const backup = (controls: NamedTensors, networks: NamedTensors, { r, sNext, continues }: Transitions): tf.Tensor =>
      r.add(
        at(controls, 'discount')
          .mul(continues)
          .mul(critic.minimum(networks, sNext, policy.action(networks, sNext))),
      );
    const criticLossOf =
      ({ s, a }: Transitions, y: tf.Tensor) =>
      (parameters: NamedTensors): tf.Scalar =>
        critic.squaredError(parameters, s, a, y);
    /** ∇J = E[∇_a Q(s, μ(s)) ∇μ(s)]. */
    const actorLossOf =
      (networks: NamedTensors, s: tf.Tensor2D) =>
      (parameters: NamedTensors): tf.Scalar =>
        critic.minimum(networks, s, policy.action(parameters, s)).mean().neg() as tf.Scalar;

    function update({ state, batch, controls }: ProgramInputs): ProgramOutputs {
      const transitions = transitionsOf(batch, controls);
      const { s, a } = transitions;
      const y = backup(controls, asOnline(state, targeted), transitions);
      const online = pick(state, critic.shapes);
      const criticLoss = gradientsOf(criticLossOf(transitions, y), online);
      const criticStep = criticAdam.step(state, criticLoss.gradients, at(controls, 'critic-learning-rate'));
      const updated = pick(criticStep, critic.shapes);

      // The actor sees the updated critic.
      const actor = pick(state, actorShapes);
      const actorLoss = gradientsOf(actorLossOf(updated, s), actor);
      const actorStep = isActorPaused ? {} : actorAdam.step(state, actorLoss.gradients, at(controls, 'actor-learning-rate'));

      // Targets of both: θ′ ← τ θ + (1 − τ) θ′.
      const moved = { ...updated, ...(isActorPaused ? actor : pick(actorStep, actorShapes)) };
      return {
        state: { ...criticStep, ...actorStep, ...polyak(moved, state, at(controls, 'target-smoothing'), targetOf) },
        diagnostics: { 'critic-loss': criticLoss.value, 'actor-loss': actorLoss.value, 'mean-q': critic.minimum(online, s, a).mean() },
      };
    }

    function view(inputs: ProgramInputs): InspectionView {
      const { state, batch, controls } = inputs;
      const transitions = transitionsOf(batch, controls);
      const target = backup(controls, asOnline(state, targeted), transitions);
      return {
        target,
        onlineTarget: backup(controls, state, transitions),
        criticLoss: criticLossOf(transitions, target),
        actorLoss: actorLossOf(state, transitions.s),
        action: policy.explore(inputs, transitions.s),
        mean: policy.network.apply(state, transitions.s),
      };
    }

    return {
      declaration: ddpgDeclaration,
      stateShapes: {
        ...actorShapes,
        ...critic.shapes,
        ...targetShapesOf(targeted),
        ...actorAdam.stateShapes,
        ...criticAdam.stateShapes,
      },
      initialState(stream, former = {}) {
        const online = { ...policy.network.initialState(stream), ...critic.initialState(stream) };
        return keepFormer({ ...online, ...targetsLike(online), ...actorAdam.initialState(), ...criticAdam.initialState() }, former);
      },
      updates: [
        {
          name: 'ddpg update',
          batchSize,
          isDue: () => true,
          signature: { batch: transitionShapes(batchSize, problem), noise: {}, controls: scalarShapes(plainControls) },
          fn: update,
        },
      ],
      ...deterministicPolicyPrograms('ddpg', policy, problem),
      critics: criticsProgram('ddpg', critic, problem),
      inspection: inspectionOf({
        agent: 'ddpg',
        problem,
        critics: critic,
        actor: policy.network,
        noise: ['exploration'],
        controls: scalarShapes(plainControls),
        view,
        bonus: null,
      }),
      controls: (given) => scalarsOf(given, plainControls),
    };
  },
};
