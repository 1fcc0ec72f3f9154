// Runs that a behaviour prior may be fitted to.
import { expect, it } from 'vitest';
import type { TaskDeclaration } from '../../../src-main/contract/declarations.ts';
import type { RunSummary } from '../../../src-main/contract/runs.ts';
import { priorRunOptions } from './prior-runs.ts';

const task = (id: string, observation: string[], action: string[]): TaskDeclaration =>
  ({ id, observation: observation.map((name) => ({ name })), action: action.map((name) => ({ name })) }) as unknown as TaskDeclaration;
const run = (id: string, on: string, ordinal: number, environmentSteps = 1000): RunSummary =>
  ({ id, name: `n-${id}`, task: on, agent: 'sac', seed: 1, ordinal, environmentSteps }) as RunSummary;

it('offers runs that saw and did the same, the newest first', () => {
  const one = task('one', ['x', 'y'], ['u']);
  const tasks = [
    one,
    task('same', ['x', 'y'], ['u']),
    task('longer', ['x', 'y', 'z'], ['u']),
    task('renamed', ['x', 'z'], ['u']),
    task('other', ['x', 'y'], ['v']),
  ];
  const runs = [
    run('a', 'one', 1),
    run('b', 'same', 2),
    run('c', 'longer', 3),
    run('d', 'renamed', 4),
    run('e', 'other', 5),
    run('f', 'one', 6, 0),
    run('g', 'gone', 7),
  ];
  expect(priorRunOptions(runs, tasks, one)).toEqual([
    { value: 'b', label: 'n-b · sac · seed 1 · 1,000 steps · b' },
    { value: 'a', label: 'n-a · sac · seed 1 · 1,000 steps · a' },
  ]);
  expect(priorRunOptions([], tasks, one)).toEqual([]);
});
