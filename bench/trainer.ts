// Environment steps per second of a whole training with SAC's defaults, store included, and where the time goes.
// `node bench/trainer.ts [--json] [--threads N] [--task ID] [--steps N]`
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { agentDeclarations, defaultsFor } from '../src-main/agents/declarations.ts';
import { openStore, processIdentity, type Store } from '../src-main/store/store.ts';
import { findTaskDeclaration, taskDeclarations } from '../src-main/tasks/declarations.ts';
import { realFileSystem } from '../src-main/training/checkpoint/durable-files.ts';
import { describeEnvironment } from '../src-main/training/environment.ts';
import { trainerShare } from '../src-main/training/launch.ts';
import { prepareRun } from '../src-main/training/prepare.ts';
import { Requests } from '../src-main/training/requests.ts';
import { Session } from '../src-main/training/session.ts';
import { defaultThreads } from '../src-main/workstation/plan.ts';

const windows = 5;
const warmUp = 1000;

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    threads: { type: 'string', default: String(defaultThreads({ cpuCount: availableParallelism(), trainerShare: trainerShare() })) },
    task: { type: 'string', default: 'half-cheetah' },
    /** Measured environment steps, after the warm-up. */
    steps: { type: 'string', default: '3000' },
  },
});
const task = findTaskDeclaration(values.task);
const agent = agentDeclarations.find(({ id }) => id === 'sac');
const [threads, steps] = [Number(values.threads), Number(values.steps)];
if (task === undefined || agent === undefined) {
  console.error(`There is no task “${values.task}”; there are: ${taskDeclarations.map(({ id }) => id).join(', ')}.`);
  process.exit(2);
}
if (!Number.isInteger(threads) || threads < 1 || threads > 256 || !Number.isInteger(steps) || steps < windows * 100 || steps > 1e6) {
  console.error(`--threads must be a whole number from 1 to 256, --steps one from ${windows * 100} to 1,000,000.`);
  process.exit(2);
}

const configuration = {
  task: task.id,
  agent: agent.id,
  seed: 1,
  device: 'cpu',
  threads,
  // The evaluation, which always runs at the last step, is measured apart.
  hyperparameters: { ...defaultsFor(agent, task), 'warm-up': warmUp, steps: warmUp + steps, 'evaluation-every': 1e9 },
};

/** Speeds of the windows, slowest first, from the curve that every run records. */
function readSpeeds(store: Store, run: string): number[] {
  const query = { metrics: ['steps-per-second'], fromStep: warmUp + 1, toStep: null, maxPoints: 100_000, includeSuperseded: false };
  const points = [...(store.metrics.query(run, query).series[0]?.mean ?? [])];
  const perWindow = Math.floor(points.length / windows);
  return Array.from({ length: windows }, (_, k) => {
    const part = points.slice(k * perWindow, (k + 1) * perWindow);
    // Each point covers as many steps: the mean speed is the harmonic mean.
    return part.length / part.reduce((seconds, speed) => seconds + 1 / speed, 0);
  }).sort((a, b) => a - b);
}

const dataDirectory = mkdtempSync(join(tmpdir(), 'elbow-bench-'));
const store = openStore(dataDirectory);
try {
  const run = store.runs.create({ configuration, name: 'benchmark' });
  const preparing = performance.now();
  const prepared = await prepareRun(configuration);
  const environment = describeEnvironment(configuration, prepared.modelHash);
  const attempt = store.attempts.open(run, { startStep: 0, environment, ...processIdentity() });
  const prepareSeconds = (performance.now() - preparing) / 1000;
  if (!values.json)
    console.log(
      `${task.id}, SAC's defaults, ${threads} ${threads === 1 ? 'thread' : 'threads'}, ${steps} steps after a warm-up of ${warmUp} …`,
    );

  const session = new Session({
    store,
    run,
    attempt,
    prepared,
    folder: store.runs.directory(run),
    fs: realFileSystem,
    resumed: { step: 0, segments: [], warnings: [] },
    requests: new Requests(store, run),
    log: () => {},
  });
  const start = performance.now();
  await session.train();
  const total = (performance.now() - start) / 1000;
  const { evaluation, recording } = session.seconds;
  const loopSeconds = total - evaluation;
  const shares = Object.entries({ ...prepared.loop.seconds, recording }).map(([name, seconds]) => [name, seconds / loopSeconds] as const);
  const rest = 1 - shares.reduce((sum, [, share]) => sum + share, 0);
  const speeds = readSpeeds(store, run);
  const median = speeds[Math.floor(windows / 2)] as number;
  const evaluationEvery = Number(defaultsFor(agent, task)['evaluation-every']);
  const evaluationShare = evaluation / (evaluation + evaluationEvery / median);
  await prepared.dispose();

  if (values.json) {
    console.log(
      JSON.stringify({
        task: task.id,
        agent: agent.id,
        threads,
        steps,
        cpu: environment.cpu,
        environmentStepsPerSecond: median,
        slowest: speeds[0],
        fastest: speeds.at(-1),
        shares: Object.fromEntries([...shares, ['rest', rest]]),
        evaluationSeconds: evaluation,
        evaluationShare,
        prepareSeconds,
      }),
    );
  } else {
    console.log(
      `${median.toFixed(1)} environment steps/s, median of ${windows} windows (${speeds[0]?.toFixed(1)} to ${speeds.at(-1)?.toFixed(1)})`,
    );
    for (const [name, share] of [...shares, ['rest', rest] as const])
      console.log(`  ${name.padEnd(10)} ${(100 * share).toFixed(1).padStart(5)} %`);
    console.log(
      `  the evaluation of ${prepared.parameters.evaluationEpisodes} episodes took ${evaluation.toFixed(2)} s, which is ${(100 * evaluationShare).toFixed(1)} % of wall time at one every ${evaluationEvery.toLocaleString('en-US')} steps; getting ready ${prepareSeconds.toFixed(2)} s`,
    );
  }
} finally {
  store.close();
  rmSync(dataDirectory, { recursive: true, force: true });
}
