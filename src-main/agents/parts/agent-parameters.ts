// Hyper-parameters that several agents declare, each with that agent's default and source.
import type { Condition, ParameterDeclaration } from '../../contract/parameters.ts';
import { largestSquashedEntropy } from '../../contract/squashed-entropy.ts';
import { type AdamForm, adamForms } from './adam-forms.ts';

export const sacTable1 = 'Haarnoja et al. 2018, arXiv 1812.05905, table 1';

export const learningRate = (
  name: string,
  what: string,
  citation: string,
  rest: Partial<ParameterDeclaration> = {},
): ParameterDeclaration => ({
  name,
  kind: 'number',
  default: 3e-4,
  min: 0,
  max: 1,
  why: 'Adam’s steps are about as long as this: below 0 they would lead uphill, and above 1 past any solution',
  unit: '1',
  scale: 'log',
  live: true,
  group: 'optimisation',
  sentence: `Adam's step size for ${what}.`,
  citation,
  ...rest,
});

/** @param citation the sources of both forms */
export const adamEpsilonForm = (value: AdamForm, citation: string): ParameterDeclaration => ({
  name: 'adam-epsilon-form',
  kind: 'choice',
  default: value,
  choices: adamForms,
  formerly: { value: 'plain' },
  unit: '',
  scale: 'linear',
  live: false,
  group: 'optimisation',
  sentence:
    'Where Adam adds its ε of 10⁻⁸: after the second moment’s bias is corrected (plain), or before, which damps small gradients in the first steps.',
  citation,
});
export const plainAdam = adamEpsilonForm(
  'plain',
  'plain: Kingma & Ba 2015, arXiv 1412.6980, algorithm 1; before-correction: TensorFlow 1 and PyTorch until August 2019',
);

export const discount = (citation: string): ParameterDeclaration => ({
  name: 'discount',
  kind: 'number',
  default: 0.99,
  min: 0,
  max: 1,
  why: 'above 1 later rewards would weigh more than earlier ones, and the values would grow without end',
  unit: '1',
  scale: 'linear',
  live: false,
  group: 'optimisation',
  sentence: 'Weight γ of the next step’s value, per environment step.',
  citation,
});

export const targetSmoothing = (value: number, citation: string): ParameterDeclaration => ({
  name: 'target-smoothing',
  kind: 'number',
  default: value,
  min: 1e-6,
  max: 1,
  unit: '1',
  scale: 'log',
  live: false,
  group: 'optimisation',
  sentence: 'Share τ of the value networks that their targets take over at each gradient step.',
  citation,
});

export const actorPaused: ParameterDeclaration = {
  name: 'actor-paused',
  kind: 'boolean',
  default: false,
  unit: '',
  scale: 'linear',
  live: true,
  recompiles: true,
  group: 'optimisation',
  sentence: 'The policy rests while the critics go on learning; a learned temperature rests with it.',
  citation: 'Elbow',
};

export const logSigmaBounds = (value: 'affine' | 'clip'): ParameterDeclaration => ({
  name: 'log-sigma-bounds',
  kind: 'choice',
  default: value,
  choices: ['affine', 'clip'],
  unit: '',
  scale: 'linear',
  live: false,
  structural: true,
  group: 'networks',
  sentence: 'How log σ is bounded: affine in tanh onto [−5, 2], whose gradient never dies, or clipped to [−20, 2].',
  citation: 'clip: Haarnoja et al. 2018, arXiv 1801.01290, its code; affine: the variant that later implementations use',
});

const isLearned: Condition = {
  parameter: 'temperature-rule',
  is: ['learned'],
  otherwise: 'the temperature is not learned; choose temperature-rule=learned to steer by it',
};
/** Where no target steers the temperature, a KL target has nothing to do. */
export const learnedOnly: readonly Condition[] = [isLearned];

const onlySchedule: readonly Condition[] = [
  { parameter: 'temperature-rule', is: ['schedule'], otherwise: 'only temperature-rule=schedule follows a schedule' },
];

const temperatureBounds =
  'a weight of 0 or less would not draw the policy to its prior, and its logarithm, which is what is learned, would not exist';

/** The temperature's rule and what belongs to each of its kinds. `residual` is VIREL's. */
export function temperatureParameters(options: {
  rules: readonly string[];
  sentence: string;
  start: number;
  startSentence: string;
  citation: string;
  hasEntropyTarget: boolean;
}): ParameterDeclaration[] {
  const hasResidual = options.rules.includes('residual');
  const valued = options.rules.filter((rule) => rule === 'fixed' || rule === 'schedule');
  const chosen = 'choose temperature-rule=fixed to hold it at a value';
  const valueWhen: Condition = {
    parameter: 'temperature-rule',
    is: valued,
    otherwise: hasResidual ? `the rule in force sets the temperature; ${chosen}` : `the temperature is learned; ${chosen}`,
  };
  return [
    {
      name: 'temperature-rule',
      kind: 'choice',
      default: options.rules[0] ?? '',
      choices: options.rules,
      unit: '',
      scale: 'linear',
      live: true,
      recompiles: true,
      group: 'temperature',
      asksFor: Object.fromEntries(valued.map((rule) => [rule, 'temperature'])),
      sentence: options.sentence,
      citation: options.citation,
    },
    {
      name: 'temperature',
      kind: 'number',
      default: options.start,
      min: 1e-6,
      max: 1e4,
      why: temperatureBounds,
      unit: '1',
      scale: 'log',
      live: true,
      liveWhen: [valueWhen],
      group: 'temperature',
      sentence: options.startSentence,
      citation: 'start 1: the reference implementations cited in docs/agents/sac.md',
    },
    ...(options.hasEntropyTarget ? [entropyTarget] : []),
    {
      name: 'temperature-end',
      kind: 'number',
      default: 0.01,
      min: 1e-6,
      max: 1e4,
      why: temperatureBounds,
      unit: '1',
      scale: 'log',
      live: true,
      usedWhen: onlySchedule,
      group: 'temperature',
      sentence: 'The scheduled temperature at the end of its schedule, and after it.',
      citation: 'Elbow',
    },
    {
      name: 'schedule-from',
      kind: 'integer',
      default: 0,
      min: 0,
      max: 1e9,
      unit: 'environment steps',
      scale: 'linear',
      live: true,
      usedWhen: onlySchedule,
      atMost: 'schedule-to',
      group: 'temperature',
      sentence:
        'Environment step at which the schedule leaves the starting temperature; from there it changes by equal factors in equal numbers of steps.',
      citation: 'Elbow',
    },
    {
      name: 'schedule-to',
      kind: 'integer',
      default: 'auto',
      follows: 'steps',
      min: 0,
      max: 1e9,
      unit: 'environment steps',
      scale: 'linear',
      live: true,
      usedWhen: onlySchedule,
      group: 'temperature',
      sentence: 'Environment step at which the schedule arrives at its end; where none is given, the last step of the run.',
      citation: 'Elbow: the last step of the run',
    },
  ];
}

const entropyTarget: ParameterDeclaration = {
  name: 'entropy-target',
  kind: 'number',
  default: 'auto',
  min: -1_000,
  max: 100,
  unit: 'nats',
  scale: 'linear',
  live: true,
  group: 'temperature',
  maxPerAction: { value: largestSquashedEntropy, why: 'no tanh-Gaussian has more entropy' },
  usedWhen: [
    isLearned,
    {
      parameter: 'prior',
      is: ['uniform'],
      otherwise: 'under this prior the temperature is steered by the KL to it, and entropy is shown as measured',
    },
  ],
  sentence: 'Entropy that a learned temperature steers the policy towards; −1 nat an action dimension, which at mean 0 is σ = 0.09.',
  citation: `${sacTable1}: −dim(A)`,
};

export const explorationNoise = (citation: string): ParameterDeclaration => ({
  name: 'exploration-noise',
  kind: 'number',
  default: 0.1,
  min: 0,
  max: 10,
  unit: '1',
  scale: 'linear',
  live: true,
  group: 'exploration',
  sentence: 'Standard deviation of the Gaussian noise on actions while training, in units of the action’s half range.',
  citation,
});
