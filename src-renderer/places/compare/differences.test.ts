// What tells compared runs apart, and what makes them one group.
import { describe, expect, it } from 'vitest';
import type { RunConfiguration } from '../../../src-main/contract/runs.ts';
import { changedFromDefaults, configurationKey, describeGroup, parameterRows } from './differences.ts';

function configuration(hyperparameters: RunConfiguration['hyperparameters'] = {}, rest: Partial<RunConfiguration> = {}): RunConfiguration {
  return {
    task: 'half-cheetah',
    agent: 'sac',
    seed: 1,
    device: 'cpu',
    threads: 2,
    hyperparameters: { steps: 1000, discount: 0.99, hidden: [256, 256], ...hyperparameters },
    ...rest,
  };
}

describe('configurationKey', () => {
  const base = configurationKey(configuration());
  it.each([
    ['another seed', configuration({}, { seed: 9 })],
    ['another device', configuration({}, { device: 'gpu', threads: 8 })],
    ['more steps', configuration({ steps: 5000 })],
    ['another order', { ...configuration(), hyperparameters: { hidden: [256, 256], discount: 0.99, steps: 1 } }],
  ])('is the same for %s', (_what, other) => expect(configurationKey(other)).toBe(base));
  it.each([
    ['a hyper-parameter', configuration({ discount: 0.9 })],
    ['a list', configuration({ hidden: [256] })],
    ['another task', configuration({}, { task: 'reacher' })],
    ['a hyper-parameter more', configuration({ extra: true })],
    ['an option of the task', configuration({}, { taskOptions: { 'gravity-scale': 0.5 } })],
  ])('differs for %s', (_what, other) => expect(configurationKey(other)).not.toBe(base));
});

describe('parameterRows', () => {
  const rows = parameterRows([configuration(), configuration({ discount: 0.9, extra: 'x' }, { threads: 4 })]);
  it('puts what differs first', () => {
    expect(rows.filter((row) => row.differs).map((row) => row.name)).toEqual(['discount', 'extra', 'threads']);
    expect(rows.slice(0, 3).every((row) => row.differs)).toBe(true);
  });
  it('writes a hyper-parameter that one lacks as null', () =>
    expect(rows.find((row) => row.name === 'extra')?.values).toEqual([null, 'x']));
  it('shows lists as they are typed', () => expect(rows.find((row) => row.name === 'hidden')?.values).toEqual(['256,256', '256,256']));
  it('names groups by what sets them apart', () => {
    expect(describeGroup(rows, 0)).toBe('discount 0.99, extra —');
    expect(describeGroup(parameterRows([configuration()]), 0)).toBe('');
    expect(describeGroup(parameterRows([configuration(), configuration({}, { agent: 'virel' })]), 1)).toBe('virel');
  });
  it('has a row for the task’s options where a run has any', () => {
    const given = parameterRows([configuration(), configuration({}, { taskOptions: { 'gravity-scale': 0.5, 'action-delay': 1 } })]);
    expect(given[0]).toEqual({ name: 'task options', values: [null, 'action-delay=1, gravity-scale=0.5'], differs: true });
    expect(describeGroup(given, 1)).toBe('task options action-delay=1, gravity-scale=0.5');
  });
  it('counts what was edited as a difference', () => {
    expect(
      parameterRows([configuration()], new Set(['discount']))
        .filter((row) => row.differs)
        .map((row) => row.name),
    ).toEqual(['discount']);
  });
  it('takes nothing', () => expect(parameterRows([]).some((row) => row.differs)).toBe(false));
});

describe('changedFromDefaults', () => {
  it('lists what departs, comparing values as they are written', () => {
    expect(changedFromDefaults({ a: 1, b: [2, 3], c: 'x' }, { a: 1, b: [2, 4], d: true })).toEqual([
      { name: 'b', before: [2, 4], after: [2, 3] },
      { name: 'c', before: undefined, after: 'x' },
      { name: 'd', before: true, after: undefined },
    ]);
  });
  it('says nothing without defaults', () => expect(changedFromDefaults({ a: 1 }, undefined)).toEqual([]));
});

describe('a schedule’s end, which follows the steps', () => {
  const runs = (rule: string) => [100, 200].map((steps) => configuration({ steps, 'schedule-to': steps, 'temperature-rule': rule }));
  const differing = (rule: string) =>
    parameterRows(runs(rule))
      .filter(({ differs }) => differs)
      .map(({ name }) => name);
  it('sets no runs apart where nothing follows the schedule', () => {
    expect(new Set(runs('learned').map(configurationKey)).size).toBe(1);
    expect(differing('learned')).toEqual(['steps']);
  });
  it('does where the temperature follows it', () => {
    expect(new Set(runs('schedule').map(configurationKey)).size).toBe(2);
    expect(differing('schedule')).toEqual(['steps', 'schedule-to']);
  });
});
