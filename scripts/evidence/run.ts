// `npm run evidence`: trains what docs/evidence claims, in a database of its own, and writes the results and plots.
// It skips runs that are finished here or whose results docs/evidence holds already, and resumes unfinished ones, so it
// may be stopped and started at will, on one machine after another.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { openStore, type Store } from '../../src-main/store/store.ts';
import { type Experiment, type ExperimentRun, experiments, meanOf, type RunBeside } from './experiments.ts';
import { plotCourse } from './plot-course.ts';
import { plotCurves } from './plot.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { values } = parseArgs({
  options: {
    'data-dir': { type: 'string', default: join(root, 'out', 'evidence') },
    threads: { type: 'string', default: '1' },
    only: { type: 'string' },
    /** Write results of what is finished without training. */
    'no-train': { type: 'boolean', default: false },
  },
});
const dataDirectory = resolve(values['data-dir']);
const runName = (experiment: Experiment, seed: number): string => `${experiment.id}-seed-${seed}`;

/** Runs Elbow's command line, as a user would. @returns its exit code */
function command(words: readonly string[]): number | null {
  return spawnSync(process.execPath, [join(root, 'src-main/shells/cli/main.ts'), ...words, '--data-dir', dataDirectory], {
    stdio: 'inherit',
    cwd: root,
  }).status;
}

/** Trains one seed to its end. */
function train(experiment: Experiment, seed: number, unfinished: string | null): void {
  const set = Object.entries(experiment.set).flatMap(([name, value]) => ['--set', `${name}=${value}`]);
  const request = unfinished
    ? ['--resume', unfinished]
    : [
        '--task',
        experiment.task,
        '--agent',
        experiment.agent,
        '--steps',
        String(experiment.steps),
        '--seed',
        String(seed),
        '--threads',
        values.threads,
        '--name',
        runName(experiment, seed),
        ...set,
      ];
  if (command(['train', ...request]) !== 0)
    throw new Error(`${runName(experiment, seed)} did not finish; start this script again to resume it`);
}

/** Entries of a stored course. */
const coursePoints = 50;

function readCourse(store: Store, run: string, metrics: readonly string[]): NonNullable<ExperimentRun['curves']> {
  const { series } = store.metrics.query(run, { metrics, fromStep: null, toStep: null, maxPoints: coursePoints, includeSuperseded: false });
  return Object.fromEntries(
    series.map(({ metric, step, mean }) => [metric, { step: [...step], mean: Array.from(mean, (value) => Number(value.toPrecision(4))) }]),
  );
}

function readRun(store: Store, run: string, course: readonly string[] | undefined): ExperimentRun {
  const detail = store.runs.get(run);
  const environment = detail.attempts.at(-1)?.environment;
  const details = store.checkpoints.newest(run)?.details as { stateHash?: string } | undefined;
  return {
    seed: detail.seed,
    run,
    elbowVersion: environment?.elbowVersion ?? 'unknown',
    gitState: environment?.gitState ?? null,
    cpu: environment?.cpu ?? 'unknown',
    threads: detail.threads,
    activeSeconds: Math.round(detail.activeSeconds),
    stateHash: details?.stateHash ?? null,
    evaluations: detail.evaluations.map(({ step, returns }) => ({
      step,
      returns: Array.from(returns, (value) => Math.round(value * 100) / 100),
    })),
    ...(course === undefined ? {} : { curves: readCourse(store, run, course) }),
  };
}

/** What docs/evidence holds of another program; null where it holds nothing. */
function readBeside({ beside }: Experiment): { name: string; runs: RunBeside[] } | null {
  if (beside === undefined) return null;
  const file = join(root, 'docs/evidence', beside.file);
  return existsSync(file) ? { name: beside.name, runs: JSON.parse(readFileSync(file, 'utf8')) as RunBeside[] } : null;
}

mkdirSync(dataDirectory, { recursive: true });
for (const experiment of experiments.filter(({ id }) => values.only === undefined || id.includes(values.only))) {
  const find = (seed: number) => {
    const store = openStore(dataDirectory);
    try {
      return store.runs.list().find(({ name }) => name === runName(experiment, seed)) ?? null;
    } finally {
      store.close();
    }
  };
  const folder = join(root, 'docs/evidence');
  const file = join(folder, `${experiment.id}.json`);
  const kept = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as { runs: ExperimentRun[] }).runs : [];
  for (const seed of experiment.seeds) {
    const known = find(seed);
    if (known?.state === 'finished' || values['no-train'] || kept.some((run) => run.seed === seed)) continue;
    // A folder that is imported already is imported once more as it is.
    if (experiment.robot !== undefined && command(['tasks', 'import', experiment.robot]) !== 0)
      throw new Error(`${experiment.robot} could not be imported`);
    train(experiment, seed, known?.id ?? null);
  }

  const store = openStore(dataDirectory);
  const runs = experiment.seeds.flatMap((seed) => {
    const run = find(seed);
    const earlier = kept.find((one) => one.seed === seed);
    if (run?.state === 'finished') return [readRun(store, run.id, experiment.course)];
    return earlier === undefined ? [] : [earlier];
  });
  store.close();
  if (runs.length === 0) continue;
  // null: seeds are still to be trained.
  const hasPassed = runs.length < experiment.seeds.length ? null : experiment.bar.passes(runs);
  const { bar, ...description } = experiment;
  writeFileSync(file, `${JSON.stringify({ ...description, bar: bar.words, hasPassed, runs }, null, 1)}\n`);
  writeFileSync(join(folder, `${experiment.id}.svg`), plotCurves(experiment, runs, readBeside(experiment)));
  if (experiment.course !== undefined)
    writeFileSync(join(folder, `${experiment.id}-course.svg`), plotCourse(experiment.title, experiment.steps, experiment.course, runs));
  const finals = runs.map(({ seed, evaluations }) => `seed ${seed}: ${meanOf(evaluations.at(-1)?.returns ?? []).toFixed(1)}`);
  console.log(
    `${experiment.id}: ${finals.join(', ')}; ${bar.words}: ${hasPassed === null ? 'not all seeds are trained yet' : hasPassed ? 'passed' : 'NOT passed'}`,
  );
}
