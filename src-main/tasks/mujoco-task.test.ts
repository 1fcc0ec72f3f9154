// What holds for every task.
import { describe, expect, it } from 'vitest';
import { loadMuJoCo } from '../physics/mujoco.ts';
import { readModel } from '../physics/node/models.ts';
import { createStream } from '../random/stream.ts';
import { taskDeclarations } from './declarations.ts';
import { loadTask, processMuJoCo } from './node/load-task.ts';
import { createTask } from './registry.ts';
import type { Task, TaskSnapshot } from './task.ts';

/** Gentle actions, so that the pendulum stays up long enough. */
function wave(task: Task, k: number, size = 0.05): number[] {
  return task.declaration.action.map((_, i) => size * Math.sin(0.7 * k + i));
}

/** Do its actions lead a mocap body, rather than being a control each? */
const isLed = ({ simulator }: Task): boolean => simulator.names.body.includes('lead');

function resetTask(task: Task, seed = 1): Task {
  task.reset(createStream(seed, 'reset'));
  return task;
}

describe.each(taskDeclarations.map(({ id }) => ({ id })))('$id', ({ id }) => {
  it('declares what its model is', async () => {
    const task = resetTask(await loadTask(id));
    const { declaration, simulator } = task;
    expect(declaration.frameSkip * simulator.timestep).toBeCloseTo(declaration.stepSeconds, 12);
    const declared = declaration.action.flatMap(({ low, high }) => [low, high]);
    if (!isLed(task)) expect([...(simulator.model.actuator_ctrlrange as Float64Array)]).toEqual(declared);
    expect(task.observation).toHaveLength(declaration.observation.length);
    expect(task.step(wave(task, 0)).terms).toHaveLength(declaration.rewardTerms.length);
    const { trackBody } = declaration.camera;
    if (trackBody !== null) simulator.idOf('body', trackBody);
    task.dispose();
  });

  it('goes on from a snapshot bit for bit in a fresh instance of MuJoCo', async () => {
    const first = resetTask(await loadTask(id), 7);
    for (let k = 0; k < 5; k += 1) first.step(wave(first, k));
    const snapshot = structuredClone(first.snapshot());
    const second = createTask(id, await loadMuJoCo(), (await readModel(first.declaration.model)).xml);
    second.restore(snapshot);
    expect(second.observation).toEqual(first.observation);
    let steps = 0;
    for (; steps < 50; steps += 1) {
      const results = [first, second].map((task) => structuredClone(task.step(wave(task, steps + 5))));
      expect(results[1]).toEqual(results[0]);
      expect(second.observation).toEqual(first.observation);
      expect(second.snapshot()).toEqual(first.snapshot());
      if (results[0]?.terminated === true || results[0]?.truncated === true) {
        for (const task of [first, second]) resetTask(task, steps);
      }
    }
    expect(steps).toBe(50);
    first.dispose();
    second.dispose();
  });

  it('gives the same numbers for the same seed, others for another', async () => {
    const task = await loadTask(id);
    const start = (seed: number): number[] => [...resetTask(task, seed).observation];
    const one = start(1);
    expect(start(2)).not.toEqual(one);
    expect(start(1)).toEqual(one);
    task.dispose();
  });

  it('keeps the sum of the reward terms as the reward', async () => {
    const task = resetTask(await loadTask(id));
    const { reward, terms } = task.step(wave(task, 1));
    expect(reward).toBe(terms.reduce((sum, term) => sum + term, 0));
    task.dispose();
  });

  it('clips actions to [-1, 1] and maps them onto its range', async () => {
    const task = await loadTask(id);
    const after = (value: number): number[] => {
      resetTask(task).step(task.declaration.action.map(() => value));
      return [...task.simulator.ctrl, ...task.observation];
    };
    expect(after(1e30)).toEqual(after(1));
    expect(after(-Infinity)).toEqual(after(-1));
    expect(after(0.5)).not.toEqual(after(1));
    if (!isLed(task)) {
      const { length } = task.declaration.action;
      expect(after(1).slice(0, length)).toEqual(task.declaration.action.map(({ high }) => high));
      expect(after(-1).slice(0, length)).toEqual(task.declaration.action.map(({ low }) => low));
      const between = after(0.5);
      task.declaration.action.forEach(({ low, high }, i) => expect(between[i]).toBeCloseTo(0.25 * low + 0.75 * high, 12));
    }
    task.dispose();
  });

  it('refuses actions that are none, naming task and dimension, and stays as it was', async () => {
    const task = resetTask(await loadTask(id));
    const before = task.snapshot();
    const last = task.declaration.action.length - 1;
    const good = task.declaration.action.map(() => 0);
    const bad: [ArrayLike<number>, string][] = [
      [[], `${id}: an action has ${good.length} numbers (`],
      [[...good, 0], `not ${good.length + 1}`],
      [good.with(last, NaN), `${id}: action ${last} (${task.declaration.action[last]?.name}) is NaN`],
      [Float32Array.from(good.with(0, NaN)), `${id}: action 0 (${task.declaration.action[0]?.name}) is NaN`],
      [{ length: good.length }, `${id}: action 0 (${task.declaration.action[0]?.name}) is undefined`],
    ];
    for (const [action, message] of bad) {
      expect(() => task.step(action)).toThrow(message);
      expect(task.snapshot()).toEqual(before);
    }
    task.dispose();
  });

  it('refuses to step before a reset and after the end', async () => {
    const task = await loadTask(id);
    expect(() => task.step(wave(task, 0))).toThrow(`${id}: no episode is going on`);
    resetTask(task);
    const snapshot = task.snapshot();
    snapshot.taskState[0] = task.declaration.timeLimit - 1;
    task.restore(snapshot);
    expect(task.step(wave(task, 0))).toMatchObject({ truncated: true, terminated: false });
    expect(() => task.step(wave(task, 0))).toThrow(`${id}: no episode is going on`);
    task.restore(task.snapshot());
    expect(() => task.step(wave(task, 0))).toThrow(`${id}: no episode is going on`);
    resetTask(task).step(wave(task, 0));
    task.dispose();
  });

  it('refuses snapshots that are not its own and stays as it was', async () => {
    const task = resetTask(await loadTask(id));
    task.step(wave(task, 0));
    const before = structuredClone(task.snapshot());
    const changed = (change: (snapshot: TaskSnapshot) => void): TaskSnapshot => {
      const snapshot = structuredClone(before);
      change(snapshot);
      return snapshot;
    };
    const bad: [TaskSnapshot, RegExp][] = [
      [{ state: before.state, taskState: new Float64Array(0) }, /its task state has 0 numbers/],
      [{ state: before.state, taskState: new Float64Array(9) }, /its task state has 9 numbers/],
      [{ state: new Float64Array(3), taskState: before.taskState }, /has \d+ numbers, not 3/],
      [changed(({ state }) => state.fill(NaN, 1, 2)), /number 1 .* is NaN/],
      [changed(({ taskState }) => taskState.fill(-1, 0, 1)), /elapsed steps are -1, allowed are 0 to/],
      [changed(({ taskState }) => taskState.fill(1.5, 0, 1)), /elapsed steps are 1.5/],
      [changed(({ taskState }) => taskState.fill(1e6, 0, 1)), /elapsed steps are 1000000/],
      [changed(({ taskState }) => taskState.fill(NaN, 0, 1)), /elapsed steps are NaN/],
      [changed(({ taskState }) => taskState.fill(2, 1, 2)), /flag is 2/],
    ];
    for (const [snapshot, message] of bad) {
      expect(() => task.restore(snapshot)).toThrow(message);
      expect(task.snapshot()).toEqual(before);
    }
    task.dispose();
  });

  it('ends the episode with an error when the simulation diverges', async () => {
    const task = resetTask(await loadTask(id));
    task.step(wave(task, 0));
    task.simulator.qvel[0] = NaN;
    expect(() => task.step(wave(task, 1))).toThrow(/diverged/);
    expect(() => task.step(wave(task, 2))).toThrow(/no episode is going on/);
    resetTask(task).step(wave(task, 0));
    task.dispose();
  });
});

describe('tasks by id', () => {
  it.each(['cheetah', '', 'constructor', '../half-cheetah'])('refuses %j and lists what there is', async (id) => {
    const list = /there is no such task; there are: inverted-pendulum, .*half-cheetah/;
    await expect(loadTask(id)).rejects.toThrow(list);
    const mujoco = await processMuJoCo();
    expect(() => createTask(id, mujoco, '<mujoco/>')).toThrow(list);
  });

  it('refuses a model that is not the task’s, and frees it', async () => {
    const mujoco = await processMuJoCo();
    expect(() => createTask('reacher', mujoco, '<mujoco/>')).toThrow('reacher: its model has 0 controls, not 2');
    const { xml } = await readModel('reacher.xml');
    const other = xml.replace('body name="fingertip"', 'body name="hand"');
    expect(() => createTask('reacher', mujoco, other)).toThrow(/no body named “fingertip”; it has: .*hand/);
  });

  it('have unique ids and unique names for their dimensions', () => {
    expect(new Set(taskDeclarations.map(({ id }) => id)).size).toBe(taskDeclarations.length);
    for (const { id, observation, action, timeLimit } of taskDeclarations) {
      expect(id).toMatch(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/);
      expect(new Set([...observation, ...action].map(({ name }) => name)).size).toBe(observation.length + action.length);
      expect(timeLimit).toBeGreaterThan(0);
    }
  });
});
