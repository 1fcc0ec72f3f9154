// The loop as a function of configuration and seed: repeatable, restorable, honest about how episodes end.
import { afterEach, describe, expect, it } from 'vitest';
import { findAgent } from '../agents/registry.ts';
import type { ParameterValues } from '../contract/parameters.ts';
import { PhysicsError } from '../physics/errors.ts';
import { ReplayBuffer } from '../replay/replay-buffer.ts';
import { loadTask } from '../tasks/node/load-task.ts';
import type { StepResult, Task } from '../tasks/task.ts';
import { TrainingLoop } from './loop.ts';
import { readRunParameters } from './run-parameters.ts';
import { hashState } from './state-hash.ts';
import { smallRun } from './test-run.ts';

interface Recorded {
  metrics: [number, Record<string, number>][];
  warnings: string[];
}

const opened: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0)) await close();
});

/** A loop over real parts; `change` may put a fault between it and the task. */
async function openLoop(changes: ParameterValues = {}, seed = 1, change: (task: Task) => Task = (task) => task, agent = 'sac') {
  const configuration = smallRun(changes, seed, agent);
  const parameters = readRunParameters(configuration.hyperparameters);
  const task = await loadTask(configuration.task);
  const problem = { observationSize: 4, actionSize: 1 };
  const buffer = new ReplayBuffer({ ...problem, capacity: parameters.bufferSize });
  const supply = () => Promise.resolve({});
  const maker = findAgent(agent);
  const loop = await TrainingLoop.create(
    { task: change(task), maker, problem, device: 'cpu', threads: 1, buffer, parameters, seed, supply, policyRows: 1 },
    configuration.hyperparameters,
  );
  opened.push(async () => {
    await loop.dispose();
    task.dispose();
  });
  const recorded: Recorded = { metrics: [], warnings: [] };
  const run = async (steps: number): Promise<string> => {
    for (let i = 0; i < steps; i += 1) {
      await loop.step({
        metrics: (step, values) => recorded.metrics.push([step, values]),
        warning: (_, message) => recorded.warnings.push(message),
      });
    }
    return hashState((await loop.save()).engine);
  };
  return { loop, buffer, task, recorded, run };
}

/** The task with `fault` in place of its step at the n-th step from now; a restore or reset passes through. */
function withFaultAt(n: number, fault: (task: Task, result: StepResult) => StepResult) {
  let steps = 0;
  return (task: Task): Task =>
    new Proxy(task, {
      get(target, name) {
        if (name === 'step') {
          return (action: ArrayLike<number>) => {
            steps += 1;
            const result = target.step(action);
            return steps === n ? fault(target, result) : result;
          };
        }
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? (value as (...words: unknown[]) => unknown).bind(target) : value;
      },
    });
}

describe('the training loop', () => {
  it('is a function of configuration and seed', async () => {
    const [a, b, c] = [await openLoop(), await openLoop(), await openLoop({}, 2)];
    const hash = await a.run(300);
    expect(await b.run(300)).toBe(hash);
    expect(b.recorded).toEqual(a.recorded);
    expect(await c.run(300)).not.toBe(hash);
  });

  it('learns only after the warm-up, then once a step', async () => {
    const { loop, run } = await openLoop({ 'warm-up': 50 });
    const initial = await run(0);
    expect(await run(50)).toBe(initial);
    expect(loop.gradientSteps).toBe(0);
    expect(await run(7)).not.toBe(initial);
    expect(loop.gradientSteps).toBe(7);
  });

  it('records windows of 100 gradient steps with every diagnostic, and each finished episode', async () => {
    const { recorded, run, buffer } = await openLoop({ 'warm-up': 50 });
    await run(360);
    const windows = recorded.metrics.filter(([, values]) => 'entropy' in values);
    expect(windows.map(([step]) => step)).toEqual([150, 250, 350]);
    const updates = ['actor-loss', 'critic-loss', 'entropy', 'entropy-target', 'kl', 'kl-target', 'mean-q', 'policy-sigma', 'temperature'];
    expect(Object.keys(windows[0]?.[1] ?? {})).toEqual(expect.arrayContaining(updates));
    const episodes = recorded.metrics.filter(([, values]) => 'training-return' in values);
    let row = 0;
    for (const [step, values] of episodes) {
      row += values['training-length'] as number;
      expect(step).toBe(row);
      // One for each step but the last, in which the pole had fallen.
      expect(values['training-return']).toBe((values['training-length'] as number) - 1);
    }
    expect(episodes.length).toBeGreaterThan(10);
    expect(buffer.rowsAdded).toBe(360);
  });

  it('stores where episodes terminate, with the true last observation', async () => {
    const { buffer, recorded, run } = await openLoop({ 'warm-up': 400 });
    await run(300);
    const rows = buffer.copyRows(0, 300);
    const width = buffer.rowWidth;
    const ends = recorded.metrics.map(([step]) => step);
    for (let row = 0; row < 300; row += 1) {
      const [terminated, angle] = [rows[row * width + 10], rows[row * width + 7] as number];
      expect(terminated).toBe(ends.includes(row + 1) ? 1 : 0);
      expect(Math.abs(angle) > 0.2).toBe(terminated === 1);
      // Within an episode, a row's next observation is the following row's observation; a reset is in between else.
      const continues =
        row < 299 && rows.slice(row * width + 6, row * width + 10).every((value, i) => value === rows[(row + 1) * width + i]);
      expect(continues).toBe(row < 299 && terminated === 0);
    }
  });

  it('does not store a time limit as an end, but begins a new episode after it', async () => {
    // The limit in the declaration is 1,000 steps: a fault sets `truncated` earlier, as the limit would.
    const truncate = withFaultAt(3, (_, result) => ({ ...result, terminated: false, truncated: true }));
    const { buffer, recorded, run, loop } = await openLoop({ 'warm-up': 400 }, 1, truncate);
    await run(3);
    expect(recorded.metrics).toEqual([[3, { 'training-return': 3, 'training-length': 3 }]]);
    const rows = buffer.copyRows(0, 3);
    expect([rows[10], rows[21], rows[32]]).toEqual([0, 0, 0]);
    const state = await loop.save();
    expect(state.episode).toEqual({ return: 0, length: 0 });
    expect(Math.max(...state.observation.map(Math.abs))).toBeLessThanOrEqual(0.01);
  });

  it.each([0, 30, 99, 100, 101, 257])('continues bit for bit from a state saved at step %i', async (savedAt) => {
    const original = await openLoop();
    await original.run(savedAt);
    const state = await original.loop.save();
    const rows = original.buffer.copyRows(0, original.buffer.rowsAdded);
    original.recorded.metrics.length = 0;
    const hash = await original.run(300);

    const fresh = await openLoop({}, 1);
    await fresh.run(17); // A loop that has been used is overwritten entirely.
    fresh.recorded.metrics.length = 0;
    fresh.buffer.restart(0);
    fresh.buffer.appendRows(rows);
    await fresh.loop.restore(state, state.values ?? {});
    expect(await fresh.run(300)).toBe(hash);
    expect(fresh.recorded.metrics).toEqual(original.recorded.metrics);
  });

  it.each([
    ['a reward', (_: Task, result: StepResult) => ({ ...result, reward: Number.NaN }), 'the reward became NaN at environment step 120'],
    [
      'an observation',
      (task: Task, result: StepResult) => {
        task.observation[1] = Number.POSITIVE_INFINITY;
        return result;
      },
      'the observation "pole angle" became Infinity at environment step 120',
    ],
  ])('stops at %s that is not finite, before it is learned from', async (_, fault, message) => {
    const { run, loop, buffer } = await openLoop({}, 1, withFaultAt(120, fault));
    await run(119);
    const before = hashState((await loop.save()).engine);
    await expect(run(1)).rejects.toThrow(message);
    expect(buffer.rowsAdded).toBe(119);
    expect(hashState((await loop.save()).engine)).toBe(before);
  });

  it('stops at the first diagnostic that is not finite, naming it', async () => {
    const { run } = await openLoop({ 'critic-learning-rate': 1, 'actor-learning-rate': 1, 'reward-scale': 1e6, 'warm-up': 0 }, 1, (task) =>
      withFaultAt(60, (_, result) => ({ ...result, reward: 3e38 }))(task),
    );
    await expect(run(400)).rejects.toThrow(/(loss|mean-q|action).* became (NaN|-?Infinity) at environment step \d+/);
  });

  it('drops a diverged step, says so, and goes on with a new episode', async () => {
    const diverge = withFaultAt(3, () => {
      throw new PhysicsError('unstable', 'the simulation diverged.');
    });
    const { run, recorded, buffer, loop } = await openLoop({}, 1, diverge);
    await run(4);
    expect(recorded.warnings).toEqual(['the simulation diverged. The step was dropped and a new episode begun.']);
    expect(buffer.rowsAdded).toBe(3);
    expect(loop.environmentSteps).toBe(4);
    expect(recorded.metrics).toEqual([]);
  });

  it('gives up where an episode diverges in its first step', async () => {
    const diverge = withFaultAt(1, () => {
      throw new PhysicsError('unstable', 'the simulation diverged.');
    });
    const { run } = await openLoop({}, 1, diverge);
    await expect(run(1)).rejects.toThrow('first step of an episode, environment step 1');
  });
});
