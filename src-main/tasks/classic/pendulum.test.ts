// The pendulum: its start, its clip, its rewards; and the double pendulum's end.
import { expect, it } from 'vitest';
import { createStream } from '../../random/stream.ts';
import { loadTask } from '../node/load-task.ts';

it('starts anywhere on the circle, within ±1 rad/s', async () => {
  const task = await loadTask('pendulum');
  const stream = createStream(2, 'reset');
  const angles: number[] = [];
  const velocities: number[] = [];
  for (let k = 0; k < 2000; k += 1) {
    task.reset(stream);
    angles.push(task.simulator.qpos[0] as number);
    velocities.push(task.simulator.qvel[0] as number);
  }
  for (const [values, half] of [
    [angles, Math.PI],
    [velocities, 1],
  ] as const) {
    expect(Math.min(...values)).toBeGreaterThanOrEqual(-half);
    expect(Math.min(...values)).toBeLessThan(-0.995 * half);
    expect(Math.max(...values)).toBeLessThan(half);
    expect(Math.max(...values)).toBeGreaterThan(0.995 * half);
  }
  task.dispose();
});

it.each([1, -1])('moves as Pendulum-v1 writes it out, also at its largest velocity (direction %i)', async (direction) => {
  const task = await loadTask('pendulum');
  let angle = direction * 2.5;
  let velocity = direction * 7.6;
  task.beginAt([angle], [velocity]);
  let clipped = 0;
  for (let k = 0; k < 200; k += 1) {
    const torque = 2 * Math.sin(k) * direction;
    const wrapped = ((((angle + Math.PI) % (2 * Math.PI)) + 2 * Math.PI) % (2 * Math.PI)) - Math.PI;
    const { reward, terms, truncated } = task.step([torque / 2]);
    expect(reward).toBeCloseTo(-(wrapped ** 2 + 0.1 * velocity ** 2 + 0.001 * torque ** 2), 9);
    expect(terms[1]).toBeCloseTo(-0.1 * velocity ** 2, 9);
    const free = velocity + (15 * Math.sin(angle) + 3 * torque) * 0.05;
    velocity = Math.min(8, Math.max(-8, free));
    if (velocity !== free) clipped += 1;
    angle += 0.05 * velocity;
    expect(task.simulator.qpos[0]).toBeCloseTo(angle, 9);
    expect(task.observation[2]).toBeCloseTo(velocity, 9);
    expect(truncated).toBe(k === 199);
  }
  expect(clipped).toBeGreaterThan(3);
  task.dispose();
});

it.each([
  { what: 'upright', qpos: [0, 0, 0], terminated: false },
  { what: 'leaning', qpos: [0, 0.5, 0], terminated: false },
  { what: 'bent', qpos: [0, 0, 1.4], terminated: true },
  { what: 'fallen', qpos: [0, 1.2, 0], terminated: true },
])('the double pendulum, $what, has ended: $terminated', async ({ qpos, terminated }) => {
  const task = await loadTask('inverted-double-pendulum');
  task.beginAt(qpos, [0, 0, 0]);
  const result = task.step([0]);
  expect(result.terminated).toBe(terminated);
  expect(result.terms[0]).toBe(terminated ? 0 : 10);
  task.dispose();
});
