// The Fork dialog's form against SAC's declarations.
import { describe, expect, it } from 'vitest';
import { sacDeclaration } from '../../../src-main/agents/sac.declaration.ts';
import type { ParameterDeclaration } from '../../../src-main/contract/parameters.ts';
import type { CheckpointSummary, RunEdit } from '../../../src-main/contract/runs.ts';
import { checkFork, forkDefaults, forkParameters, forkPoints, valuesAt, type ForkForm } from './fork-form.ts';

const values = { steps: 1000, 'entropy-target': -6, 'critic-learning-rate': 3e-4 };
const form = (rest: Partial<ForkForm> = {}): ForkForm => ({ step: 400, typed: {}, name: '', ...rest });
const check = (rest: Partial<ForkForm>) => checkFork(form(rest), 'r1', sacDeclaration, values);

describe('checkFork', () => {
  it('sends what was typed, also where it is what the parent had', () => {
    expect(check({ typed: { 'entropy-target': '-3', 'critic-learning-rate': '0.0003', steps: '2000' }, name: ' again ' }).request).toEqual({
      run: 'r1',
      step: 400,
      hyperparameters: { 'entropy-target': -3, 'critic-learning-rate': 0.0003, steps: 2000 },
      name: 'again',
    });
    expect(check({}).request).toEqual({ run: 'r1', step: 400, hyperparameters: {}, name: null });
  });
  it.each<[Partial<ForkForm>, string, RegExp]>([
    [{ typed: { steps: '400' } }, 'steps', /more than 400, the checkpoint's step; 400 was given/],
    [{ typed: { steps: '-1' } }, 'steps', /from 1 to 1e9/],
    [{ step: 1000 }, 'steps', /more than 1,000/],
    [{ typed: { 'critic-learning-rate': '2' } }, 'critic-learning-rate', /from 0 to 1/],
    [{ typed: { 'entropy-target': '' } }, 'entropy-target', /from -1,000 to 100/],
  ])('refuses %j', (rest, name, message) => {
    const { errors, request } = check(rest);
    expect(errors[name]).toMatch(message);
    expect(request).toBeNull();
  });
});

describe('what a fork cannot change', () => {
  const begun = { ...values, 'temperature-rule': 'learned', temperature: 1, 'warm-up': 100, 'warm-up-actions': 'uniform' };
  const at = (rest: Partial<ForkForm>) => checkFork(form(rest), 'r1', sacDeclaration, begun);

  it('is what only counts where a run begins', () => {
    expect(at({}).fixed['temperature']).toMatch(/where a run begins/);
    expect(at({ typed: { temperature: '0.2' } }).errors['temperature']).toMatch(/cannot change in this fork/);
    expect(at({ typed: { temperature: '0.2' } }).request).toBeNull();
  });
  it('opens up with what is typed beside it', () => {
    const { fixed, request } = at({ typed: { 'temperature-rule': 'fixed', temperature: '0.2' } });
    expect(fixed['temperature']).toBeUndefined();
    expect(request?.hyperparameters).toEqual({ 'temperature-rule': 'fixed', temperature: 0.2 });
  });
  it('is the warm-up once it is over', () => {
    expect(at({}).fixed['warm-up']).toMatch(/warm-up is over/);
    expect(at({ step: 50 }).fixed['warm-up']).toBeUndefined();
  });
});

it('offers no structural hyper-parameter', () => {
  const names = forkParameters(sacDeclaration).map(({ name }) => name);
  expect(names).toContain('entropy-target');
  for (const name of ['hidden', 'buffer-size', 'log-sigma-bounds', 'steps']) expect(names).not.toContain(name);
});

it('lists checkpoints newest first, each step once', () => {
  const point = (step: number, attempt: number): CheckpointSummary => ({ step, attempt, createdAt: 0, bytes: 0 });
  expect(forkPoints([point(10, 1), point(20, 1), point(20, 2)]).map(({ step, attempt }) => [step, attempt])).toEqual([
    [20, 2],
    [10, 1],
  ]);
  expect(forkPoints([])).toEqual([]);
});

describe('valuesAt', () => {
  const edit = (id: number, step: number, to: number, rest: Partial<RunEdit> = {}): RunEdit => ({
    id,
    requester: '',
    requestedAt: 0,
    changes: { c: to },
    undoes: null,
    dueStep: null,
    state: 'applied',
    appliedStep: step,
    previous: null,
    reason: null,
    ...rest,
  });
  const at = (edits: RunEdit[], step: number) => valuesAt({ hyperparameters: { c: 1, d: 7 } }, edits, step);

  it('knows the values of an earlier step, whatever was refused or waits', () => {
    const edits = [
      edit(1, 10, 2),
      edit(2, 20, 3),
      edit(3, 0, 9, { state: 'refused', appliedStep: null }),
      edit(4, 0, 9, { state: 'pending', appliedStep: null, dueStep: 5 }),
    ];
    expect([0, 9, 10, 15, 20, 99].map((step) => at(edits, step))).toEqual([1, 1, 2, 2, 3, 3].map((c) => ({ c, d: 7 })));
  });
  it('goes by the order in which they were applied, of one step by their ids', () => {
    const edits = [edit(1, 50, 2), edit(3, 20, 4), edit(2, 20, 3)];
    expect([20, 50].map((step) => at(edits, step)['c'])).toEqual([4, 2]);
  });
});

describe('forkDefaults', () => {
  const agent = {
    parameters: [
      { name: 'steps', kind: 'integer', min: 1, max: 1e9 },
      { name: 'schedule-to', kind: 'integer', follows: 'steps' },
    ] as unknown as ParameterDeclaration[],
  };
  it('move with the fork’s own steps, unless the parent’s ended elsewhere', () => {
    const parent = { steps: 100, 'schedule-to': 100 };
    expect(forkDefaults(agent, parent, { steps: '500' })).toEqual({ steps: 500, 'schedule-to': 500 });
    expect(forkDefaults(agent, { ...parent, 'schedule-to': 60 }, { steps: '500' })).toEqual({ steps: 500, 'schedule-to': 60 });
    expect(forkDefaults(agent, parent, { steps: 'x' })).toEqual(parent);
    expect(forkDefaults(agent, parent, {})).toEqual(parent);
  });
});
