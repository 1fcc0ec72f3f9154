// Environment steps per second of every task, on one core: observation, reward and resets included; and its physics alone
// beside native MuJoCo's, with the same model and actions, where a Python has it (ELBOW_PYTHON, else python3).
// `node bench/physics.ts [--json] [--task ID]`
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { assetsDirectory } from '../src-main/physics/node/models.ts';
import { createStream } from '../src-main/random/stream.ts';
import { findTaskDeclaration, taskDeclarations } from '../src-main/tasks/declarations.ts';
import { loadTask } from '../src-main/tasks/node/load-task.ts';
import type { Task } from '../src-main/tasks/task.ts';

const repetitions = 5;
/** Of wall time, of a repetition. */
const targetSeconds = 0.4;
const trialSteps = 200;
const python = process.env['ELBOW_PYTHON'] ?? 'python3';

interface Speed {
  /** Environment steps per second: median of the repetitions, and their extremes. */
  median: number;
  slowest: number;
  fastest: number;
}

interface Measurement {
  task: string;
  frameSkip: number;
  whole: Speed;
  /** MuJoCo's steps alone. */
  physics: Speed;
  /** The same by native MuJoCo; null where there is none. */
  native: (Speed & { version: string }) | null;
}

function speedOf(speeds: readonly number[]): Speed {
  const sorted = [...speeds].sort((a, b) => a - b).map(Math.round);
  return { median: sorted[Math.floor(sorted.length / 2)] as number, slowest: sorted[0] as number, fastest: sorted.at(-1) as number };
}

/** Steps per second. */
function clock(steps: number, work: () => void): number {
  const start = performance.now();
  work();
  return steps / ((performance.now() - start) / 1000);
}

/** Steps under random actions, resetting when an episode ends; the actions are drawn before the clock starts. */
function runWhole(task: Task, actions: readonly Float64Array[], steps: number, seed: number): number {
  const stream = createStream(seed, 'reset');
  task.reset(stream);
  return clock(steps, () => {
    for (let k = 0; k < steps; k += 1) {
      const { terminated, truncated } = task.step(actions[k % actions.length] as Float64Array);
      if (terminated || truncated) task.reset(stream);
    }
  });
}

/** What bench/physics.py does natively: no task, resets by the clock alone. */
function runPhysics({ simulator, declaration: { frameSkip, timeLimit } }: Task, controls: readonly Float64Array[], steps: number): number {
  return clock(steps, () => {
    for (let k = 0; k < steps; k += 1) {
      if (k % timeLimit === 0) simulator.reset();
      simulator.ctrl.set(controls[k % controls.length] as Float64Array);
      simulator.step(frameSkip);
    }
  });
}

/** null where there is no Python, or no MuJoCo in it. */
function runNative(
  { declaration: { model, frameSkip, timeLimit } }: Task,
  controls: readonly Float64Array[],
  steps: number,
): Measurement['native'] {
  const job = JSON.stringify({
    model: join(assetsDirectory(), 'models', model),
    frameSkip,
    resetEvery: timeLimit,
    steps,
    repetitions,
    actions: controls.map((one) => [...one]),
  });
  const { stdout, status } = spawnSync(python, [fileURLToPath(new URL('physics.py', import.meta.url))], {
    input: job,
    encoding: 'utf8',
    timeout: 120_000,
  });
  if (status !== 0) return null;
  const { version, speeds } = JSON.parse(stdout) as { version: string; speeds: number[] };
  return { ...speedOf(speeds), version };
}

async function measure(id: string): Promise<Measurement> {
  const task = await loadTask(id);
  const stream = createStream(0, 'actions');
  const actions = Array.from({ length: 997 }, () => Float64Array.from(task.declaration.action, () => 2 * stream.uniform() - 1));
  const range = task.simulator.model.actuator_ctrlrange as Float64Array;
  const controls = Array.from({ length: 997 }, () =>
    Float64Array.from({ length: task.simulator.counts.ctrl }, (_, i) => {
      const [low, high] = [range[2 * i] as number, range[2 * i + 1] as number];
      return low + (high - low) * stream.uniform();
    }),
  );
  const steps = Math.max(trialSteps, Math.round(runWhole(task, actions, trialSteps, 0) * targetSeconds));
  runWhole(task, actions, steps, 0);
  const whole = speedOf(Array.from({ length: repetitions }, (_, k) => runWhole(task, actions, steps, k)));
  const physics = speedOf(Array.from({ length: repetitions }, () => runPhysics(task, controls, steps)));
  const native = runNative(task, controls, steps);
  task.dispose();
  return { task: id, frameSkip: task.declaration.frameSkip, whole, physics, native };
}

const { values } = parseArgs({ options: { json: { type: 'boolean', default: false }, task: { type: 'string' } } });
if (values.task !== undefined && findTaskDeclaration(values.task) === undefined) {
  console.error(`There is no task “${values.task}”; there are: ${taskDeclarations.map(({ id }) => id).join(', ')}.`);
  process.exit(2);
}
const ids = values.task === undefined ? taskDeclarations.map(({ id }) => id) : [values.task];
if (!values.json) {
  console.log(
    `Environment steps per second on one core, median of ${repetitions} (slowest to fastest); MuJoCo's steps alone, and natively:`,
  );
}
let nativeVersion: string | null = null;
for (const id of ids) {
  const result = await measure(id);
  nativeVersion = result.native?.version ?? nativeVersion;
  if (values.json) {
    console.log(JSON.stringify(result));
    continue;
  }
  const { whole, physics, native } = result;
  const shown = (value: number): string => value.toLocaleString('en-US').padStart(9);
  const beside = native === null ? '' : `, native ${shown(native.median)}: ${(physics.median / native.median).toFixed(2)} of it`;
  console.log(
    `${id.padEnd(25)} ${shown(whole.median)} (${shown(whole.slowest)} to ${shown(whole.fastest)}), alone ${shown(physics.median)}${beside}`,
  );
}
if (!values.json) {
  console.log(
    nativeVersion === null
      ? `No native MuJoCo was found to compare with. For that: python3 -m venv peers; peers/bin/pip install mujoco==3.14.0; ELBOW_PYTHON=peers/bin/python npm run bench -- physics`
      : `Native: MuJoCo ${nativeVersion} through Python.`,
  );
}
