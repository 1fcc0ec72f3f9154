// Environment steps per second of every task: observation, reward and resets included, on one core.
// `node bench/physics.ts [--json] [--task ID]`
import { parseArgs } from 'node:util';
import { createStream } from '../src-main/random/stream.ts';
import { findTaskDeclaration, taskDeclarations } from '../src-main/tasks/declarations.ts';
import { loadTask } from '../src-main/tasks/node/load-task.ts';
import type { Task } from '../src-main/tasks/task.ts';

const REPETITIONS = 5;
const STEPS = 20_000;
const WARM_UP_STEPS = 5_000;

interface Measurement {
  task: string;
  /** Median of the repetitions. */
  environmentStepsPerSecond: number;
  slowest: number;
  fastest: number;
  microsecondsPerEnvironmentStep: number;
  frameSkip: number;
}

/** Steps under random actions, resetting when an episode ends; the actions are drawn before the clock starts. */
function run(task: Task, actions: Float64Array[], steps: number, seed: number): number {
  const stream = createStream(seed, 'reset');
  task.reset(stream);
  const start = performance.now();
  for (let k = 0; k < steps; k += 1) {
    const { terminated, truncated } = task.step(actions[k % actions.length] as Float64Array);
    if (terminated || truncated) task.reset(stream);
  }
  return steps / ((performance.now() - start) / 1000);
}

async function measure(id: string): Promise<Measurement> {
  const task = await loadTask(id);
  const stream = createStream(0, 'actions');
  const actions = Array.from({ length: 997 }, () =>
    Float64Array.from(task.declaration.action, () => 2 * stream.uniform() - 1));
  run(task, actions, WARM_UP_STEPS, 0);
  const speeds = Array.from({ length: REPETITIONS }, (_, k) => run(task, actions, STEPS, k)).sort((a, b) => a - b);
  const median = speeds[Math.floor(REPETITIONS / 2)] as number;
  task.dispose();
  return {
    task: id,
    environmentStepsPerSecond: Math.round(median),
    slowest: Math.round(speeds[0] as number),
    fastest: Math.round(speeds[REPETITIONS - 1] as number),
    microsecondsPerEnvironmentStep: Math.round(1e7 / median) / 10,
    frameSkip: task.declaration.frameSkip,
  };
}

const { values } = parseArgs({ options: { json: { type: 'boolean', default: false }, task: { type: 'string' } } });
if (values.task !== undefined && findTaskDeclaration(values.task) === undefined) {
  console.error(`There is no task “${values.task}”; there are: ${taskDeclarations.map(({ id }) => id).join(', ')}.`);
  process.exit(2);
}
const ids = values.task === undefined ? taskDeclarations.map(({ id }) => id) : [values.task];
if (!values.json) console.log(`Environment steps per second on one core, median of ${REPETITIONS} (slowest to fastest):`);
for (const id of ids) {
  const result = await measure(id);
  if (values.json) {
    console.log(JSON.stringify(result));
  } else {
    const range = `${result.slowest} to ${result.fastest}`;
    console.log(
      `${id.padEnd(18)} ${String(result.environmentStepsPerSecond).padStart(7)} steps/s (${range}), ` +
        `${result.microsecondsPerEnvironmentStep} µs a step of ${result.frameSkip} MuJoCo steps`,
    );
  }
}
