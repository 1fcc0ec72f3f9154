// The sentence beside each knob, word for word where the words are promised, and its direction everywhere.
import { describe, expect, it } from 'vitest';
import { agentDeclarations, defaultsFor } from '../agents/declarations.ts';
import { taskDeclarations } from '../tasks/declarations.ts';
import type { AgentDeclaration, TaskDeclaration } from './declarations.ts';
import { describeEffect } from './edit-effects.ts';
import type { ParameterValues } from './parameters.ts';

const found = <T extends { id: string }>(all: readonly T[], id: string): T => {
  const one = all.find((entry) => entry.id === id);
  if (!one) throw new Error(`there is no ${id}`);
  return one;
};
const agentOf = (id: string): AgentDeclaration => found(agentDeclarations, id);
const cheetah: TaskDeclaration = found(taskDeclarations, 'half-cheetah');
const effect = (
  agent: string,
  changes: ParameterValues,
  { before = {}, measured = {} }: { before?: ParameterValues; measured?: Record<string, number> } = {},
): string => describeEffect(agentOf(agent), cheetah, { ...defaultsFor(agentOf(agent), cheetah), ...before }, changes, measured);

const gaussian: ParameterValues = { prior: 'constant' };

describe('describeEffect', () => {
  it.each<[string, string, ParameterValues, { before?: ParameterValues; measured?: Record<string, number> }, string]>([
    [
      'a higher entropy target',
      'sac',
      { 'entropy-target': -3 },
      {},
      'entropy target −6 → −3 nats: σ about 0.09 → 0.15, the policy widens, temperature likely rises.',
    ],
    [
      'a lower entropy target',
      'sac',
      { 'entropy-target': -12 },
      { measured: { entropy: -6 } },
      'entropy target −6 → −12 nats: σ about 0.09 → 0.033, the policy narrows, temperature likely falls.',
    ],
    [
      'a target that is exceeded',
      'sac',
      { 'entropy-target': -3 },
      { measured: { entropy: 1.25 } },
      'entropy target −6 → −3 nats: σ about 0.09 → 0.15, the policy widens, but the entropy is 1.3 nats now, still above the target, so that the temperature likely goes on falling.',
    ],
    [
      'c',
      'virel',
      { 'residual-scale': 0.006 },
      { measured: { temperature: 0.0372 } },
      'c 0.004 → 0.006: half as much again at the same residual, ε about 0.037 → 0.056; the policy widens until δ² falls.',
    ],
    [
      'c, before anything is measured',
      'virel',
      { 'residual-scale': 0.002 },
      {},
      'c 0.004 → 0.002: half as much at the same residual; the policy narrows unless δ² grows.',
    ],
    [
      'c at the clip',
      'virel',
      { 'residual-scale': 0.04 },
      { measured: { temperature: 30 } },
      'c 0.004 → 0.04: 10 times as much at the same residual, ε about 30 → 100; the policy widens until δ² falls.',
    ],
    [
      'the residual’s rule',
      'virel',
      { 'residual-rule': 'rms' },
      { measured: { temperature: 0.04, residual: 9 } },
      'residual rule squared → rms: c now multiplies the root of mean δ², ε about 0.04 → 0.012.',
    ],
    [
      'a rule that cannot be foreseen',
      'virel',
      { 'residual-rule': 'absolute' },
      { measured: { temperature: 0.04, residual: 9 } },
      'residual rule squared → absolute: c now multiplies mean |δ|; ε takes another size at once, and c may have to follow.',
    ],
    [
      'a clip that bites',
      'virel',
      { 'temperature-max': 0.01 },
      { measured: { temperature: 0.04 } },
      'temperature max 100 → 0.01: ε is held at or below 0.01: 0.04 → 0.01 at once; the policy narrows.',
    ],
    [
      'a clip that does not',
      'virel',
      { 'temperature-min': 0.01 },
      { measured: { temperature: 0.04 } },
      'temperature min 0.0001 → 0.01: ε is held at or above 0.01; it is 0.04 now, so that nothing changes yet.',
    ],
    [
      'a clip that lets go',
      'virel',
      { 'temperature-max': 1 },
      { before: { 'temperature-max': 0.1 }, measured: { temperature: 0.1 } },
      'temperature max 0.1 → 1: ε is held at or below 1; it was held at 0.1 and is now the residual’s again.',
    ],
    [
      'a fixed temperature',
      'sac',
      { temperature: 0.4 },
      { before: { 'temperature-rule': 'fixed', temperature: 0.2 } },
      'temperature 0.2 → 0.4: entropy counts twice as much against the return; the policy widens.',
    ],
    [
      'a fixed temperature under a prior',
      'sac',
      { temperature: 0.1 },
      { before: { 'temperature-rule': 'fixed', temperature: 0.2, ...gaussian } },
      'temperature 0.2 → 0.1: closeness to the prior counts half as much against the return; the policy moves away from the prior.',
    ],
    [
      'learned to fixed',
      'sac',
      { 'temperature-rule': 'fixed', temperature: 0.2 },
      { measured: { temperature: 0.034 } },
      'temperature rule learned → fixed, temperature 1 → 0.2: the temperature is held at 0.2 (it is 0.034 now); the policy widens.',
    ],
    [
      'fixed to learned',
      'sac',
      { 'temperature-rule': 'learned' },
      { before: { 'temperature-rule': 'fixed' }, measured: { temperature: 0.2 } },
      'temperature rule fixed → learned: the temperature goes on from 0.2 and is steered by the entropy target −6 nats (σ about 0.09).',
    ],
    [
      'to a schedule',
      'sac',
      { 'temperature-rule': 'schedule', 'temperature-end': 0.05 },
      {},
      'temperature rule learned → schedule, temperature end 0.01 → 0.05: the temperature goes from 1 at step 0 to 0.05 at step 100,000, by equal factors in equal numbers of steps.',
    ],
    [
      'a schedule',
      'sac',
      { 'schedule-to': 50_000, 'temperature-end': 0.1 },
      { before: { 'temperature-rule': 'schedule' } },
      'schedule to 100,000 → 50,000 environment steps, temperature end 0.01 → 0.1: the temperature goes from 1 at step 0 to 0.1 at step 50,000, by equal factors in equal numbers of steps.',
    ],
    [
      'SAC’s rule in VIREL, and back',
      'virel',
      { 'temperature-rule': 'residual' },
      { before: { 'temperature-rule': 'fixed' }, measured: { residual: 10 } },
      'temperature rule fixed → residual: the temperature becomes c times the critic’s Bellman residual, about 0.04; it falls as the values become right.',
    ],
    [
      'the prior’s kind',
      'sac',
      { prior: 'constant', 'kl-target': 3, 'prior-scale': [0.3] },
      {},
      'prior uniform → constant, KL target 10.159 → 3 nats, prior scale 0.87 → 0.3: the policy is drawn to a tanh-Gaussian of mean 0 and scale 0.3 in every state; a learned temperature is steered by the KL target 3 nats.',
    ],
    [
      'a KL target',
      'sac',
      { 'kl-target': 5 },
      { before: { ...gaussian, 'kl-target': 3 } },
      'KL target 3 → 5 nats: the policy may move farther from the prior, temperature likely falls.',
    ],
    [
      'a KL budget',
      'sac',
      { 'kl-budget': 0.1 },
      { before: { prior: 'learned' }, measured: { kl: 0.4 } },
      'KL budget 0.5 → 0.1 nats: the policy is held closer to the prior, temperature likely rises.',
    ],
    [
      'a KL budget that is kept',
      'sac',
      { 'kl-budget': 0.1 },
      { before: { prior: 'learned' }, measured: { kl: 0.05 } },
      'KL budget 0.5 → 0.1 nats: the policy is held closer to the prior, but the KL is 0.05 nats now, still below the target, so that the temperature likely goes on falling.',
    ],
    [
      'the prior’s scale',
      'sac',
      { 'prior-scale': [0.3, 0.3, 0.3, 0.5, 0.5, 0.5] },
      { before: gaussian },
      'prior scale 0.87 → 0.3,0.3,0.3,0.5,0.5,0.5: the policy is drawn to a tanh-Gaussian of mean 0 and scale 0.3 to 0.5; the KL changes at once, and a learned temperature follows.',
    ],
    [
      'a pause',
      'sac',
      { 'actor-paused': true },
      {},
      'pause of the actor off → on: the policy rests, and a learned temperature with it, while the critics learn the values of the policy as it is.',
    ],
    [
      'a learning rate',
      'sac',
      { 'actor-learning-rate': 1e-4 },
      {},
      'actor learning rate 0.0003 → 0.0001: the policy moves a third as much at each step, more slowly and more steadily.',
    ],
    ['a learning rate of 0', 'sac', { 'critic-learning-rate': 0 }, {}, 'critic learning rate 0.0003 → 0: the critic stays as it is.'],
    [
      'a learning rate from 0',
      'sac',
      { 'critic-learning-rate': 1e-3 },
      { before: { 'critic-learning-rate': 0 } },
      'critic learning rate 0 → 0.001: the critic learns again.',
    ],
    [
      'two knobs',
      'sac',
      { 'entropy-target': -3, 'actor-paused': false },
      { before: { 'actor-paused': true } },
      'entropy target −6 → −3 nats: σ about 0.09 → 0.15, the policy widens, temperature likely rises. pause of the actor on → off: the policy learns again, from critics that have gone on.',
    ],
  ])('%s (%s)', (_, agent, changes, context, sentence) => {
    expect(effect(agent, changes, context)).toBe(sentence);
  });

  it('has words of its own for every live knob of every agent', () => {
    for (const agent of agentDeclarations) {
      const before = defaultsFor(agent, cheetah);
      for (const { name, kind, choices = [], sentence, live } of agent.parameters) {
        if (!live) continue;
        const old = before[name];
        const given =
          kind === 'boolean'
            ? !old
            : kind === 'choice'
              ? (choices.find((one) => one !== old) ?? '')
              : kind === 'text'
                ? 'abcd2345'
                : kind === 'numbers'
                  ? [0.5]
                  : Number(old) * 2 + 0.001;
        const text = describeEffect(agent, cheetah, before, { [name]: given });
        expect(text, `${agent.id} ${name}`).toMatch(/ → .*: .{10,}\.$/);
        expect(text, `${agent.id} ${name}`).not.toMatch(/NaN|undefined|null|Infinity/);
        expect(text.toLowerCase(), `${agent.id} ${name}`).not.toContain(sentence.replace(/\.$/, '').toLowerCase());
      }
    }
  });

  it('falls back on the declaration for a knob it does not know', () => {
    const sac = agentOf('sac');
    const parameter = {
      ...sac.parameters[0],
      name: 'new-knob',
      unit: 'metres',
      live: true,
      sentence: 'How new it is.',
    } as AgentDeclaration['parameters'][number];
    expect(describeEffect({ ...sac, parameters: [parameter] }, cheetah, { 'new-knob': 1 }, { 'new-knob': 2 })).toBe(
      'new knob 1 → 2 metres: how new it is.',
    );
  });

  it('has nothing to say about no change', () => expect(effect('sac', {})).toBe(''));
});
