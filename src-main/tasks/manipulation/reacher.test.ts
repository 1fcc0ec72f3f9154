import { afterAll, beforeAll, expect, it } from 'vitest';
import { createStream } from '../../random/stream.ts';
import { loadTask } from '../node/load-task.ts';
import type { Task } from '../task.ts';

let task: Task;
beforeAll(async () => {
  task = await loadTask('reacher');
});
afterAll(() => task.dispose());

it('starts near rest with the target uniform in its disc', () => {
  const stream = createStream(5, 'reset');
  const resets = 4000;
  let meanSquaredRadius = 0;
  let largestRadius = 0;
  let largestAngle = 0;
  let largestVelocity = 0;
  for (let k = 0; k < resets; k += 1) {
    task.reset(stream);
    const { qpos, qvel } = task.simulator;
    const [shoulder, elbow, x, y] = qpos as unknown as [number, number, number, number];
    const radius = Math.hypot(x, y);
    meanSquaredRadius += radius ** 2 / resets;
    largestRadius = Math.max(largestRadius, radius);
    largestAngle = Math.max(largestAngle, Math.abs(shoulder), Math.abs(elbow));
    largestVelocity = Math.max(largestVelocity, Math.abs(qvel[0] as number), Math.abs(qvel[1] as number));
    expect([qvel[2], qvel[3]]).toEqual([0, 0]);
  }
  expect(largestRadius).toBeLessThan(0.2);
  expect(largestRadius).toBeGreaterThan(0.199);
  // Uniform in a disc of radius R: E[r²] = R²/2, standard deviation R²/√12, here over √4000.
  expect(Math.abs(meanSquaredRadius - 0.02)).toBeLessThan((5 * 0.04) / Math.sqrt(12 * resets));
  expect(largestAngle).toBeLessThanOrEqual(0.1);
  expect(largestAngle).toBeGreaterThan(0.0995);
  expect(largestVelocity).toBeLessThanOrEqual(0.005);
  expect(largestVelocity).toBeGreaterThan(0.00498);
});

it('observes the fingertip where MuJoCo last computed it, not where it is, also after a restore', () => {
  task.reset(createStream(1, 'reset'));
  for (let k = 0; k < 10; k += 1) task.step([0.5, -0.5]);
  const { qpos } = task.simulator;
  const [shoulder, elbow, x] = qpos as unknown as [number, number, number];
  const tipNow = 0.1 * Math.cos(shoulder) + 0.11 * Math.cos(shoulder + elbow) - x;
  const tipSeen = task.observation[8] as number;
  expect(Math.abs(tipSeen - tipNow)).toBeGreaterThan(1e-8);
  expect(Math.abs(tipSeen - tipNow)).toBeLessThan(1e-4);
  const seen = task.observation.slice();
  const snapshot = task.snapshot();
  task.simulator.updatePoses();
  task.restore(snapshot);
  expect(task.observation).toEqual(seen);
});

it('never terminates and is cut after 50 steps', () => {
  task.reset(createStream(2, 'reset'));
  for (let k = 1; k <= 50; k += 1) {
    expect(task.step([1, 1])).toMatchObject({ terminated: false, truncated: k === 50 });
  }
});

it('charges the squares of the clipped action', () => {
  task.reset(createStream(2, 'reset'));
  expect(task.step([0.5, -3]).terms[1]).toBeCloseTo(-1.25, 12);
});
