// Drafts against the declarations of SAC and VIREL that there are.
import { describe, expect, it } from 'vitest';
import { sacDeclaration } from '../../../src-main/agents/sac.declaration.ts';
import { virelDeclaration } from '../../../src-main/agents/virel.declaration.ts';
import type { AgentDeclaration } from '../../../src-main/contract/declarations.ts';
import type { ParameterValues } from '../../../src-main/contract/parameters.ts';
import { checkDrafts, noDrafts, setDraft, type Drafts, type Situation } from './drafts.ts';

const task = { id: 'half-cheetah', action: Array.from({ length: 6 }, (_, i) => ({ name: `joint ${i}`, unit: 'N·m', low: -1, high: 1 })) };
const measured: Record<string, number> = {
  'kl-target': 6.2789,
  'entropy-target': -5.4321,
  temperature: 0.14159,
  'schedule-from': 4321,
  'schedule-to': 100_000,
};
const situation = (agent: AgentDeclaration = sacDeclaration, rest: ParameterValues = {}): Situation => ({
  agent,
  task,
  values: {
    ...Object.fromEntries(agent.parameters.map(({ name, default: value }) => [name, value === 'auto' ? 0 : value])),
    'entropy-target': -6,
    'kl-target': 10,
    'schedule-to': 100_000,
    ...rest,
  },
  propose: (name) => measured[name] ?? null,
});
const draft = (where: Situation, ...steps: [string, string | null][]): Drafts =>
  steps.reduce((drafts, [name, text]) => setDraft(drafts, where, name, text), noDrafts);

describe('setDraft', () => {
  it('drafts what is typed and takes back what is in force', () => {
    const here = situation();
    expect(draft(here, ['entropy-target', '-3']).typed).toEqual({ 'entropy-target': '-3' });
    expect(draft(here, ['entropy-target', '-3'], ['entropy-target', '-6.0']).typed).toEqual({});
    expect(draft(here, ['entropy-target', '-3'], ['entropy-target', null]).typed).toEqual({});
  });

  it('fills in the target that another kind of prior asks for, with what is measured', () => {
    const drafts = draft(situation(), ['prior', 'constant']);
    expect(drafts).toEqual({ typed: { prior: 'constant', 'kl-target': '6.28' }, proposed: new Set(['kl-target']) });
    expect(checkDrafts(drafts, situation())).toMatchObject({ errors: {}, changes: { prior: 'constant', 'kl-target': 6.28 } });
  });

  it('fills in the value in force where nothing is measured', () =>
    expect(draft(situation(), ['prior', 'previous']).typed).toEqual({ prior: 'previous', 'kl-budget': '0.5' }));

  it('proposes anew when the prior is moved, and never over what was typed', () => {
    const here = situation();
    let proposed = 6;
    const moving: Situation = { ...here, propose: () => proposed };
    const first = setDraft(noDrafts, moving, 'prior', 'constant');
    proposed = 2;
    const second = setDraft(first, moving, 'prior-scale', '0.3');
    expect(second.typed).toEqual({ prior: 'constant', 'prior-scale': '0.3', 'kl-target': '2' });
    const third = setDraft(second, moving, 'kl-target', '4');
    expect(setDraft(third, moving, 'prior-scale', '0.5').typed).toMatchObject({ 'kl-target': '4' });
  });

  it('keeps a target that is asked for, even where it is the one in force', () => {
    const drafts = draft(situation(), ['prior', 'constant'], ['kl-target', '10']);
    expect(drafts.typed).toEqual({ prior: 'constant', 'kl-target': '10' });
    expect(checkDrafts(drafts, situation()).errors).toEqual({});
  });

  it('takes back what only the former draft asked for', () => {
    expect(draft(situation(), ['prior', 'constant'], ['prior-scale', '0.3'], ['prior', 'uniform']).typed).toEqual({});
  });

  it('asks for no target where none steers', () => {
    expect(draft(situation(virelDeclaration), ['prior', 'constant']).typed).toEqual({ prior: 'constant' });
  });

  it('begins a fixed temperature and a schedule at what is measured', () => {
    expect(draft(situation(), ['temperature-rule', 'fixed']).typed).toEqual({ 'temperature-rule': 'fixed', temperature: '0.142' });
    expect(draft(situation(), ['temperature-rule', 'schedule']).typed).toEqual({
      'temperature-rule': 'schedule',
      temperature: '0.142',
      'schedule-from': '4321',
      'schedule-to': '100000',
    });
  });

  it('drops drafts that another draft makes idle', () => {
    expect(draft(situation(virelDeclaration), ['residual-scale', '0.006'], ['temperature-rule', 'fixed']).typed).toEqual({
      'temperature-rule': 'fixed',
      temperature: '0.142',
    });
  });

  it('proposes nothing above the largest entropy', () => {
    const wide: Situation = { ...situation(sacDeclaration, { prior: 'constant' }), propose: () => 50 };
    expect(Number(setDraft(noDrafts, wide, 'prior', 'uniform').typed['entropy-target'])).toBeCloseTo(4.101813, 6);
  });
});

describe('checkDrafts', () => {
  it.each<[string, [string, string][], string, RegExp]>([
    ['an entropy that no policy reaches', [['entropy-target', '5']], 'entropy-target', /at most 4\.101813 nats on half-cheetah/],
    ['no number', [['entropy-target', 'lots']], 'entropy-target', /a number from -1,000 to 100; "lots" was given/],
    ['an empty field', [['critic-learning-rate', '']], 'critic-learning-rate', /a number from 0 to 1/],
    [
      'a negative temperature',
      [
        ['temperature-rule', 'fixed'],
        ['temperature', '-1'],
      ],
      'temperature',
      /from 1e-6 to 10,000/,
    ],
    [
      'a scale of 0',
      [
        ['prior', 'constant'],
        ['prior-scale', '0'],
      ],
      'prior-scale',
      /from 0\.01 to 10/,
    ],
    [
      'three scales for six joints',
      [
        ['prior', 'constant'],
        ['prior-scale', '1,1,1'],
      ],
      'prior-scale',
      /one number, or 6 for half-cheetah: joint 0/,
    ],
    ['a knob without effect', [['kl-target', '3']], 'kl-target', /only the constant or the behaviour prior has it/],
    [
      'a schedule that ends before it begins',
      [
        ['temperature-rule', 'schedule'],
        ['schedule-from', '9'],
        ['schedule-to', '8'],
      ],
      'schedule-from',
      /at most schedule-to, which is 8/,
    ],
    ['a behaviour prior of no run', [['prior', 'behaviour']], 'prior-run', /has to be given/],
  ])('refuses %s, with the range', (_, steps, name, message) => {
    const { errors } = checkDrafts(draft(situation(), ...steps), situation());
    expect(Object.keys(errors)).toEqual([name]);
    expect(errors[name]).toMatch(message);
  });

  it('names each field that is wrong', () => {
    const drafts = draft(situation(), ['entropy-target', 'x'], ['critic-learning-rate', '2'], ['actor-learning-rate', '1e-4']);
    const { errors, given } = checkDrafts(drafts, situation());
    expect(Object.keys(errors)).toEqual(['entropy-target', 'critic-learning-rate']);
    expect(given).toEqual({ 'actor-learning-rate': 1e-4 });
  });

  it('finds nothing in no drafts', () => expect(checkDrafts(noDrafts, situation())).toMatchObject({ errors: {}, given: {}, changes: {} }));
});
