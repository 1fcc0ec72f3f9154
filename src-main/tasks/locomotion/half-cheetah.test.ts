import { afterAll, beforeAll, expect, it } from 'vitest';
import { createStream } from '../../random/stream.ts';
import { loadTask } from '../node/load-task.ts';
import type { Task } from '../task.ts';

let task: Task;
beforeAll(async () => {
  task = await loadTask('half-cheetah');
});
afterAll(() => task.dispose());

it('starts with uniform noise on positions and normal noise on velocities', () => {
  const stream = createStream(4, 'reset');
  const resets = 1000;
  let largestPosition = 0;
  let sumOfSquares = 0;
  let sumOfFourthPowers = 0;
  for (let k = 0; k < resets; k += 1) {
    task.reset(stream);
    for (const value of task.simulator.qpos) largestPosition = Math.max(largestPosition, Math.abs(value));
    for (const value of task.simulator.qvel) {
      sumOfSquares += value ** 2;
      sumOfFourthPowers += value ** 4;
    }
  }
  expect(largestPosition).toBeLessThanOrEqual(0.1);
  expect(largestPosition).toBeGreaterThan(0.0999);
  const count = resets * 9;
  const variance = sumOfSquares / count;
  // Standard error of the variance of normals: σ²·√(2/n). Kurtosis 3 sets them apart from uniforms (1.8).
  expect(Math.abs(variance - 0.01)).toBeLessThan(5 * 0.01 * Math.sqrt(2 / count));
  expect(Math.abs(sumOfFourthPowers / count / variance ** 2 - 3)).toBeLessThan(5 * Math.sqrt(24 / count));
});

it('rewards the mean forward velocity over the step and charges a tenth of the squared action', () => {
  task.reset(createStream(1, 'reset'));
  for (let k = 0; k < 20; k += 1) {
    const before = task.simulator.qpos[0] as number;
    const { terms } = task.step([1, -1, 0.5, 0, 0, 2]);
    expect(terms[0]).toBeCloseTo(((task.simulator.qpos[0] as number) - before) / 0.05, 12);
    expect(terms[1]).toBeCloseTo(-0.1 * 3.25, 12);
  }
});

it('never terminates, not even upside down, and is cut after 1000 steps', () => {
  const { simulator } = task;
  simulator.reset();
  simulator.qpos[2] = Math.PI;
  simulator.forward();
  task.restore({ state: simulator.saveState(), taskState: Float64Array.from([0, 0]) });
  for (let k = 1; k <= 1000; k += 1) {
    const action = Array.from({ length: 6 }, (_, i) => Math.sin(0.9 * k * (i + 1)));
    expect(task.step(action)).toMatchObject({ terminated: false, truncated: k === 1000 });
  }
});
