import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createStream } from '../../random/stream.ts';
import { loadTask } from '../node/load-task.ts';
import type { Task } from '../task.ts';

let task: Task;
beforeAll(async () => {
  task = await loadTask('inverted-pendulum');
});
afterAll(() => task.dispose());

/** Begins an episode at a pole angle (rad) and a number of steps already done. */
function begin(angle: number, elapsedSteps = 0, angularVelocity = 0): void {
  const { simulator } = task;
  simulator.reset();
  simulator.qpos[1] = angle;
  simulator.qvel[1] = angularVelocity;
  simulator.forward();
  task.restore({ state: simulator.saveState(), taskState: Float64Array.from([elapsedSteps, 0]) });
}

describe('the end of an episode', () => {
  it.each([
    { what: 'upright, early', angle: 0, elapsed: 0, terminated: false, truncated: false, reward: 1 },
    { what: 'leaning within the limit', angle: 0.19, elapsed: 0, terminated: false, truncated: false, reward: 1 },
    { what: 'fallen to the front', angle: 0.21, elapsed: 0, terminated: true, truncated: false, reward: 0 },
    { what: 'fallen to the back', angle: -0.21, elapsed: 0, terminated: true, truncated: false, reward: 0 },
    { what: 'upright one step before the limit', angle: 0, elapsed: 998, terminated: false, truncated: false, reward: 1 },
    { what: 'upright at the limit', angle: 0, elapsed: 999, terminated: false, truncated: true, reward: 1 },
    { what: 'fallen at the limit', angle: 0.21, elapsed: 999, terminated: true, truncated: true, reward: 0 },
  ])('$what', ({ angle, elapsed, terminated, truncated, reward }) => {
    begin(angle, elapsed);
    const result = task.step([0]);
    expect(result).toMatchObject({ terminated, truncated, reward });
    expect([...result.terms]).toEqual([reward]);
  });

  it('looks at the angle after the physics, not before', () => {
    begin(0.199, 0, 1);
    expect(task.step([0]).terminated).toBe(true);
    begin(0.201, 0, -1);
    expect(task.step([0]).terminated).toBe(false);
  });
});

it('starts within ±0.01 of rest, upright', () => {
  const stream = createStream(3, 'reset');
  const lowest = Array(4).fill(Infinity) as number[];
  const highest = Array(4).fill(-Infinity) as number[];
  for (let k = 0; k < 2000; k += 1) {
    task.reset(stream);
    task.observation.forEach((value, i) => {
      lowest[i] = Math.min(lowest[i] as number, value);
      highest[i] = Math.max(highest[i] as number, value);
    });
  }
  for (let i = 0; i < 4; i += 1) {
    expect(lowest[i]).toBeGreaterThanOrEqual(-0.01);
    expect(lowest[i]).toBeLessThan(-0.0098);
    expect(highest[i]).toBeLessThan(0.01);
    expect(highest[i]).toBeGreaterThan(0.0098);
  }
});
