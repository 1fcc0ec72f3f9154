// Where the knobs of the agents that there are stand, and that each live one stands somewhere.
import { describe, expect, it } from 'vitest';
import { sacDeclaration } from '../../../src-main/agents/sac.declaration.ts';
import { td3Declaration } from '../../../src-main/agents/td3.declaration.ts';
import { virelDeclaration } from '../../../src-main/agents/virel.declaration.ts';
import { whyNotLive } from '../../../src-main/contract/agent-values.ts';
import type { AgentDeclaration } from '../../../src-main/contract/declarations.ts';
import type { ParameterValues } from '../../../src-main/contract/parameters.ts';
import { ruleSentence, sectionNames } from './control-sections.ts';

const defaults = ({ parameters }: AgentDeclaration, rest: ParameterValues = {}): ParameterValues => ({
  ...Object.fromEntries(parameters.map(({ name, default: value }) => [name, value])),
  ...rest,
});

describe('sectionNames', () => {
  it('of SAC as it begins', () => {
    expect(sectionNames(sacDeclaration.parameters, defaults(sacDeclaration))).toEqual({
      temperature: [],
      temperatureMore: [],
      target: 'entropy-target',
      prior: [],
      more: [],
      rates: ['actor-learning-rate', 'critic-learning-rate', 'temperature-learning-rate'],
    });
  });
  it('of VIREL: c first, clip and estimate folded', () => {
    const { temperature, temperatureMore } = sectionNames(virelDeclaration.parameters, defaults(virelDeclaration));
    expect(temperature).toEqual(['residual-scale']);
    expect(temperatureMore).toContain('temperature-min');
  });
  it('follow a drafted kind', () => {
    expect(
      sectionNames(sacDeclaration.parameters, defaults(sacDeclaration, { 'temperature-rule': 'schedule', prior: 'previous' })),
    ).toMatchObject({
      temperature: ['temperature', 'temperature-end', 'schedule-from', 'schedule-to'],
      target: 'kl-budget',
      prior: ['prior-refresh', 'prior-uniform-share'],
    });
  });
  it.each([sacDeclaration, td3Declaration, virelDeclaration])('leave out no live knob of $id', (agent) => {
    const rules = agent.parameters.find((one) => one.name === 'temperature-rule')?.choices ?? [''];
    const priors = agent.parameters.find((one) => one.name === 'prior')?.choices ?? [''];
    for (const rule of rules) {
      for (const prior of priors) {
        const values = defaults(agent, { 'temperature-rule': rule, prior });
        const { target, ...groups } = sectionNames(agent.parameters, values);
        const shown = [target, 'temperature-rule', 'prior', 'prior-mean', 'prior-scale', 'actor-paused', ...Object.values(groups).flat()];
        expect(
          agent.parameters.filter((one) => whyNotLive(one, values) === null && !shown.includes(one.name)).map((one) => one.name),
        ).toEqual([]);
      }
    }
  });
});

it.each<[ParameterValues, number | undefined, string]>([
  [
    { 'temperature-rule': 'residual', 'residual-rule': 'squared', 'residual-samples': 4096, 'residual-every': 1 },
    4096,
    'c·mean δ² over 4,096 samples, every update',
  ],
  [
    { 'temperature-rule': 'residual', 'residual-rule': 'rms', 'residual-samples': 1024, 'residual-every': 10 },
    undefined,
    'c·√mean δ² over 1,024 samples, every 10 updates',
  ],
  [
    { 'temperature-rule': 'residual', 'residual-rule': 'squared', 'residual-samples': 1024, 'residual-every': 10 },
    0,
    'ε = c: mean δ² counts as 1 until the buffer holds 1,024 transitions',
  ],
  [{ 'temperature-rule': 'learned', prior: 'uniform' }, undefined, 'learned, so that the entropy keeps to its target'],
  [{ 'temperature-rule': 'schedule', temperature: 1, 'temperature-end': 0.01 }, undefined, 'from 1 to 0.01 by equal factors'],
])('says of %j with %s samples: %s', (values, samples, sentence) => expect(ruleSentence(values, samples)).toBe(sentence));
