// Soft actor-critic. Haarnoja et al. 2018, "Soft Actor-Critic Algorithms and Applications", arXiv 1812.05905; its
// equation numbers below. docs/agents/sac.md sets them beside these lines and names every deviation; docs/priors.md
// says what becomes of −H(π) under another prior than the uniform one.
import * as tf from '@tensorflow/tfjs';
import type { NamedTensors, ProgramInputs, ProgramOutputs } from '../engine/program.ts';
import type { Agent, AgentInstance, Problem } from './agent.ts';
import { adamForms } from './parts/adam-forms.ts';
import { asOnline, Critics, targetOf, targetShapesOf, targetsLike } from './parts/critics.ts';
import { inspectionOf, type InspectionView } from './parts/inspection.ts';
import { Adam, at, gradientsOf, pick, polyak } from './parts/optimiser.ts';
import { createPrior } from './parts/priors/create.ts';
import { divergenceDiagnostics, gapDiagnostics, inCriticTarget } from './parts/priors/diagnostics.ts';
import {
  criticsProgram,
  keepFormer,
  scalarShapes,
  stochasticPolicyPrograms,
  type Transitions,
  transitionShapes,
  transitionsOf,
} from './parts/programs.ts';
import { type PolicySample, SquashedGaussianPolicy } from './parts/squashed-gaussian.ts';
import { Temperature, temperatureAt } from './parts/temperature.ts';
import { booleanOf, choiceOf, integersOf, numberOf, scalarsOf } from './parts/values.ts';
import { sacDeclaration } from './sac.declaration.ts';

/** Controls whose value is the hyper-parameter's own. */
const plainControls = [
  'discount',
  'target-smoothing',
  'reward-scale',
  'actor-learning-rate',
  'critic-learning-rate',
  'temperature-learning-rate',
] as const;

export const sac: Agent = {
  declaration: sacDeclaration,

  create(problem: Problem, values, supplies = {}): AgentInstance {
    const { observationSize, actionSize } = problem;
    const batchSize = numberOf(values, 'batch-size');
    const hidden = integersOf(values, 'hidden');
    const isActorPaused = booleanOf(values, 'actor-paused');
    const rule = choiceOf(values, 'temperature-rule', ['learned', 'fixed', 'schedule']);

    const policy = new SquashedGaussianPolicy(
      'actor',
      { observation: observationSize, hidden, action: actionSize },
      choiceOf(values, 'log-sigma-bounds', ['affine', 'clip']),
    );
    const critics = new Critics({ observation: observationSize, action: actionSize, hidden });
    const prior = createPrior(values, problem, policy, supplies);
    const adamForm = choiceOf(values, 'adam-epsilon-form', adamForms);
    const temperature = new Temperature(rule, adamForm);
    const actorShapes = policy.network.shapes;
    const actorAdam = new Adam('actor', actorShapes, adamForm);
    const criticAdam = new Adam('critics', critics.shapes, adamForm);

    type Given = Pick<ProgramInputs, 'state' | 'controls'>;

    /** Critics, eqs. 5 and 6: y = r + γ (1 − d) (min Q′(s′, a′) − α log π(a′|s′)), a′ ~ π(·|s′), of these critics. */
    function backup(
      given: Given,
      networks: NamedTensors,
      { r, sNext, continues }: Transitions,
      next: PolicySample,
      alpha: tf.Tensor,
    ): tf.Tensor {
      const softValue = critics.minimum(networks, sNext, next.action).sub(alpha.mul(inCriticTarget(prior, given, sNext, next)));
      return r.add(at(given.controls, 'discount').mul(continues).mul(softValue));
    }

    const criticLoss =
      ({ s, a }: Transitions, y: tf.Tensor) =>
      (parameters: NamedTensors): tf.Scalar =>
        critics.squaredError(parameters, s, a, y).mul(0.5);

    /** Actor, eqs. 7 and 9: E[α log π(ã|s) − min Q(s, ã)], ã reparameterised. */
    const actorLoss =
      (given: Given, networks: NamedTensors, { s }: Transitions, epsilon: tf.Tensor2D, alpha: tf.Tensor) =>
      (parameters: NamedTensors): tf.Scalar => {
        const sample = policy.sample(parameters, s, epsilon);
        return alpha
          .mul(prior.divergence(given, s, sample))
          .sub(critics.minimum(networks, s, sample.action))
          .mean();
      };

    function update({ state, batch, noise, controls }: ProgramInputs): ProgramOutputs {
      const transitions = transitionsOf(batch, controls);
      const { s, a, sNext } = transitions;
      const epsilon = at(noise, 'current') as tf.Tensor2D;
      const epsilonNext = at(noise, 'next') as tf.Tensor2D;
      const given = { state, controls };

      // α from before its own step serves both losses below. Under the uniform prior, divergence is log π(a|s).
      const alpha = temperature.value(state, controls);
      const actor = pick(state, actorShapes);
      const current = policy.sample(actor, s, epsilon);
      const divergence = prior.divergence(given, s, current).mean();

      // Temperature, eq. 18. While the actor rests, nothing could answer it.
      const temperatureStep = isActorPaused ? {} : temperature.step(state, controls, divergence, alpha);

      const next = policy.sample(actor, sNext, epsilonNext);
      const y = backup(given, asOnline(state, critics.shapes), transitions, next, alpha);
      const online = pick(state, critics.shapes);
      const critic = gradientsOf(criticLoss(transitions, y), online);
      const criticStep = criticAdam.step(state, critic.gradients, at(controls, 'critic-learning-rate'));
      const updatedCritics = pick(criticStep, critics.shapes);

      // The actor sees the updated critics.
      const improvement = gradientsOf(actorLoss(given, updatedCritics, transitions, epsilon, alpha), actor);
      const actorStep = isActorPaused ? {} : actorAdam.step(state, improvement.gradients, at(controls, 'actor-learning-rate'));

      // Targets: Q′ ← τ Q + (1 − τ) Q′.
      const targetStep = polyak(updatedCritics, state, at(controls, 'target-smoothing'), targetOf);
      const learned = prior.learn?.(given, s, current, alpha);

      return {
        state: { ...temperatureStep, ...criticStep, ...actorStep, ...targetStep, ...learned?.state },
        diagnostics: {
          ...divergenceDiagnostics(prior, controls, current, divergence, rule === 'learned'),
          temperature: alpha,
          'critic-loss': critic.value,
          'actor-loss': improvement.value,
          'mean-q': critics.minimum(online, s, a).mean(),
          'policy-sigma': tf.exp(current.logSigma).mean(),
          ...learned?.diagnostics,
        },
      };
    }

    function view({ state, batch, noise, controls }: ProgramInputs): InspectionView {
      const transitions = transitionsOf(batch, controls);
      const { s, sNext } = transitions;
      const epsilon = at(noise, 'current') as tf.Tensor2D;
      const given = { state, controls };
      const alpha = temperature.value(state, controls);
      const current = policy.sample(state, s, epsilon);
      const next = policy.sample(state, sNext, at(noise, 'next') as tf.Tensor2D);
      const target = backup(given, asOnline(state, critics.shapes), transitions, next, alpha);
      return {
        target,
        onlineTarget: backup(given, state, transitions, next, alpha),
        criticLoss: criticLoss(transitions, target),
        actorLoss: actorLoss(given, state, transitions, epsilon, alpha),
        action: current.action,
        mean: current.mu,
        logSigma: current.logSigma,
        extras: {
          temperature: alpha,
          ...(rule === 'learned' ? gapDiagnostics(prior, controls, prior.divergence(given, s, current)) : {}),
          ...prior.view?.(state, s),
        },
      };
    }

    const controlShapes = { ...scalarShapes([...plainControls, 'temperature', 'divergence-target']), ...prior.controlShapes };
    return {
      declaration: sacDeclaration,
      stateShapes: {
        ...actorShapes,
        ...critics.shapes,
        ...targetShapesOf(critics.shapes),
        ...actorAdam.stateShapes,
        ...criticAdam.stateShapes,
        ...temperature.stateShapes,
        ...prior.stateShapes,
      },
      initialState(stream, former = {}) {
        const actor = policy.network.initialState(stream);
        const online = critics.initialState(stream);
        const networks = keepFormer(
          {
            ...actor,
            ...online,
            ...targetsLike(online),
            ...actorAdam.initialState(),
            ...criticAdam.initialState(),
            ...temperature.initialState(numberOf(values, 'temperature')),
          },
          former,
        );
        return { ...networks, ...keepFormer(prior.initialState(stream, networks), former) };
      },
      updates: [
        {
          name: 'sac update',
          batchSize,
          isDue: () => true,
          signature: {
            batch: transitionShapes(batchSize, problem),
            noise: { current: [batchSize, actionSize], next: [batchSize, actionSize] },
            controls: controlShapes,
          },
          fn: update,
        },
        ...prior.updates,
      ],
      ...stochasticPolicyPrograms('sac', policy, problem),
      critics: criticsProgram('sac', critics, problem),
      inspection: inspectionOf({
        agent: 'sac',
        problem,
        critics,
        actor: policy.network,
        noise: ['current', 'next'],
        controls: controlShapes,
        view,
        bonus: ({ state, noise, controls }, s) =>
          temperature
            .value(state, controls)
            .mul(inCriticTarget(prior, { state, controls }, s, policy.sample(state, s, at(noise, 'current') as tf.Tensor2D)))
            .neg(),
      }),
      warning: (means) => temperature.warning(means, prior.constant !== 0),
      controls: (given, step) => ({
        ...scalarsOf(given, plainControls),
        temperature: Float32Array.of(temperatureAt(rule, given, step)),
        'divergence-target': Float32Array.of(prior.target(given)),
        ...prior.controls(given),
      }),
    };
  },
};
