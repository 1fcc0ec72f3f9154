// Order, filter, colours and windowing of the run table.
import { describe, expect, it } from 'vitest';
import type { RunSummary } from '../../../src-main/contract/runs.ts';
import { colourGroups, groupOf, parseFilter, rangeOfRows, sortRuns, toggleWord, visibleRows, type ColumnId } from './run-table.ts';

let made = 0;
function run(rest: Partial<RunSummary> = {}): RunSummary {
  made++;
  return {
    id: `r${made}`,
    name: 'sac-default',
    task: 'half-cheetah',
    agent: 'sac',
    seed: 1,
    state: 'finished',
    stateReason: null,
    environmentSteps: 100_000,
    totalSteps: 100_000,
    lastReturn: 5000,
    bestReturn: 5100,
    createdAt: made,
    startedAt: made,
    finishedAt: null,
    activeSeconds: 900,
    diskBytes: 1e6,
    starred: false,
    note: '',
    device: 'cpu',
    threads: 2,
    sparkline: new Float32Array(),
    stepsPerSecond: null,
    etaSeconds: null,
    queuePosition: null,
    parent: null,
    isDemo: false,
    isEdited: false,
    silentSeconds: null,
    ordinal: made,
    waiting: null,
    ...rest,
  };
}

describe('sortRuns', () => {
  const a = run({ id: 'a', name: 'run 10', lastReturn: -5, seed: 2, state: 'queued', queuePosition: 2, startedAt: null });
  const b = run({ id: 'b', name: 'Run 9', lastReturn: null, seed: 2, state: 'running' });
  const c = run({ id: 'c', name: 'run 9b', lastReturn: 20, seed: 1, state: 'queued', queuePosition: 1, startedAt: null });
  const ids = (column: ColumnId, descending: boolean): string =>
    sortRuns([a, b, c], { column, descending })
      .map((one) => one.id)
      .join('');

  it('counts numbers in names and ignores case', () => expect(ids('name', false)).toBe('bca'));
  it('keeps runs without a return last, both ways', () => {
    expect(ids('return', true)).toBe('cab');
    expect(ids('return', false)).toBe('acb');
  });
  it('puts equal entries newest first, both ways', () => {
    expect(ids('seed', false)).toBe('cba');
    expect(ids('seed', true)).toBe('bac');
  });
  it('orders states by urgency and the queue by place', () => expect(ids('state', false)).toBe('bca'));
  it('places waiting runs by when they were made', () => expect(ids('started', true)).toBe('cba'));
  it('changes nothing in the list given', () => {
    const given = [a, b, c];
    sortRuns(given, { column: 'name', descending: true });
    expect(given.map((one) => one.id)).toEqual(['a', 'b', 'c']);
  });
});

describe('parseFilter', () => {
  const cheetah = run({
    name: 'Baseline',
    lastReturn: 4200,
    bestReturn: 4800,
    seed: 2,
    note: 'the long one',
    starred: true,
    id: 'vqrs5678',
  });
  const reacher = run({
    task: 'reacher',
    lastReturn: null,
    bestReturn: null,
    environmentSteps: 900,
    state: 'failed',
    isDemo: true,
    id: 'abcd2345',
    isEdited: true,
    parent: { run: 'vqrs5678', step: 10 },
  });
  it.each([
    ['', true, true],
    ['   ', true, true],
    ['base', true, false],
    ['BASE cheetah', true, false],
    ['base reacher', false, false],
    ['long', true, false],
    ['failed', false, true],
    ['-failed', true, false],
    ['return>4000', true, false],
    ['return > 4000', true, false],
    ['return<4000', false, false],
    ['best>=4800 seed=2', true, false],
    ['steps<1k', false, true],
    ['steps<=0.1m', true, true],
    ['steps>=100,000', true, false],
    ['starred', true, false],
    ['-starred', false, true],
    ['demo', false, true],
    ['edited', false, true],
    ['-edited', true, false],
    ['forked', false, true],
    ['vqrs', true, false],
    ['VQRS5678', true, false],
    ['vqr', false, false],
    ['qrs5', false, false],
    ['nonsense>3', false, false],
    ['>', false, false],
    ['-', true, true],
  ])('%j', (text, first, second) => {
    const matches = parseFilter(text);
    expect([matches(cheetah), matches(reacher)]).toEqual([first, second]);
  });
});

it.each([
  ['', 'edited'],
  ['edited', ''],
  [' reacher  edited seed=2', 'reacher seed=2'],
  ['-edited', '-edited edited'],
])('%j with the word toggled is %j', (filter, after) => expect(toggleWord(filter, 'edited')).toBe(after));

describe('colourGroups', () => {
  it('keeps the colours of groups when runs are added', () => {
    const first = run({ name: 'a' });
    const second = run({ name: 'b' });
    const before = colourGroups([second, first]);
    const after = colourGroups([run({ name: 'c' }), second, first, run({ name: 'a', seed: 2 })]);
    expect(before.get(groupOf(first))).toBe('var(--s1)');
    expect(before.get(groupOf(second))).toBe('var(--s2)');
    expect(after.get(groupOf(second))).toBe('var(--s2)');
    expect(after.size).toBe(3);
  });
});

describe('rangeOfRows', () => {
  const rows = [run({ id: 'a' }), run({ id: 'b' }), run({ id: 'c' })];
  it.each([
    ['a', 'c', 'abc'],
    ['c', 'b', 'bc'],
    [null, 'b', 'b'],
    ['gone', 'b', 'b'],
    ['a', 'gone', ''],
  ])('from %s to %s', (from, to, ids) => {
    expect(rangeOfRows(rows, from, to).join('')).toBe(ids);
  });
});

describe('visibleRows', () => {
  it.each([
    [0, 400, 1000, [0, 18]],
    [4000, 400, 1000, [92, 118]],
    [39_600, 400, 1000, [982, 1000]],
    [0, 400, 3, [0, 3]],
    [9e9, 400, 3, [3, 3]],
    [0, 0, 0, [0, 0]],
  ])('at %s of a view %s high with %s rows', (top, height, count, range) => expect(visibleRows(top, height, 40, count)).toEqual(range));
});
