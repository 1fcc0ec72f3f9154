// `npm run runs -- evaluate RUN`: a stored policy on its task, in a process of its own.
import { createInterface } from 'node:readline/promises';
import { z } from 'zod';
import { describeDifference } from '../../contract/dimensions.ts';
import { formatParameter, ParameterError, type ParameterValues } from '../../contract/parameters.ts';
import type { RunConfiguration } from '../../contract/runs.ts';
import { changedOptions, configureTask } from '../../tasks/declarations.ts';
import { exitCodes, type ExitCode, UsageError } from './failure.ts';
import { formatCount, formatNumber } from './format.ts';
import { parseAssignments, parseWholeNumber } from './options.ts';
import { createOutput } from './output.ts';
import { type CommonOptions, withStoredRun } from './session.ts';
import { findPolicy, importedOption, startPolicyProcess } from './stored-policy.ts';

export interface EvaluateOptions extends CommonOptions {
  step?: string;
  episodes: string;
  seed: string;
  sampled?: boolean;
  variant?: string[];
}

const episodeSchema = z.object({ episode: z.int(), return: z.number(), length: z.int(), terminated: z.boolean(), truncated: z.boolean(), success: z.boolean().nullable() });
type Episode = z.infer<typeof episodeSchema>;

export async function evaluateRun(given: string, options: EvaluateOptions): Promise<ExitCode> {
  const episodes = parseWholeNumber('--episodes', options.episodes, 1, 10_000);
  const seed = parseWholeNumber('--seed', options.seed, 0, Number.MAX_SAFE_INTEGER);
  const step = options.step === undefined ? null : parseWholeNumber('--step', options.step, 0, 1e9);
  const sampled = options.sampled === true;
  const variant = parseAssignments(options.variant ?? [], { option: '--variant', example: 'gravity-scale=0.5' });
  const output = createOutput(options.json === true);

  // The store is closed before the episodes begin: a long evaluation holds no lock and sees no change.
  const { run, policy } = await withStoredRun(given, options, (store, id) => ({ run: store.runs.get(id), policy: findPolicy(store, id, step) }));
  const taskOptions = layOver(run.configuration, variant);
  output.line(`${output.bold(`Run ${run.id}`)} ${run.name}: ${run.task}, the policy of step ${formatCount(policy.step)}, ${sampled ? 'sampled actions' : 'mean action'}, seed ${seed}${describeOptions(taskOptions)}`);

  const finished: Episode[] = [];
  for await (const episode of runEpisodes(policy.onnx, { task: run.task, taskOptions, episodes, seed, sampled })) {
    finished.push(episode);
    output.json({ kind: 'episode', run: run.id, ...episode });
    output.line(`  episode ${String(episode.episode + 1).padStart(String(episodes).length)}  return ${formatNumber(episode.return)}  ${episode.length} steps, ${episode.terminated ? 'terminated' : 'truncated'}${describeSuccess(episode)}`);
  }
  const statistics = summarise(finished.map((episode) => episode.return));
  output.line(
    `  mean ${formatNumber(statistics.mean)} ± ${formatNumber(statistics.standardDeviation)} (standard deviation over ${episodes} ${episodes === 1 ? 'episode' : 'episodes'}), min ${formatNumber(statistics.min)}, max ${formatNumber(statistics.max)}`,
  );
  const success = successRate(finished);
  if (success !== null) output.line(`  success in ${formatNumber(100 * success)} % of the episodes`);
  output.json({ kind: 'result', run: run.id, task: run.task, taskOptions, step: policy.step, seed, sampled, episodes, ...statistics, success, returns: finished.map((episode) => episode.return), lengths: finished.map(({ length }) => length) });
  return exitCodes.done;
}

const describeSuccess = ({ success }: Episode): string => (success === null ? '' : success ? ', success' : ', no success');

/** null where the task counts no successes. */
function successRate(episodes: readonly Episode[]): number | null {
  const counted = episodes.filter(({ success }) => success !== null);
  return counted.length === 0 ? null : counted.filter(({ success }) => success === true).length / counted.length;
}

/**
 * The run's own options of its task with others in place of some; those that differ from the defaults.
 * @throws UsageError where an option or its value cannot be, or the policy would see or do something else
 */
function layOver({ task, taskOptions = {} }: RunConfiguration, variant: Readonly<Record<string, string>>): ParameterValues {
  try {
    const trained = configureTask(task, taskOptions).declaration;
    const tried = configureTask(task, { ...taskOptions, ...variant });
    const difference = describeDifference(tried.declaration, trained);
    if (difference !== null) throw new UsageError(`the policy cannot be run on this variant: ${difference}`);
    return changedOptions(trained.options ?? [], tried.values);
  } catch (error) {
    throw error instanceof ParameterError ? new UsageError(`--variant: ${error.message}`) : error;
  }
}

function describeOptions(options: ParameterValues): string {
  return Object.entries(options).map(([name, value]) => `, ${name}=${formatParameter(value)}`).join('');
}

/** Mean, population standard deviation, extremes. */
export function summarise(returns: readonly number[]): { mean: number; standardDeviation: number; min: number; max: number } {
  const mean = returns.reduce((sum, value) => sum + value, 0) / returns.length;
  const variance = returns.reduce((sum, value) => sum + (value - mean) ** 2, 0) / returns.length;
  return { mean, standardDeviation: Math.sqrt(variance), min: Math.min(...returns), max: Math.max(...returns) };
}

async function* runEpisodes(onnx: Uint8Array, wanted: { task: string; taskOptions: ParameterValues; episodes: number; seed: number; sampled: boolean }): AsyncGenerator<Episode> {
  const options = ['--task', wanted.task, '--episodes', String(wanted.episodes), '--seed', String(wanted.seed), '--task-options', JSON.stringify(wanted.taskOptions)];
  const { stdout, ended, kill } = startPolicyProcess('the evaluation', 'evaluate-policy.ts', [...options, ...importedOption(wanted.task), ...(wanted.sampled ? ['--sampled'] : [])], onnx);
  try {
    for await (const line of createInterface({ input: stdout })) yield episodeSchema.parse(JSON.parse(line));
    await ended;
  } finally {
    kill();
  }
}
