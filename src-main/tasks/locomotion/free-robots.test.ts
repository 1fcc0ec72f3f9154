// Ant and the humanoids: what lags behind the state, what counts as healthy, and what their options leave out.
import { describe, expect, it } from 'vitest';
import type { ParameterValues } from '../../contract/parameters.ts';
import { createStream } from '../../random/stream.ts';
import { loadTask } from '../node/load-task.ts';
import type { Task } from '../task.ts';

const wave = (task: Task, k: number): number[] => task.declaration.action.map((_, i) => 0.8 * Math.sin(0.7 * k + i));
const standing = (task: Task, height: number): number[] => [0, 0, height, 1, ...Array<number>(task.simulator.counts.qpos - 4).fill(0)];
const still = (task: Task): number[] => Array<number>(task.simulator.counts.qvel).fill(0);

const robots: { id: string; options: ParameterValues }[] = [
  { id: 'ant', options: { 'terminate-when-unhealthy': false } },
  { id: 'humanoid', options: { 'terminate-when-unhealthy': false } },
  { id: 'humanoid-standup', options: {} },
];

describe.each(robots)('$id', ({ id, options }) => {
  const forcesOf = (task: Task): number[] => task.declaration.observation.flatMap(({ name }, i) => (name.includes('contact') ? [i] : []));
  const isTouching = (task: Task): boolean => forcesOf(task).some((i) => task.observation[i] !== 0);

  it('observes no contact forces after a reset, and some once it has touched the floor, also after a restore', async () => {
    const task = await loadTask(id, options);
    task.reset(createStream(1, 'reset'));
    expect(forcesOf(task)).toHaveLength(78);
    expect(isTouching(task)).toBe(false);
    for (let k = 0; k < 100 && !isTouching(task); k += 1) task.step(wave(task, k));
    expect(isTouching(task)).toBe(true);
    const seen = task.observation.slice();
    const snapshot = structuredClone(task.snapshot());
    task.step(wave(task, 0));
    task.restore(snapshot);
    expect(task.observation).toEqual(seen);
    // An episode that begins at the same positions and velocities observes none.
    task.beginAt(task.simulator.qpos.slice(), task.simulator.qvel.slice());
    expect(isTouching(task)).toBe(false);
    task.dispose();
  });

  it('is paid for where it was when MuJoCo last looked, also after a restore', async () => {
    const task = await loadTask(id, options);
    task.reset(createStream(1, 'reset'));
    for (let k = 0; k < 5; k += 1) task.step(wave(task, k));
    const snapshot = structuredClone(task.snapshot());
    const paid = task.step(wave(task, 5)).terms.slice();
    task.restore(snapshot);
    expect(task.step(wave(task, 5)).terms).toEqual(paid);
    task.dispose();
  });
});

it.each([
  { id: 'ant', height: 0.75, terminated: false },
  { id: 'ant', height: 0.9, terminated: false },
  { id: 'ant', height: 1.1, terminated: true },
  { id: 'humanoid', height: 1.4, terminated: false },
  { id: 'humanoid', height: 1.99, terminated: false },
  { id: 'humanoid', height: 2.01, terminated: true },
  { id: 'humanoid-standup', height: 5, terminated: false },
])('$id at a height of $height m has ended: $terminated', async ({ id, height, terminated }) => {
  const task = await loadTask(id);
  task.beginAt(standing(task, height), still(task));
  const result = task.step(still(task).slice(0, task.declaration.action.length));
  expect(result.terminated).toBe(terminated);
  if (id !== 'humanoid-standup') expect(result.terms[1]).toBe(terminated ? 0 : task.declaration.rewardTerms[1]?.weight);
  task.dispose();
});

it('clips the contact cost to its range', async () => {
  const task = await loadTask('humanoid', { 'contact-cost-weight': 1, 'contact-cost-max': 3, 'terminate-when-unhealthy': false });
  task.beginAt(standing(task, 1.2), still(task));
  const terms = Array.from({ length: 10 }, (_, k) => task.step(wave(task, k)).terms[3] as number);
  expect(Math.min(...terms)).toBe(-3);
  task.dispose();
});

it.each([
  ['ant', { 'include-cfrc-ext-in-observation': false }, 27],
  ['ant', { 'exclude-current-positions-from-observation': false }, 107],
  ['humanoid', { 'include-cinert-in-observation': false }, 218],
  ['humanoid', { 'include-cvel-in-observation': false, 'include-cfrc-ext-in-observation': false }, 192],
  ['humanoid', { 'include-qfrc-actuator-in-observation': false }, 331],
  ['humanoid-standup', { 'exclude-current-positions-from-observation': false }, 350],
])('%s with %j observes %i numbers, the same ones in the same order', async (id, options, count) => {
  const [standard, task] = [await loadTask(id), await loadTask(id, options)];
  for (const one of [standard, task]) {
    one.reset(createStream(1, 'reset'));
    for (let k = 0; k < 3; k += 1) one.step(wave(one, k));
  }
  expect(task.observation).toHaveLength(count);
  const all = new Map(standard.declaration.observation.map(({ name }, i) => [name, standard.observation[i]]));
  task.declaration.observation.forEach(({ name }, i) => {
    if (all.has(name)) expect(task.observation[i]).toBe(all.get(name));
  });
  standard.dispose();
  task.dispose();
});
