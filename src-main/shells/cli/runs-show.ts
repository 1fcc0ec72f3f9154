// `npm run runs -- show RUN`.
import { describeDiskUse } from '../../contract/disk-plan.ts';
import { describeTimings } from '../../contract/engine-choice.ts';
import { formatBytes } from '../../contract/format.ts';
import { formatParameter } from '../../contract/parameters.ts';
import { describeWait, waitTitle } from '../../contract/run-wait.ts';
import type { NonFiniteCount, RunDetail } from '../../contract/runs.ts';
import type { MetricSeries } from '../../contract/series.ts';
import { describeSilence, formatCount, formatDate, formatDuration, formatNumber, formatShare, formatTime } from './format.ts';
import { readOutcome } from './outcome.ts';
import { createOutput, formatTable, type Output } from './output.ts';
import { bringUpToDate, type CommonOptions, withStoredRun } from './session.ts';

export async function showRun(given: string, options: CommonOptions): Promise<void> {
  const output = createOutput(options.json === true);
  await withStoredRun(given, options, (store, id) => {
    bringUpToDate(store);
    const run = store.runs.get(id);
    const outcome = readOutcome(store, run);
    const nonFinite = store.metrics.nonFinite(run.id);
    output.json({ ...run, nonFinite, ...outcome });
    const { series } = store.metrics.query(run.id, {
      metrics: ['evaluation-success'],
      fromStep: null,
      toStep: null,
      maxPoints: 10_000,
      includeSuperseded: false,
    });
    print(output, run, outcome.stateHash, nonFinite, series[0]);
  });
}

function print(
  output: Output,
  run: RunDetail,
  stateHash: string | null,
  nonFinite: readonly NonFiniteCount[],
  success: MetricSeries | undefined,
): void {
  output.line(`${output.bold(run.id)}  ${run.name}${run.starred ? '  ★' : ''}`);
  const facts: [string, string][] = [
    ['state', run.stateReason === null ? run.state : `${run.state}: ${run.stateReason}`],
    ...waitFacts(run),
    ['task, agent', `${run.task}, ${run.agent}, seed ${run.seed}`],
    ...optionFacts(run),
    ['device', `${run.device}, ${run.threads} ${run.threads === 1 ? 'thread' : 'threads'}`],
    ...choiceFacts(run),
    ['steps', `${formatCount(run.environmentSteps)} of ${formatCount(run.totalSteps)}`],
    [
      'speed',
      `${formatNumber(run.waiting === null ? run.stepsPerSecond : null)} environment steps/s, ${formatDuration(run.activeSeconds)} in all`,
    ],
    ['returns', `last ${formatNumber(run.lastReturn)}, best ${formatNumber(run.bestReturn)} (evaluation, mean action)`],
    ['created', formatDate(run.createdAt)],
    ['on disk', describeDiskUse(run)],
  ];
  if (run.silentSeconds !== null)
    facts.push(['trainer', `${describeSilence(run.silentSeconds)}; npm run runs -- stop ${run.id} --now ends its process`]);
  if (run.queuePosition !== null) facts.push(['queue', `place ${run.queuePosition}`]);
  if (run.parent !== null) facts.push(['parent', `${run.parent.run} at step ${formatCount(run.parent.step)}`]);
  if (run.editCount > 0)
    facts.push([
      'edited',
      `${run.isEdited ? 'yes' : 'not yet'}, ${formatCount(run.editCount)} ${run.editCount === 1 ? 'edit' : 'edits'}; npm run runs -- edits ${run.id}`,
    ]);
  if (stateHash !== null) facts.push(['state hash', stateHash]);
  if (run.note !== '') facts.push(['note', run.note]);
  if (run.lastError !== null) facts.push(['last error', run.lastError]);
  for (const [label, text] of facts) output.line(`  ${output.dim(label.padEnd(13))}${text}`);

  section(output, 'Hyper-parameters', hyperparameterRows(run));
  // Only tasks that count success have it.
  const shares = new Map(success?.isReduced === false ? [...success.step].map((step, k) => [step, success.mean[k] as number]) : []);
  const withShare = (cell: string): string[] => (shares.size === 0 ? [] : [cell]);
  section(output, 'Evaluations', [
    ['step', 'mean return', 'lowest', 'highest', ...withShare('success'), 'episodes', 'kept'],
    ...run.evaluations.map(({ step, meanReturn, returns, rollouts, hasPolicy }) => [
      formatCount(step),
      formatNumber(meanReturn),
      formatNumber(Math.min(...returns)),
      formatNumber(Math.max(...returns)),
      ...withShare(formatShare(shares.get(step) ?? null)),
      String(returns.length),
      keptText(rollouts, hasPolicy),
    ]),
  ]);
  section(output, 'Values that were not finite, in no curve', [
    ['metric', 'attempt', 'count', 'first at step', 'last at step'],
    ...nonFinite.map(({ metric, attempt, count, firstStep, lastStep }) => [
      metric,
      String(attempt),
      formatCount(count),
      formatCount(firstStep),
      formatCount(lastStep),
    ]),
  ]);
  section(output, 'Attempts', [
    ['attempt', 'from step', 'to step', 'started', 'ended'],
    ...run.attempts.map((attempt) => [
      String(attempt.attempt),
      formatCount(attempt.startStep),
      formatCount(attempt.lastStep),
      formatDate(attempt.startedAt),
      formatDate(attempt.endedAt),
    ]),
  ]);
  section(output, 'Behaviour priors, likelihoods in nats an action', [
    ['fitted to', 'at step', 'data', 'transitions', 'held out', 'training', 'uniform', 'beyond 3 σ'],
    ...run.fittedPriors.map((fit) => [
      fit.sourceRun,
      formatCount(fit.sourceStep),
      fit.data,
      formatCount(fit.transitions),
      ...[fit.heldOutLikelihood, fit.trainingLikelihood, fit.uniformLikelihood].map(formatNumber),
      `${formatNumber(100 * fit.outsideShare)} %`,
    ]),
  ]);
  section(output, 'Checkpoints', [
    ['step', 'written', 'size'],
    ...run.checkpoints.map(({ step, createdAt, bytes }) => [formatCount(step), formatDate(createdAt), formatBytes(bytes)]),
  ]);
  section(output, 'Events', [
    ['step', 'when', 'what', ''],
    ...run.events.map(({ step, createdAt, kind, message }) => [formatCount(step), formatDate(createdAt), kind, message]),
  ]);
}

/** "3 rollouts, policy", "1 of 3 rollouts, policy", "returns alone". */
function keptText(rollouts: readonly { isKept: boolean }[], hasPolicy: boolean): string {
  const kept = rollouts.filter(({ isKept }) => isKept).length;
  const word = rollouts.length === 1 ? 'rollout' : 'rollouts';
  const parts = [
    ...(kept === 0 ? [] : [kept === rollouts.length ? `${kept} ${word}` : `${kept} of ${rollouts.length} ${word}`]),
    ...(hasPolicy ? ['policy'] : []),
  ];
  return parts.length === 0 ? 'returns alone' : parts.join(', ');
}

/** What its trainer waits for. */
function waitFacts({ waiting, id }: RunDetail): [string, string][] {
  if (waiting === null) return [];
  const advice = waiting.on === 'disk' ? ` Make room: npm run runs -- purge. To give up: npm run runs -- stop ${id}` : '';
  return [[waitTitle(waiting), `since ${formatTime(waiting.since)}: ${describeWait(waiting)}.${advice}`]];
}

/** The task's options that differ from their defaults. */
function optionFacts({ configuration: { taskOptions } }: RunDetail): [string, string][] {
  if (taskOptions === undefined) return [];
  return [
    [
      'task options',
      Object.entries(taskOptions)
        .map(([name, value]) => `${name}=${formatParameter(value)}`)
        .join(', '),
    ],
  ];
}

/** What computes it, and how the devices compared where they did. */
function choiceFacts({ configuration: { engine }, attempts }: RunDetail): [string, string][] {
  const gpu = attempts.findLast(({ environment }) => environment !== null)?.environment?.gpu ?? null;
  const compared = engine === undefined ? null : describeTimings(engine.timings);
  return [
    ...(engine === undefined ? [] : [['computed by', engine.runtime] as [string, string]]),
    ...(gpu === null ? [] : [['graphics', gpu] as [string, string]]),
    ...(compared === null ? [] : [['auto', compared] as [string, string]]),
  ];
}

/** The configured values, and beside them those in force where an edit changed them. */
function hyperparameterRows({ configuration, values }: RunDetail): string[][] {
  const rows = Object.entries(configuration.hyperparameters).map(([name, value]) => [
    name,
    formatParameter(value),
    formatParameter(values[name] ?? value),
  ]);
  const isEdited = rows.some(([, configured, now]) => configured !== now);
  if (!isEdited) return [['name', 'value'], ...rows.map((row) => row.slice(0, 2))];
  return [
    ['name', 'at the start', 'now'],
    ...rows.map(([name = '', configured = '', now = '']) => [name, configured, now === configured ? '' : now]),
  ];
}

function section(output: Output, title: string, [head = [], ...rows]: string[][]): void {
  if (rows.length === 0) return;
  output.line('');
  output.line(`  ${output.bold(title)}`);
  const isNumber = (k: number): boolean => rows.every((row) => /^[−–\d][\d,.e+]*$|^–$/.test(row[k] ?? ''));
  const columns = head.map((name, k) => ({ title: name, align: isNumber(k) ? ('right' as const) : ('left' as const) }));
  output.line(formatTable(columns, rows).replace(/^/gm, '    '));
}
