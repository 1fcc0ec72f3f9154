// Tasks are found by name, by group and by what they are about, and none is lost.
import { describe, expect, it } from 'vitest';
import type { TaskDeclaration } from '../../../src-main/contract/declarations.ts';
import { taskDeclarations } from '../../../src-main/tasks/declarations.ts';
import { groupTasks } from './task-groups.ts';

const [first] = taskDeclarations;
if (first === undefined) throw new Error('there is no task');
const own: TaskDeclaration = { ...first, id: 'my-arm-2', title: 'My arm', family: 'own', sentence: 'Reaches.', citation: 'arm.xml' };
const all = [...taskDeclarations, own];
const find = (search: string): string[] => groupTasks(all, search).flatMap(({ tasks }) => tasks.map(({ id }) => id));

describe('groupTasks', () => {
  it('shows every task once, one’s own first', () => {
    const groups = groupTasks(all, '');
    expect(groups.map(({ title }) => title)).toEqual(['Imported', 'Classic', 'Locomotion', 'Manipulation']);
    expect(find('').toSorted()).toEqual(all.map(({ id }) => id).toSorted());
  });

  it('has no empty groups', () => {
    expect(groupTasks(taskDeclarations, 'hopper').map(({ title }) => title)).toEqual(['Locomotion']);
    expect(groupTasks(taskDeclarations, 'no such task')).toEqual([]);
  });

  it.each<[string, string[]]>([
    ['ant', ['ant']],
    ['2d', ['walker2d']],
    ['  HUMAN  ', ['humanoid', 'humanoid-standup']],
    ['fetch goal', ['fetch-reach', 'fetch-push', 'fetch-slide', 'fetch-pick-and-place']],
    ['imported', ['my-arm-2']],
    ['arm-2', ['my-arm-2']],
    ['InvertedPendulum-v5', ['inverted-pendulum']],
    ['HalfCheetah', ['half-cheetah']],
  ])('finds %j', (search, ids) => {
    for (const id of ids) expect(find(search)).toContain(id);
  });

  it('finds by the beginnings of words, not by their middles', () => {
    // "constant" and "instant" hold "ant", "distance" too.
    expect(find('ant')).toEqual(['ant']);
    expect(find('loco').length).toBe(taskDeclarations.filter(({ family }) => family === 'locomotion').length);
  });
});
