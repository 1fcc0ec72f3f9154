// The action prior's hyper-parameters: its kind, and what belongs to each kind.
import type { Condition, ParameterDeclaration } from '../../contract/parameters.ts';
import { learnedOnly } from './agent-parameters.ts';
import { priorKinds } from './priors/kinds.ts';

const only = (kind: string, ...more: string[]): Condition => ({
  parameter: 'prior', is: [kind, ...more], otherwise: `only the ${[kind, ...more].join(' or the ')} prior has it`,
});
const base = { live: true, group: 'prior' } as const;
const elbow = 'Elbow';

export const priorParameters: readonly ParameterDeclaration[] = [
  {
    ...base, name: 'prior', kind: 'choice', default: 'uniform', choices: priorKinds, unit: '', scale: 'linear', recompiles: true,
    asksFor: { uniform: 'entropy-target', constant: 'kl-target', previous: 'kl-budget', learned: 'kl-budget', behaviour: 'kl-target' },
    sentence: 'What the policy is drawn towards: α·log π becomes α·(log π − log p).',
    citation: 'uniform: Haarnoja et al. 2018, arXiv 1812.05905; the others: docs/priors.md',
  },
  {
    ...base, name: 'prior-mean', kind: 'numbers', default: [0], min: -5, max: 5, unit: '1', scale: 'linear', usedWhen: [only('constant')],
    sentence: 'Mean of the constant prior before squashing, one for all action dimensions or one for each.',
    citation: 'Marino, Piché & Yue 2020: mean 0',
  },
  {
    ...base, name: 'prior-scale', kind: 'numbers', default: [0.87], min: 0.01, max: 10, why: 'a scale of 0 has no density, and one that is far larger puts all actions at their limits', unit: '1', scale: 'log', usedWhen: [only('constant')],
    sentence: 'Standard deviation of the constant prior before squashing; 0.87 is closest to uniform.',
    citation: `0.87 maximises the entropy of tanh(N(0, σ²)), 0.6836 nats; ${elbow}`,
  },
  {
    ...base, name: 'kl-target', kind: 'number', default: 'auto', min: 0, max: 1_000, unit: 'nats', scale: 'linear', usedWhen: [...learnedOnly, only('constant', 'behaviour')],
    sentence: 'KL from the prior that a learned temperature steers the policy towards.',
    citation: 'dim(A)·(1 + log 2), which the entropy target −dim(A) is under the uniform prior',
  },
  {
    ...base, name: 'kl-budget', kind: 'number', default: 0.5, min: 1e-3, max: 1_000, unit: 'nats', scale: 'log', usedWhen: [...learnedOnly, only('previous', 'learned')],
    sentence: 'KL that the policy may have from a prior that follows it; a learned temperature steers towards it.',
    citation: `${elbow}; 0.1 in the settings that Marino et al. 2021 give for learned priors`,
  },
  {
    ...base, name: 'prior-refresh', kind: 'integer', default: 1_000, min: 1, max: 1e6, unit: 'gradient steps', scale: 'log', recompiles: true, usedWhen: [only('previous')],
    sentence: 'Gradient steps after which the previous policy is copied anew.',
    citation: `500 to 5,000 are usual; ${elbow}`,
  },
  {
    ...base, name: 'prior-uniform-share', kind: 'number', default: 0.05, min: 1e-4, max: 0.999, unit: '1', scale: 'log', usedWhen: [only('previous')],
    sentence: 'Uniform share w of the prior (1 − w)·π_old + w·U; without it the policy would collapse copy by copy.',
    citation: elbow,
  },
  {
    ...base, name: 'prior-learning-rate', kind: 'number', default: 3e-4, min: 0, max: 1, unit: '1', scale: 'log', usedWhen: [only('learned')],
    sentence: 'Adam’s step size for the learned prior and its multipliers.',
    citation: 'Marino et al. 2021, arXiv 2010.10670, its code',
  },
  {
    ...base, name: 'prior-mean-bound', kind: 'number', default: 5e-4, min: 1e-8, max: 100, unit: 'nats', scale: 'log', usedWhen: [only('learned')],
    sentence: 'How far the learned prior’s mean may move from its target copy, as KL.',
    citation: 'Marino et al. 2021, arXiv 2010.10670, its code',
  },
  {
    ...base, name: 'prior-scale-bound', kind: 'number', default: 1e-5, min: 1e-8, max: 100, unit: 'nats', scale: 'log', usedWhen: [only('learned')],
    sentence: 'How far the learned prior’s scale may move from its target copy, as KL.',
    citation: 'Marino et al. 2021, arXiv 2010.10670, its code',
  },
  {
    ...base, name: 'prior-copy-every', kind: 'integer', default: 500, min: 1, max: 1e6, unit: 'gradient steps', scale: 'log', recompiles: true, usedWhen: [only('learned')],
    sentence: 'Gradient steps after which the learned prior is copied into its target.',
    citation: 'Marino et al. 2021, arXiv 2010.10670, its code',
  },
  {
    ...base, name: 'prior-run', kind: 'text', default: '', unit: '', scale: 'linear', recompiles: true, usedWhen: [only('behaviour')],
    sentence: 'The stored run whose behaviour the prior is fitted to: its id, or its name where that is unique.',
    citation: elbow,
  },
  {
    ...base, name: 'prior-smallest-scale', kind: 'number', default: 0.05, min: 1e-3, max: 1, unit: '1', scale: 'log', recompiles: true, usedWhen: [only('behaviour')],
    sentence: 'Smallest standard deviation that the fitted prior may take, before squashing.',
    citation: elbow,
  },
];
