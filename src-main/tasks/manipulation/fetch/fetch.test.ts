// What the Fetch tasks do beyond what Gymnasium-Robotics' episodes show: their resets, their goals, their options.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createStream } from '../../../random/stream.ts';
import { loadTask } from '../../node/load-task.ts';
import type { Task, TaskGoal } from '../../task.ts';

const tasks = new Map<string, Task>();
const ids = ['fetch-reach', 'fetch-push', 'fetch-slide', 'fetch-pick-and-place'];
beforeAll(async () => {
  for (const id of ids) tasks.set(id, await loadTask(id));
});
afterAll(() => tasks.forEach((task) => task.dispose()));

const taskOf = (id: string): Task => tasks.get(id) as Task;
const goalOf = (task: Task): TaskGoal => task.goal as TaskGoal;

/** Smallest and largest value of each number over many resets. */
function rangesOf(task: Task, read: () => ArrayLike<number>, resets = 800): [number, number][] {
  const stream = createStream(3, 'reset');
  const ranges: [number, number][] = [];
  for (let k = 0; k < resets; k += 1) {
    task.reset(stream);
    Array.from(read()).forEach((value, i) => {
      const range = (ranges[i] ??= [value, value]);
      ranges[i] = [Math.min(range[0], value), Math.max(range[1], value)];
    });
  }
  return ranges;
}

/** Expects a range to lie within bounds and to come within a fiftieth of them. */
function expectFilled(range: [number, number] | undefined, low: number, high: number): void {
  const [smallest, largest] = range ?? [NaN, NaN];
  const slack = (high - low) / 50;
  expect(smallest).toBeGreaterThanOrEqual(low - 1e-9);
  expect(smallest).toBeLessThan(low + slack);
  expect(largest).toBeLessThanOrEqual(high + 1e-9);
  expect(largest).toBeGreaterThan(high - slack);
}

describe('goals', () => {
  // Where the gripper starts, as Gymnasium-Robotics without meshes has it; ranges as its classes give them.
  it.each([
    { id: 'fetch-reach', x: [1.1918, 1.4918], y: [0.5991, 0.8991], z: [0.3848, 0.6848] },
    { id: 'fetch-push', x: [1.2134, 1.5134], y: [0.5991, 0.8991], z: [0.42489, 0.42489] },
    { id: 'fetch-slide', x: [1.11387, 1.71387], y: [0.4492, 1.0492], z: [0.42, 0.42] },
    { id: 'fetch-pick-and-place', x: [1.1919, 1.4919], y: [0.5991, 0.8991], z: [0.42489, 0.87489] },
  ])('of $id fill their range', ({ id, ...expected }) => {
    const task = taskOf(id);
    const ranges = rangesOf(task, () => goalOf(task).desired);
    [expected.x, expected.y, expected.z].forEach(([low = NaN, high = NaN], k) => {
      if (low === high) expect(ranges[k]?.every((value) => Math.abs(value - low) < 1e-5)).toBe(true);
      else expectFilled(ranges[k], low - 5e-5, high + 5e-5);
    });
  });

  it('of pick and place lie on the table in every second episode', () => {
    const task = taskOf('fetch-pick-and-place');
    const stream = createStream(5, 'reset');
    let onTable = 0;
    for (let k = 0; k < 600; k += 1) {
      task.reset(stream);
      if ((goalOf(task).desired[2] as number) < 0.4249) onTable += 1;
    }
    // Five standard deviations.
    expect(Math.abs(onTable - 300)).toBeLessThan(62);
  });

  it.each(ids)('of %s end the observation, are shown, and go with a snapshot', (id) => {
    const task = taskOf(id);
    task.reset(createStream(2, 'reset'));
    const { desired, achieved } = goalOf(task);
    task.step([0.3, -0.2, 0.1, 1]);
    expect([...task.observation.slice(-3)]).toEqual([...desired]);
    expect([...task.simulator.mocapPos.slice(3, 6)]).toEqual([...desired]);
    expect([...achieved]).toEqual([...task.observation.slice(...(id === 'fetch-reach' ? [0, 3] : [3, 6]))]);
    const [snapshot, before] = [task.snapshot(), [...desired, ...achieved]];
    task.reset(createStream(9, 'reset'));
    expect([...desired]).not.toEqual(before.slice(0, 3));
    task.restore(snapshot);
    expect([...desired, ...achieved]).toEqual(before);
  });
});

describe('rewards', () => {
  it.each([
    { options: {}, metres: 0.04, reward: 0 },
    { options: {}, metres: 0.06, reward: -1 },
    { options: { 'dense-reward': true }, metres: 0.04, reward: -0.04 },
    { options: { 'dense-reward': true }, metres: 0.5, reward: -0.5 },
  ])('at $metres m with $options are $reward', async ({ options, metres, reward }) => {
    const task = await loadTask('fetch-push', options);
    expect(goalOf(task).reward([1, 0.2 + 0.6 * metres, 0.3], [1, 0.2, 0.3 - 0.8 * metres])).toBeCloseTo(reward, 12);
    task.reset(createStream(1, 'reset'));
    const { reward: paid } = task.step([0, 0, 0, 0]);
    expect(paid).toBe(goalOf(task).reward(goalOf(task).achieved, goalOf(task).desired));
    task.dispose();
  });
});

describe('the arm', () => {
  it('comes to the goal when it is led there, and stays', () => {
    const task = taskOf('fetch-reach');
    for (const seed of [1, 2, 3, 4, 5]) {
      task.reset(createStream(seed, 'reset'));
      for (let k = 0; k < 50; k += 1) {
        const { achieved, desired } = goalOf(task);
        task.step([0, 1, 2].map((i) => 10 * ((desired[i] as number) - (achieved[i] as number))).concat(0));
      }
      expect(task.isSuccess).toBe(true);
      expect(task.observation[3]).toBe(0);
    }
  });

  it.each(['fetch-push', 'fetch-slide'])('begins %s with the object beside it', (id) => {
    const task = taskOf(id);
    const range = id === 'fetch-push' ? 0.15 : 0.1;
    const ranges = rangesOf(task, () => task.observation.slice(6, 8));
    for (const one of ranges) expectFilled(one, -range - 1e-3, range + 1e-3);
    const nearest = rangesOf(task, () => [Math.hypot(task.observation[6] as number, task.observation[7] as number)])[0];
    expect(nearest?.[0]).toBeGreaterThan(0.099);
  });
});
