// Days that are left, and the search.
import { describe, expect, it } from 'vitest';
import type { DeletedRun } from '../../../src-main/contract/runs.ts';
import { daysLeft, matching } from './deleted-runs.ts';

const day = 24 * 3600 * 1000;

it.each([
  [0, 30],
  [1, 30],
  [day, 29],
  [29.5 * day, 1],
  [30 * day, 0],
  [90 * day, 0],
])('%s ms after it was deleted %s days are left', (since, days) => expect(daysLeft({ deletedAt: 1000 }, 1000 + since)).toBe(days));

describe('matching', () => {
  const runs = [
    { id: 'abc23456', name: 'Alpha', task: 'reacher', agent: 'sac', note: '' },
    { id: 'xyz23456', name: 'beta', task: 'hopper', agent: 'td3', note: 'too steep' },
  ] as DeletedRun[];
  it.each([
    ['', ['Alpha', 'beta']],
    ['alpha', ['Alpha']],
    ['STEEP hopper', ['beta']],
    ['xyz', ['beta']],
    ['reacher td3', []],
  ])('%j finds %j', (search, names) => expect(matching(runs, search).map(({ name }) => name)).toEqual(names));
});
