// `npm run train`: stores runs, starts them or lets them wait, and follows them to their end.
import { Command, Option } from 'commander';
import { describeDiskPlan, planDisk } from '../../contract/disk-plan.ts';
import { describeTimings } from '../../contract/engine-choice.ts';
import type { RunConfiguration, RunSummary } from '../../contract/runs.ts';
import type { Store } from '../../store/store.ts';
import { configureTask } from '../../tasks/declarations.ts';
import { trainerShare } from '../../training/launch.ts';
import { exitCodes, UsageError, type ExitCode } from './failure.ts';
import { followRuns } from './follow.ts';
import { formatCount, formatDuration, formatNumber, formatShare } from './format.ts';
import { parseAssignments, parseWholeNumber, refuseStepsTwice } from './options.ts';
import { createOutput, type Output } from './output.ts';
import { readProgress, waitingText } from './progress.ts';
import { readOutcome } from './outcome.ts';
import { openSession, resolveRun, type CommonOptions, type Session } from './session.ts';

interface TrainOptions extends CommonOptions {
  task?: string;
  agent: string;
  steps?: string;
  seed?: string;
  seeds?: string;
  set?: string[];
  setTask?: string[];
  queue?: boolean;
  device?: string;
  threads?: string;
  name?: string;
  resume?: string;
}

/** Options that a stored run has already; giving them with --resume would promise a change that does not happen. */
const fixedByTheRun = ['task', 'agent', 'seed', 'seeds', 'set', 'setTask', 'name'] as const;

export function createCommand(end: (code: ExitCode) => void): Command {
  const command = new Command('train')
    .description('Trains an agent on a task, headless, into the same database as the window.')
    .option('--task <id>', 'what to learn; npm run tasks lists them')
    .option('--agent <id>', 'who learns; npm run agents lists them', 'sac')
    .option('--steps <n>', 'environment steps in all; with --resume, a new total')
    .addOption(new Option('--seed <n>', 'seed of the run (1 where none is given)').conflicts('seeds'))
    .option('--seeds <list>', 'one run a seed: 1-3 or 1,4,9')
    .option('--set <name=value>', 'a hyper-parameter, such as batch-size=128; several may follow', (value: string, all: string[] = []) => [
      ...all,
      value,
    ])
    .option(
      '--set-task <name=value>',
      'an option of the task, such as gravity-scale=0.8; several may follow',
      (value: string, all: string[] = []) => [...all, value],
    )
    .option('--queue', 'put into the queue and return; it starts when the machine has room')
    .option(
      '--device <id>',
      "what computes: cpu, auto for the fastest, gpu …; npm run doctor lists them (else cpu; with --resume, the run's own)",
    )
    .option('--threads <n>', 'threads for the updates')
    .option('--name <text>', 'a name for the run')
    .option('--resume <run>', 'continues a stopped, interrupted, failed or finished run')
    .option('--data-dir <dir>', "where runs are stored (else ELBOW_DATA_DIR, else the platform's data folder)")
    .option('--json', 'one JSON object a line; the last holds the result');
  return command.action(async (options: TrainOptions) => {
    if (options.resume !== undefined) {
      for (const name of fixedByTheRun) {
        if (command.getOptionValueSource(name) === 'cli') {
          const option = name === 'setTask' ? 'set-task' : name;
          throw new UsageError(
            `--resume continues a run as it is; --${option} cannot be given with it (--steps, --device and --threads can)`,
          );
        }
      }
    } else if (options.task === undefined) {
      throw new UsageError('which task? Name one with --task, such as --task half-cheetah (npm run tasks lists them)');
    }
    const prepared = prepare(options);
    const session = await openSession(options);
    try {
      end(await train(session, options, prepared));
    } finally {
      await session.close();
    }
  });
}

interface Prepared {
  steps: number | null;
  threads: number | null;
  hyperparameters: Record<string, string>;
  taskOptions: Record<string, string>;
}

/** Everything that can be refused before a database is opened. */
function prepare(options: TrainOptions): Prepared {
  const hyperparameters = parseAssignments(options.set ?? []);
  const taskOptions = parseAssignments(options.setTask ?? [], { option: '--set-task', example: 'gravity-scale=0.8' });
  const steps = options.steps === undefined ? null : parseWholeNumber('--steps', options.steps, 1, 1e9);
  refuseStepsTwice(steps, hyperparameters);
  if (options.seed !== undefined) parseWholeNumber('--seed', options.seed, 0, Number.MAX_SAFE_INTEGER);
  const threads = options.threads === undefined ? null : parseWholeNumber('--threads', options.threads, 1, 256);
  if (options.name?.trim() === '') throw new UsageError('--name needs at least one character');
  return { steps, threads, hyperparameters, taskOptions };
}

async function train(session: Session, options: TrainOptions, prepared: Prepared): Promise<ExitCode> {
  const { store, workstation } = session;
  const output = createOutput(options.json === true);
  const { runs, remarks } = await requestRuns(session, options, prepared);
  const share = trainerShare();

  for (const run of runs) announce(output, store, run, share);
  for (const message of remarks) {
    output.line(`  ${message}`);
    output.json({ kind: 'warning', message, runs });
  }
  if (options.queue === true) {
    for (const run of runs) output.json({ kind: 'queued', ...standing(store, store.runs.summary(run)) });
    return exitCodes.done;
  }
  const followed = await followRuns({ store, workstation, runs, share, output });
  if (followed.leftEarly) {
    output.line('Left. What was asked of the trainers stands: each stops once its checkpoint is written.');
    for (const run of runs) output.line(continueText(run));
    for (const summary of followed.summaries) output.json({ kind: 'left', ...standing(store, summary) });
    return exitCodes.failed;
  }
  for (const summary of followed.summaries) report(output, store, summary);
  // A run that was stopped did what it was told; one that failed or vanished did not.
  return followed.summaries.every(({ state }) => state === 'finished' || state === 'stopped') ? exitCodes.done : exitCodes.failed;
}

/** Asks the workstation for new runs, or for an old one to go on. */
async function requestRuns(
  { store, workstation }: Session,
  options: TrainOptions,
  prepared: Prepared,
): Promise<{ runs: string[]; remarks: string[] }> {
  if (options.resume !== undefined) {
    const run = resolveRun(store, options.resume);
    const wishes = { run, steps: prepared.steps, device: options.device ?? null, threads: prepared.threads };
    const { remarks } = await workstation.call('runs.continue', wishes);
    return { runs: [run], remarks };
  }
  return workstation.call('runs.create', {
    task: options.task ?? '',
    taskOptions: prepared.taskOptions,
    agent: options.agent,
    hyperparameters: { ...prepared.hyperparameters, ...(prepared.steps === null ? {} : { steps: prepared.steps }) },
    seeds: options.seeds ?? options.seed ?? '1',
    device: options.device ?? 'cpu',
    threads: prepared.threads,
    name: options.name ?? null,
  });
}

function announce(output: Output, store: Store, run: string, share: number): void {
  const summary = store.runs.summary(run);
  const what = `${summary.task}, ${summary.agent}, seed ${summary.seed}, ${formatCount(summary.totalSteps)} environment steps`;
  output.line(`${output.bold(`Run ${run}`)} ${summary.name}: ${what}`);
  const disk = diskText(store.runs.configuration(run));
  if (disk !== null) output.line(`  ${disk}`);
  if (summary.queuePosition !== null) output.line(`  ${waitingText(summary.queuePosition, share)}`);
}

/** Before a run starts; null where this version has not got its task. */
function diskText({ task, taskOptions, hyperparameters }: RunConfiguration): string | null {
  try {
    const plan = planDisk(configureTask(task, taskOptions ?? {}).declaration, hyperparameters);
    return plan === null ? null : describeDiskPlan(plan);
  } catch {
    // A task of another version has no estimate; whoever starts the run says what is wrong with it.
    return null;
  }
}

function report(output: Output, store: Store, summary: RunSummary): void {
  const outcome = readOutcome(store, summary);
  const { entropy, temperature } = readProgress(store, summary.id);
  const parts = [
    `${formatCount(summary.environmentSteps)} of ${formatCount(summary.totalSteps)} environment steps in ${formatDuration(summary.activeSeconds)}`,
    `evaluation return ${formatNumber(outcome.evaluationReturn)}`,
    ...(outcome.evaluationSuccess === null ? [] : [`success ${formatShare(outcome.evaluationSuccess)}`]),
    `entropy ${formatNumber(entropy)} nats`,
    `temperature ${formatNumber(temperature)}`,
  ];
  output.line(`${output.bold(`Run ${summary.id}`)} ${summary.state}: ${parts.join(', ')}`);
  const { engine } = store.runs.configuration(summary.id);
  const compared = describeTimings(engine?.timings ?? []);
  if (engine !== undefined && compared !== null) output.line(`  ${engine.device} was chosen: ${compared}`);
  if (outcome.stateHash !== null) output.line(`  state hash ${outcome.stateHash}`);
  if (outcome.reason !== null) output.line(`  ${outcome.reason.replaceAll('\n', '\n  ')}`);
  // What failed says itself what to do: only the trainer knew whether the same steps would fail again.
  if (summary.state === 'stopped' || isContinuable(store, summary)) output.line(`  ${continueText(summary.id)}`);
  output.json({ kind: 'result', ...outcome });
}

/** Its trainer vanished, so that nothing speaks against going on as it was. A device that was lost is an error of its own. */
function isContinuable(store: Store, { id, state }: RunSummary): boolean {
  return state === 'interrupted' && store.runs.get(id).lastError === null;
}

function continueText(run: string): string {
  return `Continue with: npm run train -- --resume ${run}`;
}

/** How a run stands when it is not followed to its end: the fields of its result so far, and which run it is. */
function standing(store: Store, summary: RunSummary): object {
  const { name, task, agent, seed, queuePosition } = summary;
  return { ...readOutcome(store, summary), name, task, agent, seed, queuePosition };
}
