// TD3. Fujimoto et al. 2018, "Addressing Function Approximation Error in Actor-Critic Methods", arXiv 1802.09477,
// algorithm 1: a deterministic actor, twin critics whose target actions are smoothed by noise, and an actor and targets
// that move at every d-th update only. docs/agents/td3.md.
import * as tf from '@tensorflow/tfjs';
import type { NamedTensors, ProgramInputs, ProgramOutputs } from '../engine/program.ts';
import type { Agent, AgentInstance, Problem, UpdateProgram } from './agent.ts';
import { adamForms } from './parts/adam-forms.ts';
import { asOnline, Critics, targetOf, targetShapesOf, targetsLike } from './parts/critics.ts';
import { DeterministicPolicy, deterministicPolicyPrograms } from './parts/deterministic-policy.ts';
import { inspectionOf, type InspectionView } from './parts/inspection.ts';
import { Adam, at, gradientsOf, pick, polyak } from './parts/optimiser.ts';
import { criticsProgram, keepFormer, scalarShapes, type Transitions, transitionShapes, transitionsOf } from './parts/programs.ts';
import { booleanOf, choiceOf, integersOf, numberOf, scalarsOf } from './parts/values.ts';
import { td3Declaration } from './td3.declaration.ts';

const plainControls = [
  'discount',
  'target-smoothing',
  'reward-scale',
  'actor-learning-rate',
  'critic-learning-rate',
  'exploration-noise',
  'smoothing-noise',
  'smoothing-clip',
] as const;

export const td3: Agent = {
  declaration: td3Declaration,

  create(problem: Problem, values): AgentInstance {
    const { observationSize, actionSize } = problem;
    const batchSize = numberOf(values, 'batch-size');
    const hidden = integersOf(values, 'hidden');
    const delay = numberOf(values, 'policy-delay');
    const isActorPaused = booleanOf(values, 'actor-paused');
    const policy = new DeterministicPolicy('actor', { observation: observationSize, hidden, action: actionSize });
    const critics = new Critics({ observation: observationSize, action: actionSize, hidden });
    const actorShapes = policy.network.shapes;
    const targeted = { ...actorShapes, ...critics.shapes };
    const adamForm = choiceOf(values, 'adam-epsilon-form', adamForms);
    const [actorAdam, criticAdam] = [new Adam('actor', actorShapes, adamForm), new Adam('critics', critics.shapes, adamForm)];

    /** ã = clip(π′(s′) + clip(σ̃ ε, ±c), ±1); y = r + γ (1 − d) min Q′(s′, ã), of these networks. */
    function backup({ noise, controls }: ProgramInputs, networks: NamedTensors, { r, sNext, continues }: Transitions): tf.Tensor {
      const clip = at(controls, 'smoothing-clip');
      const smoothing = tf.maximum(tf.minimum(at(noise, 'smoothing').mul(at(controls, 'smoothing-noise')), clip), clip.neg());
      const nextAction = tf.clipByValue(policy.action(networks, sNext).add(smoothing), -1, 1) as tf.Tensor2D;
      return r.add(
        at(controls, 'discount')
          .mul(continues)
          .mul(critics.minimum(networks, sNext, nextAction)),
      );
    }
    const criticLoss =
      ({ s, a }: Transitions, y: tf.Tensor) =>
      (parameters: NamedTensors): tf.Scalar =>
        critics.squaredError(parameters, s, a, y);
    /** By the first critic: ∇J = E[∇_a Q₁(s, π(s)) ∇π(s)]. */
    const actorLoss =
      (networks: NamedTensors, s: tf.Tensor2D) =>
      (parameters: NamedTensors): tf.Scalar =>
        (critics.evaluate(networks, s, policy.action(parameters, s))[0] as tf.Tensor1D).mean().neg() as tf.Scalar;

    function updateCritics(inputs: ProgramInputs): ProgramOutputs {
      const { state, batch, controls } = inputs;
      const transitions = transitionsOf(batch, controls);
      const { s, a } = transitions;
      const y = backup(inputs, asOnline(state, targeted), transitions);
      const online = pick(state, critics.shapes);
      const { value, gradients } = gradientsOf(criticLoss(transitions, y), online);
      return {
        state: criticAdam.step(state, gradients, at(controls, 'critic-learning-rate')),
        diagnostics: { 'critic-loss': value, 'mean-q': critics.minimum(online, s, a).mean() },
      };
    }

    /** The critics' step, then on the same batch the actor's, then all targets. */
    function updateAll(inputs: ProgramInputs): ProgramOutputs {
      const { state, batch, controls } = inputs;
      const critic = updateCritics(inputs);
      const updated = pick(critic.state, critics.shapes);
      const s = at(batch, 'observation') as tf.Tensor2D;
      const actor = pick(state, actorShapes);
      const { value, gradients } = gradientsOf(actorLoss(updated, s), actor);
      const actorStep: NamedTensors = isActorPaused ? {} : actorAdam.step(state, gradients, at(controls, 'actor-learning-rate'));
      const moved = { ...updated, ...(isActorPaused ? actor : pick(actorStep, actorShapes)) };
      return {
        state: { ...critic.state, ...actorStep, ...polyak(moved, state, at(controls, 'target-smoothing'), targetOf) },
        diagnostics: { ...critic.diagnostics, 'actor-loss': value },
      };
    }

    function view(inputs: ProgramInputs): InspectionView {
      const { state, batch, controls } = inputs;
      const transitions = transitionsOf(batch, controls);
      const target = backup(inputs, asOnline(state, targeted), transitions);
      return {
        target,
        onlineTarget: backup(inputs, state, transitions),
        criticLoss: criticLoss(transitions, target),
        actorLoss: actorLoss(state, transitions.s),
        action: policy.explore(inputs, transitions.s),
        mean: policy.network.apply(state, transitions.s),
      };
    }

    const program = (name: string, isDue: UpdateProgram['isDue'], fn: UpdateProgram['fn']): UpdateProgram => ({
      name,
      batchSize,
      isDue,
      fn,
      signature: {
        batch: transitionShapes(batchSize, problem),
        noise: { smoothing: [batchSize, actionSize] },
        controls: scalarShapes(plainControls),
      },
    });

    return {
      declaration: td3Declaration,
      stateShapes: {
        ...actorShapes,
        ...critics.shapes,
        ...targetShapesOf(targeted),
        ...actorAdam.stateShapes,
        ...criticAdam.stateShapes,
      },
      initialState(stream, former = {}) {
        const online = { ...policy.network.initialState(stream), ...critics.initialState(stream) };
        return keepFormer({ ...online, ...targetsLike(online), ...actorAdam.initialState(), ...criticAdam.initialState() }, former);
      },
      updates: [
        ...(delay > 1 ? [program('td3 critic update', (step) => step % delay !== 0, updateCritics)] : []),
        program('td3 update', (step) => step % delay === 0, updateAll),
      ],
      ...deterministicPolicyPrograms('td3', policy, problem),
      critics: criticsProgram('td3', critics, problem),
      inspection: inspectionOf({
        agent: 'td3',
        problem,
        critics,
        actor: policy.network,
        noise: ['exploration', 'smoothing'],
        controls: scalarShapes(plainControls),
        view,
        bonus: null,
      }),
      controls: (given) => scalarsOf(given, plainControls),
    };
  },
};
