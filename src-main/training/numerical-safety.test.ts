// Numbers that are not finite, provoked in real updates and steps: nothing is applied, the message says where they came
// from, and the step is taken back bit for bit.
import { afterEach, describe, expect, it } from 'vitest';
import { findAgent } from '../agents/registry.ts';
import type { ParameterValues } from '../contract/parameters.ts';
import { ReplayBuffer } from '../replay/replay-buffer.ts';
import { loadTask } from '../tasks/node/load-task.ts';
import type { StepResult, Task } from '../tasks/task.ts';
import { TrainingLoop } from './loop.ts';
import { readRunParameters } from './run-parameters.ts';
import { smallRun } from './test-run.ts';
import { NumericalFailure } from './training-error.ts';

const opened: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0)) await close();
});

interface LoopOptions {
  changes?: ParameterValues;
  agent?: string;
  taskId?: string;
  capacity?: number;
  change?: (task: Task) => Task;
}

async function openLoop({
  changes = {},
  agent = 'sac',
  taskId = 'inverted-pendulum',
  capacity,
  change = (task) => task,
}: LoopOptions = {}) {
  const { hyperparameters, seed } = smallRun({ 'warm-up': 20, ...changes }, 1, agent);
  const parameters = readRunParameters(hyperparameters);
  const task = await loadTask(taskId);
  const problem = { observationSize: task.observation.length, actionSize: task.declaration.action.length };
  const buffer = new ReplayBuffer({ ...problem, capacity: capacity ?? parameters.bufferSize });
  const loop = await TrainingLoop.create(
    {
      task: change(task),
      maker: findAgent(agent),
      problem,
      device: 'cpu',
      threads: 1,
      buffer,
      parameters,
      seed,
      supply: () => Promise.resolve({}),
      policyRows: 1,
    },
    hyperparameters,
  );
  opened.push(async () => {
    await loop.dispose();
    task.dispose();
  });
  const step = async (steps: number): Promise<void> => {
    for (let i = 0; i < steps; i += 1) await loop.step({ metrics: () => {}, warning: () => {} });
  };
  /** Steps until one fails. */
  const failure = async (most = 400): Promise<NumericalFailure> => {
    const error: unknown = await step(most).then(
      () => new Error(`nothing failed in ${most} steps`),
      (thrown: unknown) => thrown,
    );
    if (!(error instanceof NumericalFailure)) throw error;
    return error;
  };
  const rows = (): number[] => [...buffer.copyRows(buffer.firstRow, buffer.rowsAdded)];
  return { loop, task, buffer, step, failure, rows };
}

/** The task with `fault` in place of what its n-th step gives. */
function withFaultAt(n: number, fault: (task: Task, result: StepResult) => StepResult) {
  let steps = 0;
  return (task: Task): Task =>
    new Proxy(task, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== 'function') return value;
        const method = (value as (...words: unknown[]) => unknown).bind(target);
        if (name !== 'step') return method;
        return (action: ArrayLike<number>) => {
          const result = method(action) as StepResult;
          steps += 1;
          return steps === n ? fault(target, result) : result;
        };
      },
    });
}

/** Everything that training goes on from. */
async function whole({ loop, buffer, rows }: Awaited<ReturnType<typeof openLoop>>) {
  return { state: await loop.save(), rowsAdded: buffer.rowsAdded, rows: rows() };
}

describe('an update that leaves the finite numbers', () => {
  it.each<[string, LoopOptions, RegExp]>([
    [
      'rewards scaled beyond single precision',
      { changes: { 'reward-scale': 1e38 } },
      /became (-?Infinity|NaN) at environment step \d+.*: the update was not applied\. All that it was given is finite; the largest number besides the state is 1e\+38, the control reward-scale\. So the arithmetic left the range of single precision/,
    ],
    ['TD3', { agent: 'td3', changes: { 'reward-scale': 1e38 } }, /of the td3 critic update became .*the update was not applied/],
    [
      'VIREL',
      { agent: 'virel', changes: { 'reward-scale': 1e38 } },
      /of the virel \w+ became .*the update was not applied|of the virel update became/,
    ],
    ['a ring buffer that has come round', { changes: { 'reward-scale': 1e38, 'warm-up': 60 }, capacity: 50 }, /became/],
  ])('is taken back with its whole step: %s', async (_, options, message) => {
    const failing = await openLoop(options);
    const error = await failing.failure();
    expect(error.message).toMatch(message);
    expect(error.message.replaceAll(',', '')).toContain(`at environment step ${error.step}`);
    expect(error.evidence.program?.given).toEqual([]);
    expect(failing.loop.environmentSteps).toBe(error.step);

    expect(failing.loop.takeBackStep()).toBe(true);
    const twin = await openLoop(options);
    await twin.step(error.step - 1);
    expect(await whole(failing)).toEqual(await whole(twin));
    // Bit for bit what comes next, too: with nothing changed, the same failure.
    const again = await failing.failure(1);
    expect([again.step, again.message]).toEqual([error.step, error.message]);
  });

  it('goes on from there once the cause is taken away', async () => {
    const { loop, failure, step } = await openLoop();
    await step(40);
    const { 'critic-learning-rate': usual = 0 } = loop.values;
    // The range that a person is held to does not bind the loop.
    await loop.applyEdit({ id: 1, changes: { 'critic-learning-rate': 1e30 } });
    const before = (await loop.save()).engine;
    const error = await failure();
    expect(error.message).toMatch(
      / of the sac update became .*the largest number besides the state is 1e\+30, the control critic-learning-rate/,
    );
    expect(loop.takeBackStep()).toBe(true);
    expect(error.step).toBe(41);
    expect((await loop.save()).engine).toEqual(before);
    await loop.applyEdit({ id: 2, changes: { 'critic-learning-rate': usual } });
    const twin = await openLoop();
    await twin.step(100);
    await step(60);
    expect((await loop.save()).engine).toEqual((await twin.loop.save()).engine);
  });

  it('names what was wrong in the batch, with its row', async () => {
    const { loop, buffer, failure, step } = await openLoop();
    await step(30);
    const before = await loop.save();
    // As a checkpoint of an earlier version could hold it: today's loop lets no such row in.
    const rows = buffer.copyRows(0, 30);
    for (let row = 0; row < 30; row += 1) rows[row * buffer.rowWidth + 5] = Infinity;
    buffer.restart(0);
    buffer.appendRows(rows);
    const error = await failure(1);
    expect(error.message).toMatch(
      /It was given numbers that were not finite already, so that the arithmetic is not at fault: the batch's reward holds Infinity in 1\d of 16 numbers, first in row \d+\./,
    );
    expect((await loop.save()).engine).toEqual(before.engine);
  });

  it('says that the agent itself was at fault', async () => {
    const { loop, failure, step } = await openLoop();
    await step(30);
    const { engine } = loop.learner;
    const state = await engine.readState();
    const [name, array] = Object.entries(state).find(([, one]) => one.length > 16) ?? ['', new Float32Array()];
    for (const one of Object.values(state)) if (one.length > 16) one[3] = NaN;
    await engine.writeState(state);
    expect(array.length).toBeGreaterThan(16);
    const error = await failure(1);
    expect(error.message).toMatch(/the policy's action|of the sac act/);
    expect(error.message).toMatch(/: the step was not taken\. It was given numbers that were not finite already.*: the state's /);
    expect(error.message).toContain(name.split('/')[0]);
    expect(loop.environmentSteps).toBe(30);
  });
});

describe('a step of the task that leaves the finite numbers', () => {
  it.each<[string, (task: Task, result: StepResult) => StepResult, RegExp]>([
    [
      'a reward',
      (_, result) => ({ ...result, reward: Number.NaN, terms: Float64Array.of(Number.NaN) }),
      /^the reward became NaN at environment step 35: the transition was not stored\. The action was finite, so that the task inverted-pendulum or its simulation is at fault; of the reward, the term "/,
    ],
    [
      'a reward that single precision cannot hold',
      (_, result) => ({ ...result, reward: 1e39 }),
      /^the reward became 1e\+39 at environment step 35, beyond single precision \(3\.4e38\): the transition was not stored/,
    ],
    [
      'an observation',
      (task, result) => {
        task.observation[1] = Number.POSITIVE_INFINITY;
        return result;
      },
      /^the observation "pole angle" became Infinity at environment step 35: the transition was not stored/,
    ],
    [
      'all of it',
      (task, result) => {
        task.observation.fill(Number.NaN);
        return { ...result, reward: -Infinity };
      },
      /^the reward became -Infinity at environment step 35, and with it 4 other numbers of its result: /,
    ],
  ])('stops before %s is stored, and is taken back', async (_, fault, message) => {
    const failing = await openLoop({ change: withFaultAt(35, fault) });
    const error = await failing.failure();
    expect(error.message).toMatch(message);
    expect(failing.buffer.rowsAdded).toBe(34);
    expect(error.evidence.refused?.observation).toHaveLength(4);
    expect(failing.loop.takeBackStep()).toBe(true);
    const twin = await openLoop();
    await twin.step(34);
    expect(await whole(failing)).toEqual(await whole(twin));
    // The fault was of one step: training goes on as if it had never been.
    await failing.step(30);
    await twin.step(30);
    expect(await whole(failing)).toEqual(await whole(twin));
  });

  it('is not taken back where the simulation was not finite before it', async () => {
    const { loop, task, buffer, failure, step } = await openLoop({
      taskId: 'reacher',
      changes: { 'warm-up': 100 },
      change: withFaultAt(11, (_, result) => ({ ...result, reward: NaN })),
    });
    await step(10);
    const before = (await loop.save()).engine;
    // Its own memory of where the fingertip is, which belongs to its state.
    const { derived } = task as unknown as { derived: Float64Array };
    derived.fill(NaN);
    expect((await failure(1)).step).toBe(11);
    expect(loop.takeBackStep()).toBe(false);
    expect([loop.environmentSteps, buffer.rowsAdded]).toEqual([10, 10]);
    expect((await loop.save()).engine).toEqual(before);
  });

  it('is not taken back where the agent has learned in it already', async () => {
    const { loop, buffer, step } = await openLoop();
    await step(30);
    const before = await loop.save();
    expect(loop.takeBackStep()).toBe(false);
    expect(await loop.save()).toEqual(before);
    expect(buffer.rowsAdded).toBe(30);
  });
});
