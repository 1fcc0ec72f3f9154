// VIREL. Fellows et al. 2019, "VIREL: A Variational Inference Framework for Reinforcement Learning", arXiv 1811.01132:
// variational EM in which the temperature is the critic's own Bellman error, ε_ω = c·mean δ². The E-step improves the
// actor against Q/ε + H(π); the M-step improves the critic, whose backup has no entropy term. docs/agents/virel.md sets
// the equations beside these lines and says what is published and what is ours.
import * as tf from '@tensorflow/tfjs';
import type { AgentDeclaration } from '../contract/declarations.ts';
import type { ParameterValues } from '../contract/parameters.ts';
import type { NamedTensors, ProgramInputs, ProgramOutputs } from '../engine/program.ts';
import type { Agent, AgentInstance, Problem, Supplies } from './agent.ts';
import { adamForms } from './parts/adam-forms.ts';
import { HardCritic } from './parts/hard-critic.ts';
import { inspectionOf, type InspectionView } from './parts/inspection.ts';
import { Adam, at, gradientsOf, pick } from './parts/optimiser.ts';
import { createPrior } from './parts/priors/create.ts';
import { divergenceDiagnostics, gapDiagnostics } from './parts/priors/diagnostics.ts';
import { criticsProgram, keepFormer, scalarShapes, stochasticPolicyPrograms, transitionShapes, transitionsOf } from './parts/programs.ts';
import { initialResidual, residualRules, residualShapes, residualTemperature, takeEstimate } from './parts/residual.ts';
import { SquashedGaussianPolicy } from './parts/squashed-gaussian.ts';
import { Temperature, temperatureAt } from './parts/temperature.ts';
import { booleanOf, choiceOf, integersOf, numberOf, scalarsOf } from './parts/values.ts';
import { virelDeclaration, virelFixedDeclaration, virelPublishedDeclaration } from './virel.declaration.ts';

const plainControls = [
  'discount',
  'target-smoothing',
  'reward-scale',
  'actor-learning-rate',
  'critic-learning-rate',
  'temperature-learning-rate',
  'policy-regularisation',
  'residual-scale',
  'residual-rate',
  'temperature-min',
  'temperature-max',
] as const;

function create(declaration: AgentDeclaration, problem: Problem, values: ParameterValues, supplies: Supplies): AgentInstance {
  const { observationSize, actionSize } = problem;
  const batchSize = numberOf(values, 'batch-size');
  const hidden = integersOf(values, 'hidden');
  const form = choiceOf(values, 'critic-form', ['twin', 'single']);
  const rule = choiceOf(values, 'temperature-rule', ['residual', 'learned', 'fixed', 'schedule']);
  const residualRule = choiceOf(values, 'residual-rule', residualRules);
  const residualSamples = numberOf(values, 'residual-samples');
  const residualEvery = numberOf(values, 'residual-every');
  const usesTargets = choiceOf(values, 'residual-networks', ['online', 'target']) === 'target';
  const isActorPaused = booleanOf(values, 'actor-paused');
  const isPublished = choiceOf(values, 'initialisation', ['fan-in', 'published']) === 'published';
  const actorSees = choiceOf(values, 'actor-sees', ['released', 'updated', 'former']);
  const adamForm = choiceOf(values, 'adam-epsilon-form', adamForms);

  const policy = new SquashedGaussianPolicy(
    'actor',
    { observation: observationSize, hidden, action: actionSize },
    choiceOf(values, 'log-sigma-bounds', ['affine', 'clip']),
    isPublished ? 1e-3 : 'fan-in',
  );
  const critic = new HardCritic(
    form,
    { observation: observationSize, action: actionSize, hidden },
    { initialisation: isPublished ? 3e-3 : 'fan-in', adamForm },
  );
  const prior = createPrior(values, problem, policy, supplies);
  const temperature = new Temperature(rule, adamForm);
  const actorShapes = policy.network.shapes;
  const actorAdam = new Adam('actor', actorShapes, adamForm);

  /** δ = Q − (r + γ (1 − d) V(s′)) on fresh samples of the replay buffer, into the running means. */
  function estimate({ state, batch, noise, controls }: ProgramInputs): ProgramOutputs {
    const transitions = transitionsOf(batch, controls);
    const networks = usesTargets ? critic.targets(state) : critic.online(state);
    const y = critic.bellmanTarget(
      networks,
      transitions,
      controls,
      () => policy.sample(state, transitions.sNext, at(noise, 'next') as tf.Tensor2D).action,
    );
    const qs = critic.actionValues.evaluate(state, transitions.s, transitions.a);
    return {
      state: takeEstimate(
        state,
        qs.map((q) => q.sub(y)),
        qs[0] as tf.Tensor,
        at(controls, 'residual-rate'),
      ),
      diagnostics: {},
    };
  }

  type Given = Pick<ProgramInputs, 'state' | 'controls'>;

  /** ε, or what the rule puts in its place. */
  const weight = (state: NamedTensors, controls: NamedTensors): tf.Tensor =>
    rule === 'residual' ? residualTemperature(residualRule, state, controls) : temperature.value(state, controls);

  /** E-step, times ε: E[ε (log π(ã|s) − log p) − Q(s, ã)] and, as published, a pull of μ and log σ towards 0. */
  const actorLoss =
    (given: Given, valueOf: (action: tf.Tensor2D) => tf.Tensor1D, s: tf.Tensor2D, epsilon: tf.Tensor2D, beta: tf.Tensor) =>
    (parameters: NamedTensors): tf.Scalar => {
      const sample = policy.sample(parameters, s, epsilon);
      const objective = beta
        .mul(prior.divergence(given, s, sample))
        .sub(valueOf(sample.action))
        .mean();
      return objective.add(
        at(given.controls, 'policy-regularisation').mul(sample.mu.square().mean().add(sample.logSigma.square().mean())),
      ) as tf.Scalar;
    };

  function update({ state, batch, noise, controls }: ProgramInputs): ProgramOutputs {
    const transitions = transitionsOf(batch, controls);
    const { s, a } = transitions;
    const epsilon = at(noise, 'current') as tf.Tensor2D;
    const given = { state, controls };

    const beta = weight(state, controls);
    const actor = pick(state, actorShapes);
    const current = policy.sample(actor, s, epsilon);
    const divergence = prior.divergence(given, s, current).mean();
    const temperatureStep = isActorPaused ? {} : temperature.step(state, controls, divergence, beta);

    // M-step: plain policy evaluation, without an entropy term.
    const nextAction = (): tf.Tensor2D => policy.sample(actor, transitions.sNext, at(noise, 'next') as tf.Tensor2D).action;
    const evaluation = critic.step({ state, controls, transitions, action: current.action, nextAction });

    const { former, updated } = evaluation;
    const valueOf = (a: tf.Tensor2D): tf.Tensor1D =>
      actorSees === 'released'
        ? critic.actionValues.minimumAcross(former, updated, s, a)
        : critic.actionValues.minimum(evaluation[actorSees], s, a);
    const improvement = gradientsOf(actorLoss(given, valueOf, s, epsilon, beta), actor);
    const actorStep = isActorPaused ? {} : actorAdam.step(state, improvement.gradients, at(controls, 'actor-learning-rate'));
    const learned = prior.learn?.(given, s, current, beta);

    return {
      state: { ...temperatureStep, ...evaluation.state, ...actorStep, ...learned?.state },
      diagnostics: {
        ...divergenceDiagnostics(prior, controls, current, divergence, rule === 'learned'),
        temperature: beta,
        residual: at(state, 'residual/squared'),
        'residual-samples': at(state, 'residual/estimates').greater(0).cast('float32').mul(residualSamples),
        'critic-loss': evaluation.loss,
        'actor-loss': improvement.value,
        'mean-q': critic.actionValues.minimum(state, s, a).mean(),
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
    const beta = weight(state, controls);
    const current = policy.sample(state, s, epsilon);
    const nextAction = (): tf.Tensor2D => policy.sample(state, sNext, at(noise, 'next') as tf.Tensor2D).action;
    const target = critic.bellmanTarget(critic.targets(state), transitions, controls, nextAction);
    return {
      target,
      onlineTarget: critic.bellmanTarget(critic.online(state), transitions, controls, nextAction),
      criticLoss: critic.loss(transitions, target),
      actorLoss: actorLoss(given, (a) => critic.actionValues.minimum(state, s, a), s, epsilon, beta),
      action: current.action,
      mean: current.mu,
      logSigma: current.logSigma,
      extras: {
        temperature: beta,
        ...(rule === 'residual' ? { residual: at(state, 'residual/squared'), 'residual-estimates': at(state, 'residual/estimates') } : {}),
        ...(rule === 'learned' ? gapDiagnostics(prior, controls, prior.divergence(given, s, current)) : {}),
        ...prior.view?.(state, s),
      },
    };
  }

  const controlShapes = { ...scalarShapes([...plainControls, 'temperature', 'divergence-target']), ...prior.controlShapes };
  const noiseNames = form === 'twin' ? ['current', 'next'] : ['current'];
  return {
    declaration,
    stateShapes: {
      ...actorShapes,
      ...critic.stateShapes,
      ...actorAdam.stateShapes,
      ...temperature.stateShapes,
      ...residualShapes,
      ...prior.stateShapes,
    },
    initialState(stream, former = {}) {
      const networks = keepFormer(
        {
          ...policy.network.initialState(stream),
          ...critic.initialState(stream),
          ...actorAdam.initialState(),
          ...temperature.initialState(numberOf(values, 'temperature')),
          ...initialResidual(),
        },
        former,
      );
      return { ...networks, ...keepFormer(prior.initialState(stream, networks), former) };
    },
    updates: [
      {
        name: 'virel residual',
        batchSize: residualSamples,
        isDue: (gradientStep) => rule === 'residual' && (gradientStep - 1) % residualEvery === 0,
        waitsFor: residualSamples,
        signature: {
          batch: transitionShapes(residualSamples, problem),
          noise: form === 'twin' ? { next: [residualSamples, actionSize] } : {},
          controls: scalarShapes(['discount', 'reward-scale', 'residual-rate']),
        },
        fn: estimate,
      },
      {
        name: 'virel update',
        batchSize,
        isDue: () => true,
        signature: {
          batch: transitionShapes(batchSize, problem),
          noise: Object.fromEntries(noiseNames.map((name) => [name, [batchSize, actionSize]])),
          controls: controlShapes,
        },
        fn: update,
      },
      ...prior.updates,
    ],
    ...stochasticPolicyPrograms('virel', policy, problem),
    critics: criticsProgram('virel', critic.actionValues, problem),
    inspection: inspectionOf({
      agent: 'virel',
      problem,
      critics: critic.actionValues,
      actor: policy.network,
      noise: noiseNames,
      controls: controlShapes,
      view,
      bonus: null,
    }),
    warning: (means) => temperature.warning(means, prior.constant !== 0),
    controls: (given, step) => ({
      ...scalarsOf(given, plainControls),
      temperature: Float32Array.of(temperatureAt(rule, given, step)),
      'divergence-target': Float32Array.of(prior.target(given)),
      ...prior.controls(given),
    }),
  };
}

const agent = (declaration: AgentDeclaration): Agent => ({
  declaration,
  create: (problem, values, supplies = {}) => create(declaration, problem, values, supplies),
});

export const virel = agent(virelDeclaration);
export const virelPublished = agent(virelPublishedDeclaration);
export const virelFixed = agent(virelFixedDeclaration);
