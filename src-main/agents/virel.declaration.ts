// What VIREL says about itself, in three named forms of one algorithm: with twin critics, as published, and with the
// fixed temperature of the authors' released script. Importable without loading an engine.
import type { AgentDeclaration } from '../contract/declarations.ts';
import type { Condition, ParameterDeclaration } from '../contract/parameters.ts';
import {
  actorPaused,
  adamEpsilonForm,
  discount,
  learnedOnly,
  learningRate,
  logSigmaBounds,
  plainAdam,
  targetSmoothing,
  temperatureParameters,
} from './parts/agent-parameters.ts';
import { priorParameters } from './parts/prior-parameters.ts';
import { runParametersWith } from './parts/run-parameters.ts';

const released = 'the authors’ released code (2019), docs/agents/virel.md';
const elbow = 'Elbow: docs/agents/virel.md';

/** Where the three forms differ. */
interface Form {
  isPublished: boolean;
  rules: readonly string[];
}

const isResidual: readonly Condition[] = [
  {
    parameter: 'temperature-rule',
    is: ['residual'],
    otherwise: 'only temperature-rule=residual takes the temperature from the Bellman residual',
  },
];

function residualParameters({ isPublished }: Form): ParameterDeclaration[] {
  return [
    {
      name: 'residual-scale',
      kind: 'number',
      default: 0.004,
      min: 1e-9,
      max: 1e4,
      unit: '1',
      scale: 'log',
      live: true,
      usedWhen: isResidual,
      group: 'temperature',
      sentence: 'Factor c of the residual temperature: ε = c·mean δ². With p = 2 the theory writes c/2.',
      citation: '0.004: the example in the authors’ released code',
    },
    {
      name: 'residual-rule',
      kind: 'choice',
      default: 'squared',
      choices: ['squared', 'rms', 'absolute', 'scale-free'],
      unit: '',
      scale: 'linear',
      live: true,
      recompiles: true,
      usedWhen: isResidual,
      group: 'temperature',
      sentence:
        'What c multiplies: mean δ², as published; its root; mean |δ|; or mean δ² over the spread of Q, which does not depend on the reward’s unit.',
      citation: 'squared: Fellows et al. 2019, arXiv 1811.01132, p = 2; absolute: p = 1; rms and scale-free: Elbow',
    },
    {
      name: 'residual-samples',
      kind: 'integer',
      default: isPublished ? 4_096 : 1_024,
      min: 1,
      max: 65_536,
      unit: 'transitions',
      scale: 'log',
      live: false,
      usedWhen: isResidual,
      lessThan: {
        parameter: 'buffer-size',
        why: 'the residual is estimated once the replay buffer holds more than that, which it never would',
      },
      group: 'temperature',
      sentence:
        'Transitions of an estimate, drawn apart from the training batch. Until the replay buffer holds more, mean δ² is taken as 1.',
      citation: isPublished ? `4,096: ${released}` : `1,024, with a running mean: ${elbow}`,
    },
    {
      name: 'residual-every',
      kind: 'integer',
      default: isPublished ? 1 : 10,
      min: 1,
      max: 100_000,
      unit: 'gradient steps',
      scale: 'log',
      live: false,
      usedWhen: isResidual,
      group: 'temperature',
      sentence: 'Gradient steps between two estimates; each costs several updates, so that rarer ones with a running mean train faster.',
      citation: isPublished ? `every update: ${released}` : elbow,
    },
    {
      name: 'residual-rate',
      kind: 'number',
      default: isPublished ? 1 : 0.05,
      min: 1e-4,
      max: 1,
      unit: '1',
      scale: 'log',
      live: true,
      usedWhen: isResidual,
      group: 'temperature',
      sentence: 'Share of a new estimate in the running mean; 1 keeps the newest alone.',
      citation: isPublished ? `no running mean: ${released}` : elbow,
    },
    {
      name: 'residual-networks',
      kind: 'choice',
      default: 'online',
      choices: ['online', 'target'],
      unit: '',
      scale: 'linear',
      live: true,
      recompiles: true,
      usedWhen: isResidual,
      group: 'temperature',
      sentence: 'Whose value of the next state the residual is measured against: the online networks’ or their targets’.',
      citation: `online: ${released}; target: Hartikainen’s implementation`,
    },
    {
      name: 'temperature-min',
      kind: 'number',
      default: isPublished ? 0 : 1e-4,
      min: 0,
      max: 1e4,
      unit: '1',
      scale: 'log',
      live: true,
      usedWhen: isResidual,
      atMost: 'temperature-max',
      group: 'temperature',
      sentence: 'The residual temperature is clipped from below here.',
      citation: isPublished ? 'no clip as published' : elbow,
    },
    {
      name: 'temperature-max',
      kind: 'number',
      default: isPublished ? 1e6 : 100,
      min: 1e-9,
      max: 1e6,
      unit: '1',
      scale: 'log',
      live: true,
      usedWhen: isResidual,
      group: 'temperature',
      sentence: 'The residual temperature is clipped from above here.',
      citation: isPublished ? 'no clip as published' : elbow,
    },
  ];
}

function parametersOf(form: Form): ParameterDeclaration[] {
  const { isPublished } = form;
  const source = isPublished ? released : 'as SAC: Haarnoja et al. 2018, arXiv 1812.05905, table 1';
  return [
    ...runParametersWith({
      'reward-scale': {
        default: 3,
        citation:
          '3, beside a residual-scale of 0.004: the example in the authors’ released code; ε grows with the square of it under the squared rule',
      },
      ...(isPublished
        ? {
            'warm-up': { default: 999, citation: `${released}: its first update follows the 1,000th step` },
            'warm-up-actions': { default: 'policy', citation: released },
            hidden: { default: [300, 300], citation: released },
            'batch-size': { default: 128, citation: released },
          }
        : {}),
    }),
    discount(source),
    targetSmoothing(isPublished ? 0.001 : 0.005, source),
    learningRate('actor-learning-rate', 'the policy', source),
    learningRate('critic-learning-rate', 'the value networks', source),
    learningRate(
      'temperature-learning-rate',
      'the logarithm of a learned temperature',
      'as SAC: Haarnoja et al. 2018, arXiv 1812.05905, table 1',
      { usedWhen: learnedOnly },
    ),
    isPublished
      ? adamEpsilonForm(
          'before-correction',
          'before-correction: PyTorch 0.4.1, which the authors’ released code names; plain: Kingma & Ba 2015, algorithm 1',
        )
      : plainAdam,
    actorPaused,
    ...temperatureParameters({
      rules: form.rules,
      sentence:
        'Residual takes the critic’s own Bellman error, which is VIREL; learned steers the entropy as SAC does; fixed and schedule give it. The critic stays hard under each.',
      start: 1,
      startSentence: 'The fixed temperature, where a schedule starts, or where a learned one starts.',
      citation:
        'residual: Fellows et al. 2019, arXiv 1811.01132; fixed: the released virel script; learned: Haarnoja et al. 2018, arXiv 1812.05905; schedule: Elbow',
      hasEntropyTarget: true,
    }),
    ...residualParameters(form),
    ...priorParameters,
    {
      name: 'critic-form',
      kind: 'choice',
      default: isPublished ? 'single' : 'twin',
      choices: ['twin', 'single'],
      unit: '',
      scale: 'linear',
      live: false,
      structural: true,
      group: 'networks',
      sentence: 'Twin: two action values with targets, the smaller counts. Single: one action value beside a state value with a target.',
      citation: `single: ${released}; twin: Hartikainen’s implementation`,
    },
    {
      name: 'actor-sees',
      kind: 'choice',
      default: isPublished ? 'released' : 'updated',
      choices: ['released', 'updated', 'former'],
      formerly: { value: 'former', where: { parameter: 'critic-form', is: ['single'] } },
      unit: '',
      scale: 'linear',
      live: false,
      group: 'optimisation',
      sentence:
        'Which action values the policy’s step climbs: those that the critic’s step of the same update has made (updated); those from before it (former); or both, values and ReLUs from before with weights from after (released).',
      citation: `released: ${released}; updated: Hartikainen’s implementation; former: every loss of the parameters before the step, Elbow`,
    },
    {
      name: 'policy-regularisation',
      kind: 'number',
      default: isPublished ? 1e-3 : 0,
      min: 0,
      max: 100,
      unit: '1',
      scale: 'log',
      live: true,
      group: 'optimisation',
      sentence: 'Weight of mean μ² and mean (log σ)² in the actor’s loss; it holds σ near 1.',
      citation: isPublished ? released : `none in the twin form; 0.001: ${released}`,
    },
    logSigmaBounds(isPublished ? 'clip' : 'affine'),
    {
      name: 'initialisation',
      kind: 'choice',
      default: isPublished ? 'published' : 'fan-in',
      choices: ['fan-in', 'published'],
      unit: '',
      scale: 'linear',
      live: false,
      structural: true,
      group: 'networks',
      sentence: 'How parameters start: U(±1/√fan-in), or as published with hidden biases of 0.1 and small last layers.',
      citation: `published: ${released}; fan-in: PyTorch’s linear layer`,
    },
  ];
}

const paper = 'Fellows et al. 2019, VIREL: A Variational Inference Framework for Reinforcement Learning, arXiv 1811.01132';
const rules = ['residual', 'learned', 'fixed', 'schedule'];
const frame = { page: 'agents/virel.md', citation: paper, unused: [] } as const;

export const virelDeclaration: AgentDeclaration = {
  ...frame,
  id: 'virel',
  title: 'VIREL',
  sentence:
    'Variational EM whose temperature is the critic’s own Bellman error: the policy hardens as the values become right. With twin critics.',
  parts: { prior: 'uniform', posterior: 'direct', value: 'twin Q, hard', temperature: 'residual ε' },
  parameters: parametersOf({ isPublished: false, rules }),
};

export const virelPublishedDeclaration: AgentDeclaration = {
  ...frame,
  id: 'virel-published',
  title: 'VIREL, as published',
  sentence:
    'VIREL with the networks and settings of its authors’ code: one action value beside a state value, the residual estimated at every update on 4,096 samples.',
  parts: { prior: 'uniform', posterior: 'direct', value: 'single Q with V, hard', temperature: 'residual ε' },
  parameters: parametersOf({ isPublished: true, rules }),
};

export const virelFixedDeclaration: AgentDeclaration = {
  ...frame,
  id: 'virel-fixed',
  title: 'VIREL, fixed temperature',
  sentence: 'What the authors’ released virel script does: a hard critic with the temperature fixed at 1, tuned by the reward’s scale.',
  parts: { prior: 'uniform', posterior: 'direct', value: 'single Q with V, hard', temperature: 'fixed' },
  parameters: parametersOf({ isPublished: true, rules: ['fixed', ...rules.filter((rule) => rule !== 'fixed')] }),
};
