// Which knob carries which sentence; the sentences themselves are tested beside describeEffect.
import { expect, it } from 'vitest';
import { sacDeclaration } from '../../../src-main/agents/sac.declaration.ts';
import type { ParameterValues } from '../../../src-main/contract/parameters.ts';
import { effectSentences } from './effects.ts';

const task = { id: 'reacher', action: [0, 1].map((i) => ({ name: `joint ${i}`, unit: 'N·m', low: -1, high: 1 })) };
const before: ParameterValues = {
  ...Object.fromEntries(sacDeclaration.parameters.map(({ name, default: value }) => [name, value])),
  'entropy-target': -2,
  'kl-target': 3,
  'schedule-to': 1000,
};
const sentences = (changes: ParameterValues, from = before) =>
  effectSentences(sacDeclaration, task, from, changes, { entropy: -1.9, temperature: 0.2 });

it('says nothing of no changes', () => expect(sentences({})).toEqual({}));

it('stands under each knob', () => {
  const said = sentences({ 'entropy-target': -1, 'critic-learning-rate': 1e-4 });
  expect(Object.keys(said)).toEqual(['entropy-target', 'critic-learning-rate']);
  expect(said['entropy-target']).toMatch(/^entropy target −2 → −1 nats: σ about/);
});

it('stands under the kind for what is changed with it', () => {
  const said = sentences({ prior: 'constant', 'kl-target': 2, 'prior-scale': [0.3], 'actor-learning-rate': 1e-4 });
  expect(Object.keys(said)).toEqual(['prior', 'actor-learning-rate']);
  expect(said['prior']).toMatch(/prior uniform → constant/);
});

it('is one for mean and scale', () => {
  const said = sentences({ 'prior-mean': [0.5], 'prior-scale': [0.3] }, { ...before, prior: 'constant' });
  expect(Object.keys(said)).toEqual(['prior-scale']);
  expect(said['prior-scale']).toMatch(/mean .*scale/);
});
