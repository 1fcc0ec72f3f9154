import { afterAll, beforeAll, expect, it } from 'vitest';
import { createStream } from '../../random/stream.ts';
import { loadTask } from '../node/load-task.ts';
import type { Task } from '../task.ts';

let task: Task;
beforeAll(async () => {
  task = await loadTask('pusher');
});
afterAll(() => task.dispose());

it('starts with the arm at its default, nearly at rest, and the object in its field, away from the goal', () => {
  const stream = createStream(5, 'reset');
  const seen = { lowY: 0, highY: -1, lowX: 0, highX: 0, nearest: 1, fastest: 0 };
  for (let k = 0; k < 2000; k += 1) {
    task.reset(stream);
    const { qpos, qvel } = task.simulator;
    const [y, x] = [qpos[7] as number, qpos[8] as number];
    seen.lowY = Math.min(seen.lowY, y);
    seen.highY = Math.max(seen.highY, y);
    seen.lowX = Math.min(seen.lowX, x);
    seen.highX = Math.max(seen.highX, x);
    seen.nearest = Math.min(seen.nearest, Math.hypot(x, y));
    seen.fastest = Math.max(seen.fastest, ...qvel.subarray(0, 7));
    if (k % 100 === 0) expect([...qpos.subarray(0, 7), qpos[9], qpos[10], ...qvel.subarray(7)]).toEqual(new Array(13).fill(0));
  }
  expect(seen.lowY).toBeGreaterThanOrEqual(-0.3);
  expect(seen.lowY).toBeLessThan(-0.298);
  expect(seen.highY).toBeLessThanOrEqual(0);
  expect(seen.highY).toBeGreaterThan(-0.002);
  expect(Math.max(-seen.lowX, seen.highX)).toBeLessThanOrEqual(0.2);
  expect(Math.min(-seen.lowX, seen.highX)).toBeGreaterThan(0.198);
  expect(seen.nearest).toBeGreaterThan(0.17);
  expect(seen.nearest).toBeLessThan(0.175);
  expect(seen.fastest).toBeLessThanOrEqual(0.005);
  expect(seen.fastest).toBeGreaterThan(0.0049);
});

it('pays for the object’s and the arm’s distance by hand-computed amounts, and for the action', () => {
  task.reset(createStream(1, 'reset'));
  // The goal at (0.45, −0.05, −0.323); the object 0.3 m beside it along y and 0.048 m above; the tips at the arm's default place.
  task.simulator.qpos.set([-0.3, 0], 7);
  const { terms, reward } = task.step([0.5, 0, 0, 0, 0, 0, -3]);
  const [tips, object, goal] = [14, 17, 20].map((at) => task.observation.slice(at, at + 3)) as [Float64Array, Float64Array, Float64Array];
  expect([...object].map((value) => Number(value.toFixed(6)))).toEqual([0.45, -0.35, -0.275]);
  expect([...goal]).toEqual([0.45, -0.05, -0.323]);
  expect(terms[0]).toBeCloseTo(-Math.sqrt(0.09 + 0.048 ** 2), 6);
  // Torques 1 and −2 N·m: the range is ±2.
  expect(terms[1]).toBeCloseTo(-0.1 * (1 + 4), 12);
  expect(terms[2]).toBeCloseTo(-0.5 * Math.hypot(...tips.map((value, k) => value - (object[k] as number))), 12);
  expect(reward).toBeCloseTo((terms[0] as number) + (terms[1] as number) + (terms[2] as number), 12);
});

it('can be given other weights', async () => {
  const other = await loadTask('pusher', { 'reward-near-weight': 0, 'reward-dist-weight': 2, 'reward-control-weight': 1 });
  for (const one of [task, other]) one.reset(createStream(4, 'reset'));
  const action = [0.1, 0.2, 0, 0, 0, 0, 0.3];
  const usual = [...task.step(action).terms];
  expect([...other.step(action).terms]).toEqual([2 * (usual[0] as number), expect.closeTo(10 * (usual[1] as number), 12), -0]);
  expect(other.declaration.rewardTerms.map(({ weight }) => weight)).toEqual([-2, -1, -0]);
  other.dispose();
});

it('never terminates and is cut after 100 steps', () => {
  task.reset(createStream(2, 'reset'));
  for (let k = 1; k <= 100; k += 1) {
    expect(task.step([1, -1, 0, 0, 1, 0, 0])).toMatchObject({ terminated: false, truncated: k === 100 });
  }
});
