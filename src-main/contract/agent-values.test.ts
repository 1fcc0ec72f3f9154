// Hyper-parameters together: what is refused, in which words, and what becomes of what is not.
import { describe, expect, it } from 'vitest';
import { agentDeclarations, defaultsFor } from '../agents/declarations.ts';
import { taskDeclarations } from '../tasks/declarations.ts';
import { checkEdit, checkValues, describeChanges, perAction, whyNotForkable, whyNotLive, whyUnused } from './agent-values.ts';
import type { AgentDeclaration } from './declarations.ts';
import { ParameterError, type ParameterValues } from './parameters.ts';

const found = <T extends { id: string }>(all: readonly T[], id: string): T => {
  const one = all.find((entry) => entry.id === id);
  if (!one) throw new Error(`there is no ${id}`);
  return one;
};
const cheetah = found(taskDeclarations, 'half-cheetah');
const agentOf = (id: string): AgentDeclaration => found(agentDeclarations, id);
const valuesOf = (id: string, changes: ParameterValues = {}): ParameterValues => ({ ...defaultsFor(agentOf(id), cheetah), ...changes });
const refusal = (fn: () => unknown): ParameterError => {
  try {
    fn();
  } catch (error) {
    if (error instanceof ParameterError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
};

const fixed: ParameterValues = { 'temperature-rule': 'fixed' };
const schedule: ParameterValues = { 'temperature-rule': 'schedule' };
const constant: ParameterValues = { prior: 'constant' };

describe('checkValues', () => {
  it('takes the defaults of every agent on every task', () => {
    for (const agent of agentDeclarations)
      for (const task of taskDeclarations) expect(() => checkValues(agent, task, defaultsFor(agent, task))).not.toThrow();
  });

  it.each<[string, ParameterValues]>([
    ['the largest entropy, on any number of dimensions', { 'entropy-target': 4.101813 }],
    ['an unreachable entropy target that has no effect', { 'entropy-target': 5, ...fixed }],
    ['an unreachable entropy target under another prior', { 'entropy-target': 5, ...constant }],
    ['a schedule of no length', { ...schedule, 'schedule-from': 5, 'schedule-to': 5 }],
    ['a schedule that runs backwards and has no effect', { 'schedule-from': 5, 'schedule-to': 4 }],
    ['one number for all action dimensions', { ...constant, 'prior-scale': [0.3] }],
    ['one for each', { ...constant, 'prior-scale': [0.1, 0.2, 0.3, 0.4, 0.5, 0.6] }],
    ['a list of another length that has no effect', { 'prior-scale': [0.3, 0.3] }],
    ['no run where no behaviour prior is fitted', { 'prior-run': '' }],
    ['a run where one is', { prior: 'behaviour', 'prior-run': 'abcd2345' }],
  ])('takes %s', (_, changes) => expect(() => checkValues(agentOf('sac'), cheetah, valuesOf('sac', changes))).not.toThrow());

  it('names what was given of a pair that does not go together, and leaves edits that have nothing to do with it alone', () => {
    const small = { 'buffer-size': 500 };
    const check =
      (changed: ParameterValues, values: ParameterValues = {}) =>
      () =>
        checkValues(agentOf('virel'), cheetah, valuesOf('virel', { ...small, ...values, ...changed }), changed);
    expect(refusal(check(small)).parameter).toBe('buffer-size');
    expect(refusal(check({ 'temperature-rule': 'residual' })).parameter).toBe('temperature-rule');
    expect(check({ 'actor-learning-rate': 1e-4 })).not.toThrow();
    expect(check(small, { 'temperature-rule': 'fixed' })).not.toThrow();
    expect(check({ 'residual-samples': 499 })).not.toThrow();
  });

  it.each([1, 2, 3, 5, 6, 7, 17, 21])('takes the largest entropy as a person writes it, on %d dimensions', (actions) => {
    const task = {
      id: 'any',
      action: Array.from({ length: actions }, (_, j) => ({ ...found(taskDeclarations, 'reacher').action[0], name: `joint ${j}` })),
    } as unknown as typeof cheetah;
    // 0.683635563… each.
    const check = (target: number) => () => checkValues(agentOf('sac'), task, valuesOf('sac', { 'entropy-target': target }));
    for (const reachable of [0.6836 * actions, 0.683635 * actions, 0.6836355636 * actions - 1e-9]) expect(check(reachable)).not.toThrow();
    expect(check(0.6836356 * actions)).toThrow(ParameterError);
    // What the message gives as the largest is taken.
    const told = /must be at most ([\d.,]+) nats/.exec(refusal(check(100)).message)?.[1] ?? '';
    expect(check(Number(told.replaceAll(',', '')))).not.toThrow();
    expect(Number(told)).toBeGreaterThan(0.6836355 * actions - 1e-6);
  });

  it.each<[string, string, ParameterValues, string, RegExp]>([
    [
      'sac',
      'an entropy that cannot be reached',
      { 'entropy-target': 4.2 },
      'entropy-target',
      /^entropy-target must be at most 4\.101813 nats on half-cheetah, 0\.683635 for each of its 6 action dimensions: no tanh-Gaussian has more entropy; 4\.2 was given$/,
    ],
    [
      'virel',
      'an entropy that cannot be reached, once it is learned',
      { 'entropy-target': 4.2, 'temperature-rule': 'learned' },
      'entropy-target',
      /4\.101813 nats/,
    ],
    [
      'sac',
      'a list of another length',
      { ...constant, 'prior-mean': [0, 0] },
      'prior-mean',
      /^prior-mean must be one number, or 6 for half-cheetah: .*; 0,0 was given$/,
    ],
    ['sac', 'an empty list', { ...constant, 'prior-mean': [] }, 'prior-mean', /one number, or 6/],
    [
      'sac',
      'a schedule that runs backwards',
      { ...schedule, 'schedule-from': 20, 'schedule-to': 10 },
      'schedule-from',
      /^schedule-from must be at most schedule-to, which is 10; 20 was given$/,
    ],
    [
      'virel',
      'a clip that is empty',
      { 'temperature-min': 2, 'temperature-max': 1 },
      'temperature-min',
      /at most temperature-max, which is 1/,
    ],
    [
      'virel',
      'an estimate that would never be made',
      { 'residual-samples': 2_000, 'buffer-size': 2_000 },
      'residual-samples',
      /^residual-samples must be less than buffer-size: .* which it never would; they are 2000 and 2000$/,
    ],
    ['virel-published', 'an estimate that would never be made', { 'buffer-size': 1_000 }, 'residual-samples', /they are 4096 and 1000$/],
    [
      'sac',
      'a behaviour prior of no run',
      { prior: 'behaviour' },
      'prior-run',
      /^prior-run has to be given beside the other values: a text of at most 120 characters$/,
    ],
  ])('%s: refuses %s', (agent, _, changes, parameter, message) => {
    const error = refusal(() => checkValues(agentOf(agent), cheetah, valuesOf(agent, changes)));
    expect(error.parameter).toBe(parameter);
    expect(error.message).toMatch(message);
  });
});

describe('checkEdit', () => {
  it.each<[string, string, ParameterValues, Record<string, unknown>, ParameterValues]>([
    ['sac', 'a number typed', {}, { 'entropy-target': ' -3 ' }, { 'entropy-target': -3 }],
    ['sac', 'a number', {}, { 'entropy-target': -3 }, { 'entropy-target': -3 }],
    ['sac', 'a list typed', constant, { 'prior-scale': '0.3, 0.3 0.3,0.4,0.4,0.4' }, { 'prior-scale': [0.3, 0.3, 0.3, 0.4, 0.4, 0.4] }],
    ['sac', 'one number for a list', constant, { 'prior-mean': 0.5 }, { 'prior-mean': [0.5] }],
    ['sac', 'a switch', {}, { 'actor-paused': 'true' }, { 'actor-paused': true }],
    ['sac', 'what stays the same, left out', {}, { 'entropy-target': -6, 'actor-learning-rate': 1e-4 }, { 'actor-learning-rate': 1e-4 }],
    ['sac', 'nothing but what stays the same', {}, { 'entropy-target': '-6.0' }, {}],
    ['sac', 'nothing', {}, {}, {}],
    [
      'sac',
      'a value that another change brings into effect',
      {},
      { 'temperature-rule': 'fixed', temperature: 0.2 },
      { 'temperature-rule': 'fixed', temperature: 0.2 },
    ],
    ['sac', 'a kind with the target that it asks for', {}, { prior: 'constant', 'kl-target': 5 }, { prior: 'constant', 'kl-target': 5 }],
    ['sac', 'a kind with a target as it was', {}, { prior: 'learned', 'kl-budget': 0.5 }, { prior: 'learned' }],
    ['sac', 'a kind that asks for nothing, since nothing is learned', fixed, { prior: 'constant' }, { prior: 'constant' }],
    ['virel', 'a kind that asks for nothing, since the residual rules', {}, { prior: 'constant' }, { prior: 'constant' }],
    [
      'sac',
      'both ends of a schedule',
      { ...schedule, 'schedule-from': 10, 'schedule-to': 20 },
      { 'schedule-from': 30, 'schedule-to': 40 },
      { 'schedule-from': 30, 'schedule-to': 40 },
    ],
    ['virel', 'c', {}, { 'residual-scale': '6e-3' }, { 'residual-scale': 0.006 }],
  ])('%s: takes %s', (agent, _, before, given, changes) => {
    expect(checkEdit(agentOf(agent), cheetah, valuesOf(agent, before), given)).toEqual(changes);
  });

  it.each<[string, string, ParameterValues, Record<string, unknown>, string, RegExp]>([
    [
      'sac',
      'an unreachable entropy',
      {},
      { 'entropy-target': 5 },
      'entropy-target',
      /at most 4\.101813 nats .*no tanh-Gaussian has more entropy; 5 was given/,
    ],
    [
      'sac',
      'a negative temperature',
      fixed,
      { temperature: -1 },
      'temperature',
      /^temperature must be a number from 1e-6 to 10,000: a weight of 0 or less would not .*; -1 was given$/,
    ],
    ['sac', 'a temperature of 0', fixed, { temperature: 0 }, 'temperature', /from 1e-6 to 10,000: a weight of 0 or less .*; 0 was given/],
    ['sac', 'a temperature that is no number', fixed, { temperature: NaN }, 'temperature', /from 1e-6 to 10,000; NaN was given/],
    ['sac', 'a temperature typed as NaN', fixed, { temperature: 'NaN' }, 'temperature', /from 1e-6 to 10,000; "NaN" was given/],
    ['sac', 'an infinite temperature', fixed, { temperature: Infinity }, 'temperature', /from 1e-6 to 10,000/],
    ['sac', 'nothing for a number', fixed, { temperature: '' }, 'temperature', /"" was given/],
    ['sac', 'null', fixed, { temperature: null }, 'temperature', /null was given/],
    ['sac', 'an object', fixed, { temperature: {} }, 'temperature', /temperature must be/],
    [
      'sac',
      'a temperature while it is learned',
      {},
      { temperature: 0.2 },
      'temperature',
      /^temperature cannot be changed now: the temperature is learned; choose temperature-rule=fixed to hold it at a value$/,
    ],
    [
      'virel',
      'a temperature while the residual gives it',
      {},
      { temperature: 0.2 },
      'temperature',
      /cannot be changed now: the rule in force sets the temperature; choose temperature-rule=fixed/,
    ],
    ['virel', 'c while the temperature is fixed', fixed, { 'residual-scale': 1 }, 'residual-scale', /only temperature-rule=residual/],
    ['sac', 'an entropy target under another prior', constant, { 'entropy-target': -3 }, 'entropy-target', /steered by the KL/],
    [
      'sac',
      'a prior scale of 0',
      constant,
      { 'prior-scale': 0 },
      'prior-scale',
      /prior-scale must be one number .* each from 0\.01 to 10: a scale of 0 has no density.*; 0 was given/,
    ],
    ['sac', 'a prior scale of 0 among others', constant, { 'prior-scale': '1,1,0,1,1,1' }, 'prior-scale', /each from 0\.01 to 10/],
    ['sac', 'as many scales as it has no joints', constant, { 'prior-scale': '1,1' }, 'prior-scale', /one number, or 6 for half-cheetah/],
    [
      'sac',
      'a knob that is not live',
      {},
      { 'batch-size': 128 },
      'batch-size',
      /^batch-size cannot be changed now: it is fixed when the run begins; fork the run/,
    ],
    ['sac', 'VIREL’s knob', {}, { 'residual-scale': 0.01 }, 'residual-scale', /^SAC has no residual-scale: .*VIREL’s is$/],
    [
      'sac',
      'no knob at all',
      {},
      { 'entropy-traget': -3 },
      'entropy-traget',
      /^SAC has no hyper-parameter entropy-traget; live ones are .*entropy-target/,
    ],
    [
      'sac',
      'a knob of the prototype',
      {},
      JSON.parse('{"__proto__": 3}') as Record<string, unknown>,
      '__proto__',
      /has no hyper-parameter __proto__/,
    ],
    [
      'sac',
      'a kind that is none',
      {},
      { prior: 'gaussian' },
      'prior',
      /prior must be one of uniform, constant, previous, learned, behaviour; "gaussian" was given/,
    ],
    [
      'sac',
      'a kind without its target',
      {},
      { prior: 'constant' },
      'kl-target',
      /^kl-target has to be given with prior=constant, since the stored \S+ was not meant for that; measured now: 6\.31 nats, so kl-target=6\.31 would keep the policy as it is$/,
    ],
    [
      'sac',
      'a kind without its target, nothing being measured',
      {},
      { prior: 'learned' },
      'kl-budget',
      /^kl-budget has to be given with prior=learned, since the stored 0\.5 was not meant for that$/,
    ],
    [
      'sac',
      'a fixed temperature without its value',
      {},
      fixed,
      'temperature',
      /^temperature has to be given with temperature-rule=fixed, since the stored 1 was not meant for that; measured now: 0\.0314, so temperature=0\.0314 would keep the policy as it is$/,
    ],
    ['virel', 'a schedule without its start', {}, schedule, 'temperature', /^temperature has to be given with temperature-rule=schedule/],
    [
      'sac',
      'the way back without its target',
      constant,
      { prior: 'uniform' },
      'entropy-target',
      /entropy-target has to be given with prior=uniform/,
    ],
    ['sac', 'a behaviour prior of no run', {}, { prior: 'behaviour', 'kl-target': 3 }, 'prior-run', /prior-run has to be given/],
    [
      'sac',
      'a schedule’s end before its beginning',
      { ...schedule, 'schedule-from': 500 },
      { 'schedule-to': 100 },
      'schedule-to',
      /^schedule-to must be at least schedule-from, which is 500; 100 was given$/,
    ],
    [
      'sac',
      'a schedule’s beginning after its end',
      { ...schedule, 'schedule-to': 100 },
      { 'schedule-from': 500 },
      'schedule-from',
      /at most schedule-to, which is 100; 500 was given/,
    ],
    [
      'virel',
      'an empty clip',
      {},
      { 'temperature-max': 1e-5 },
      'temperature-max',
      /^temperature-max must be at least temperature-min, which is 0\.0001/,
    ],
    [
      'sac',
      'one wrong among right ones',
      {},
      { 'actor-learning-rate': 1e-4, 'critic-learning-rate': 2 },
      'critic-learning-rate',
      /a number from 0 to 1: .* above 1 past any solution; 2 was given/,
    ],
  ])('%s: refuses %s', (agent, _, before, given, parameter, message) => {
    const error = refusal(() =>
      checkEdit(agentOf(agent), cheetah, valuesOf(agent, before), given, {
        propose: (name) => ({ 'kl-target': 6.312, temperature: 0.03141 })[name] ?? null,
      }),
    );
    expect(error.parameter).toBe(parameter);
    expect(error.message).toMatch(message);
  });

  it('asks for nothing where former values are put back together, but for knobs that are live before or after', () => {
    const before = valuesOf('sac', { ...constant, 'kl-target': 3 });
    const former = { prior: 'uniform', 'kl-target': 10.159 };
    expect(checkEdit(agentOf('sac'), cheetah, before, former, { asks: false })).toEqual(former);
    expect(refusal(() => checkEdit(agentOf('sac'), cheetah, before, { temperature: 0.5 }, { asks: false })).message).toMatch(
      /temperature cannot be changed now/,
    );
    expect(refusal(() => checkEdit(agentOf('sac'), cheetah, before, { ...former, 'entropy-target': 5 }, { asks: false })).message).toMatch(
      /4\.101813/,
    );
  });

  it('leaves what it was given alone', () => {
    const before = Object.freeze(valuesOf('sac'));
    const given = Object.freeze({ 'entropy-target': '-3', 'actor-paused': false });
    checkEdit(agentOf('sac'), cheetah, before, given);
    expect([before['entropy-target'], given]).toEqual([-6, { 'entropy-target': '-3', 'actor-paused': false }]);
  });
});

describe('describeChanges', () => {
  it.each<[ParameterValues, ParameterValues, string]>([
    [{}, { 'entropy-target': -3 }, 'entropy-target −6 → −3 nats'],
    [{}, { prior: 'constant', 'kl-target': 3 }, 'prior uniform → constant, kl-target 10.159 → 3 nats'],
    [{}, { 'actor-paused': true }, 'actor-paused off → on'],
    [{}, { 'prior-mean': [-0.5, 0] }, 'prior-mean 0 → −0.5,0'],
    [{}, { 'prior-run': 'abcd2345' }, 'prior-run none → abcd2345'],
    [{}, {}, ''],
  ])('%j, %j', (before, changes, text) => expect(describeChanges(agentOf('sac'), valuesOf('sac', before), changes)).toBe(text));
});

describe('one by one', () => {
  const declaration = (name: string) => agentOf('sac').parameters.find((one) => one.name === name) ?? expect.fail(name);
  it('says why a value has no effect, and why it is not live', () => {
    expect(whyUnused(declaration('prior-scale'), valuesOf('sac'))).toMatch(/only the constant prior/);
    expect(whyUnused(declaration('prior-scale'), valuesOf('sac', constant))).toBeNull();
    expect(whyUnused(declaration('temperature'), valuesOf('sac'))).toBeNull();
    expect(whyNotLive(declaration('temperature'), valuesOf('sac'))).toMatch(/learned/);
    expect(whyNotLive(declaration('temperature'), valuesOf('sac', fixed))).toBeNull();
    expect(whyNotLive(declaration('hidden'), valuesOf('sac'))).toMatch(/fixed when the run begins/);
  });

  it.each<[string, ParameterValues, number | undefined, ParameterValues | undefined, RegExp | null]>([
    ['hidden', {}, undefined, undefined, /shapes what the checkpoint stores/],
    ['temperature', {}, undefined, undefined, /^a fork goes on from the checkpoint.*the temperature is learned/],
    ['temperature', fixed, 10, undefined, null],
    ['batch-size', {}, 10, undefined, null],
    ['prior-scale', {}, 10, undefined, null],
    ['warm-up', { 'warm-up': 100 }, undefined, undefined, null],
    ['warm-up', { 'warm-up': 100 }, 99, undefined, null],
    ['warm-up', { 'warm-up': 100 }, 100, undefined, /checkpoint is at step 100, and warm-up is over by then/],
    ['warm-up', { 'warm-up': 50 }, 60, { 'warm-up': 100 }, null],
    ['warm-up-actions', { 'warm-up': 100 }, 5_000, { 'warm-up': 100 }, /at step 5,000/],
  ])('says whether a fork may change %s beside %j at step %s', (name, changes, step, parent, reason) => {
    const told = whyNotForkable(declaration(name), valuesOf('sac', changes), step, parent && valuesOf('sac', parent));
    if (reason === null) expect(told).toBeNull();
    else expect(told).toMatch(reason);
  });

  it.each<[ParameterValues[string] | undefined, number[]]>([
    [[0.3], [0.3, 0.3, 0.3]],
    [
      [1, 2, 3],
      [1, 2, 3],
    ],
    [0.5, [0.5, 0.5, 0.5]],
    [
      [1, 2],
      [1, 2, NaN],
    ],
    [[], [NaN, NaN, NaN]],
    [undefined, [NaN, NaN, NaN]],
    ['x', [NaN, NaN, NaN]],
  ])('spreads %j over the action dimensions', (value, entries) => expect(perAction(value, 3)).toEqual(entries));
});
