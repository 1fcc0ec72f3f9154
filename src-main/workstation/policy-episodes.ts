// Episodes of a stored policy on its task or a variant of it, in a process of their own, and what they come to.
import { createInterface } from 'node:readline/promises';
import { z } from 'zod';
import { describeDifference } from '../contract/dimensions.ts';
import { ParameterError, type ParameterValues } from '../contract/parameters.ts';
import type { RunConfiguration } from '../contract/runs.ts';
import { changedOptions, configureTask } from '../tasks/declarations.ts';
import { startPolicyProcess } from '../training/launch.ts';
import { importedOption } from './stored-policy.ts';

const episodeSchema = z.object({
  episode: z.int(),
  return: z.number(),
  length: z.int(),
  terminated: z.boolean(),
  truncated: z.boolean(),
  success: z.boolean().nullable(),
});
export type EpisodeResult = z.infer<typeof episodeSchema>;

export interface EpisodesWanted {
  task: string;
  taskOptions: ParameterValues;
  episodes: number;
  seed: number;
  /** Draw actions from the policy in place of its mean? */
  sampled: boolean;
  /** Ends the process early. */
  signal?: AbortSignal;
}

/**
 * The run's own options of its task with others in place of some; those that differ from the task's defaults.
 * @throws ParameterError naming the option and its range; with no parameter where the policy would see or do something else
 */
export function planVariant({ task, taskOptions = {} }: RunConfiguration, variant: Readonly<Record<string, unknown>>): ParameterValues {
  const trained = configureTask(task, taskOptions).declaration;
  const tried = configureTask(task, { ...taskOptions, ...variant });
  const difference = describeDifference(tried.declaration, trained);
  if (difference !== null) throw new ParameterError('', `the policy cannot be run on this variant: ${difference}`);
  return changedOptions(trained.options ?? [], tried.values);
}

/** Each episode as soon as it is known. @throws WorkstationError where the process ends early */
export async function* runPolicyEpisodes(onnx: Uint8Array, wanted: EpisodesWanted): AsyncGenerator<EpisodeResult> {
  const options = [
    '--task',
    wanted.task,
    '--episodes',
    String(wanted.episodes),
    '--seed',
    String(wanted.seed),
    '--task-options',
    JSON.stringify(wanted.taskOptions),
  ];
  const { stdout, ended, kill } = startPolicyProcess(
    'The evaluation',
    'evaluate-policy',
    [...options, ...importedOption(wanted.task), ...(wanted.sampled ? ['--sampled'] : [])],
    onnx,
  );
  wanted.signal?.addEventListener('abort', kill);
  try {
    for await (const line of createInterface({ input: stdout })) yield episodeSchema.parse(JSON.parse(line));
    await ended;
  } finally {
    wanted.signal?.removeEventListener('abort', kill);
    kill();
  }
}

/** Mean, population standard deviation, extremes. */
export function summarise(returns: readonly number[]): { mean: number; standardDeviation: number; min: number; max: number } {
  const mean = returns.reduce((sum, value) => sum + value, 0) / returns.length;
  const variance = returns.reduce((sum, value) => sum + (value - mean) ** 2, 0) / returns.length;
  return { mean, standardDeviation: Math.sqrt(variance), min: Math.min(...returns), max: Math.max(...returns) };
}

/** Share of the episodes that were a success; null where the task counts none. */
export function successShare(episodes: readonly EpisodeResult[]): number | null {
  const counted = episodes.filter(({ success }) => success !== null);
  return counted.length === 0 ? null : counted.filter(({ success }) => success === true).length / counted.length;
}
