// `npm run runs -- evaluate RUN`: a stored policy on its task, in a process of its own.
import { formatParameter, ParameterError, type ParameterValues } from '../../contract/parameters.ts';
import type { RunConfiguration } from '../../contract/runs.ts';
import { type EpisodeResult, planVariant, runPolicyEpisodes, successShare, summarise } from '../../workstation/policy-episodes.ts';
import { findPolicy } from '../../workstation/stored-policy.ts';
import { exitCodes, type ExitCode, UsageError } from './failure.ts';
import { formatCount, formatNumber, formatShare } from './format.ts';
import { parseAssignments, parseWholeNumber } from './options.ts';
import { createOutput } from './output.ts';
import { type CommonOptions, withStoredRun } from './session.ts';

export interface EvaluateOptions extends CommonOptions {
  step?: string;
  episodes: string;
  seed: string;
  sampled?: boolean;
  variant?: string[];
}

export async function evaluateRun(given: string, options: EvaluateOptions): Promise<ExitCode> {
  const episodes = parseWholeNumber('--episodes', options.episodes, 1, 10_000);
  const seed = parseWholeNumber('--seed', options.seed, 0, Number.MAX_SAFE_INTEGER);
  const step = options.step === undefined ? null : parseWholeNumber('--step', options.step, 0, 1e9);
  const sampled = options.sampled === true;
  const variant = parseAssignments(options.variant ?? [], { option: '--variant', example: 'gravity-scale=0.5' });
  const output = createOutput(options.json === true);

  // The store is closed before the episodes begin: a long evaluation holds no lock and sees no change.
  const { run, policy } = await withStoredRun(given, options, (store, id) => ({
    run: store.runs.get(id),
    policy: findPolicy(store, id, step),
  }));
  const taskOptions = layOver(run.configuration, variant);
  output.line(
    `${output.bold(`Run ${run.id}`)} ${run.name}: ${run.task}, the policy of step ${formatCount(policy.step)}, ${sampled ? 'sampled actions' : 'mean action'}, seed ${seed}${describeOptions(taskOptions)}`,
  );

  const finished: EpisodeResult[] = [];
  for await (const episode of runPolicyEpisodes(policy.onnx, { task: run.task, taskOptions, episodes, seed, sampled })) {
    finished.push(episode);
    output.json({ kind: 'episode', run: run.id, ...episode });
    output.line(
      `  episode ${String(episode.episode + 1).padStart(String(episodes).length)}  return ${formatNumber(episode.return)}  ${episode.length} steps, ${episode.terminated ? 'terminated' : 'truncated'}${describeSuccess(episode)}`,
    );
  }
  const statistics = summarise(finished.map((episode) => episode.return));
  output.line(
    `  mean ${formatNumber(statistics.mean)} ± ${formatNumber(statistics.standardDeviation)} (standard deviation over ${episodes} ${episodes === 1 ? 'episode' : 'episodes'}), min ${formatNumber(statistics.min)}, max ${formatNumber(statistics.max)}`,
  );
  const success = successShare(finished);
  if (success !== null) output.line(`  success in ${formatShare(success)} of the episodes`);
  output.json({
    kind: 'result',
    run: run.id,
    task: run.task,
    taskOptions,
    step: policy.step,
    seed,
    sampled,
    episodes,
    ...statistics,
    success,
    returns: finished.map((episode) => episode.return),
    lengths: finished.map(({ length }) => length),
  });
  return exitCodes.done;
}

const describeSuccess = ({ success }: EpisodeResult): string => (success === null ? '' : success ? ', success' : ', no success');

/** @throws UsageError where an option or its value cannot be, or the policy would see or do something else */
function layOver(configuration: RunConfiguration, variant: Readonly<Record<string, string>>): ParameterValues {
  try {
    return planVariant(configuration, variant);
  } catch (error) {
    throw error instanceof ParameterError ? new UsageError(`--variant: ${error.message}`) : error;
  }
}

function describeOptions(options: ParameterValues): string {
  return Object.entries(options)
    .map(([name, value]) => `, ${name}=${formatParameter(value)}`)
    .join('');
}
