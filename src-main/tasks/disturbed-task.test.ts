// Noise and delay: their size, their repeatability, and that a snapshot carries them.
import { expect, it } from 'vitest';
import { loadMuJoCo } from '../physics/mujoco.ts';
import { readModel } from '../physics/node/models.ts';
import { createStream } from '../random/stream.ts';
import { loadTask } from './node/load-task.ts';
import { createTask } from './registry.ts';

const wave = (k: number): number[] => [0, 1, 2].map((i) => 0.6 * Math.sin(0.7 * k + i));

it('holds actions back by as many steps as declared', async () => {
  const task = await loadTask('hopper', { 'action-delay': 2, 'terminate-when-unhealthy': false });
  task.reset(createStream(1, 'reset'));
  for (let k = 0; k < 6; k += 1) {
    task.step(wave(k));
    expect([...task.simulator.ctrl]).toEqual(k < 2 ? [0, 0, 0] : wave(k - 2));
  }
  task.reset(createStream(2, 'reset'));
  task.step(wave(9));
  expect([...task.simulator.ctrl]).toEqual([0, 0, 0]);
  task.dispose();
});

it('adds noise of the declared size to actions and observations, the same for the same seed', async () => {
  const options = { 'action-noise': 0.1, 'observation-noise': 0.02, 'terminate-when-unhealthy': false, 'time-limit': 400 };
  const task = await loadTask('hopper', options);
  const run = (seed: number): { actions: number[]; observed: number[] } => {
    task.reset(createStream(seed, 'reset'));
    const actions: number[] = [];
    const observed: number[] = [];
    for (let k = 0; k < 400; k += 1) {
      task.step(wave(k));
      task.simulator.ctrl.forEach((value, i) => actions.push(value - (wave(k)[i] as number)));
      observed.push((task.observation[0] as number) - (task.simulator.qpos[1] as number));
    }
    return { actions, observed };
  };
  const deviation = (values: number[]): number => Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0) / values.length);
  const first = run(3);
  // Standard error of a deviation of n normals: σ/√(2n).
  expect(Math.abs(deviation(first.actions) - 0.1)).toBeLessThan((5 * 0.1) / Math.sqrt(2400));
  expect(Math.abs(deviation(first.observed) - 0.02)).toBeLessThan((5 * 0.02) / Math.sqrt(800));
  expect(run(3)).toEqual(first);
  expect(run(4)).not.toEqual(first);
  task.dispose();
});

it('keeps a noisy action within the range', async () => {
  const task = await loadTask('hopper', { 'action-noise': 2, 'terminate-when-unhealthy': false });
  task.reset(createStream(1, 'reset'));
  for (let k = 0; k < 50; k += 1) {
    task.step([5, -5, 0]);
    for (const value of task.simulator.ctrl) expect(Math.abs(value)).toBeLessThanOrEqual(1);
  }
  task.dispose();
});

it('goes on from a snapshot bit for bit in a fresh instance of MuJoCo', async () => {
  const options = { 'action-noise': 0.1, 'action-delay': 3, 'observation-noise': 0.1, 'terminate-when-unhealthy': false };
  const first = await loadTask('hopper', options);
  first.reset(createStream(5, 'reset'));
  for (let k = 0; k < 7; k += 1) first.step(wave(k));
  const snapshot = structuredClone(first.snapshot());
  const second = createTask('hopper', await loadMuJoCo(), (await readModel('hopper.xml')).xml, options);
  second.restore(snapshot);
  expect(second.observation).toEqual(first.observation);
  for (let k = 7; k < 57; k += 1) {
    const results = [first, second].map((task) => structuredClone(task.step(wave(k))));
    expect(results[1]).toEqual(results[0]);
    expect(second.observation).toEqual(first.observation);
    expect(second.snapshot()).toEqual(first.snapshot());
  }
  const plain = await loadTask('hopper', { 'terminate-when-unhealthy': false });
  plain.reset(createStream(1, 'reset'));
  expect(() => second.restore(plain.snapshot())).toThrow(/with its noise and delay/);
  expect(() => plain.restore(first.snapshot())).toThrow(/its task state has/);
  for (const task of [first, second, plain]) task.dispose();
});

it('refuses actions that are none and stays as it was', async () => {
  const task = await loadTask('hopper', { 'action-noise': 0.1, 'action-delay': 1 });
  task.reset(createStream(1, 'reset'));
  const before = task.snapshot();
  for (const action of [[], [0, 0], [0, 0, NaN]]) {
    expect(() => task.step(action)).toThrow(/hopper: a/);
    expect(task.snapshot()).toEqual(before);
  }
  task.dispose();
});
