// `npm run runs -- evaluate RUN`: a stored policy on its task, in a process of its own.
import { createInterface } from 'node:readline/promises';
import { z } from 'zod';
import { exitCodes, type ExitCode } from './failure.ts';
import { formatCount, formatNumber } from './format.ts';
import { parseWholeNumber } from './options.ts';
import { createOutput } from './output.ts';
import { type CommonOptions, withStoredRun } from './session.ts';
import { findPolicy, startPolicyProcess } from './stored-policy.ts';

export interface EvaluateOptions extends CommonOptions {
  step?: string;
  episodes: string;
  seed: string;
  sampled?: boolean;
}

const episodeSchema = z.object({ episode: z.int(), return: z.number(), length: z.int(), terminated: z.boolean(), truncated: z.boolean() });
type Episode = z.infer<typeof episodeSchema>;

export async function evaluateRun(given: string, options: EvaluateOptions): Promise<ExitCode> {
  const episodes = parseWholeNumber('--episodes', options.episodes, 1, 10_000);
  const seed = parseWholeNumber('--seed', options.seed, 0, Number.MAX_SAFE_INTEGER);
  const step = options.step === undefined ? null : parseWholeNumber('--step', options.step, 0, 1e9);
  const sampled = options.sampled === true;
  const output = createOutput(options.json === true);

  // The store is closed before the episodes begin: a long evaluation holds no lock and sees no change.
  const { run, policy } = await withStoredRun(given, options, (store, id) => ({ run: store.runs.summary(id), policy: findPolicy(store, id, step) }));
  output.line(`${output.bold(`Run ${run.id}`)} ${run.name}: ${run.task}, the policy of step ${formatCount(policy.step)}, ${sampled ? 'sampled actions' : 'mean action'}, seed ${seed}`);

  const finished: Episode[] = [];
  for await (const episode of runEpisodes(policy.onnx, { task: run.task, episodes, seed, sampled })) {
    finished.push(episode);
    output.json({ kind: 'episode', run: run.id, ...episode });
    output.line(`  episode ${String(episode.episode + 1).padStart(String(episodes).length)}  return ${formatNumber(episode.return)}  ${episode.length} steps, ${episode.terminated ? 'terminated' : 'truncated'}`);
  }
  const statistics = summarise(finished.map((episode) => episode.return));
  output.line(
    `  mean ${formatNumber(statistics.mean)} ± ${formatNumber(statistics.standardDeviation)} (standard deviation over ${episodes} ${episodes === 1 ? 'episode' : 'episodes'}), min ${formatNumber(statistics.min)}, max ${formatNumber(statistics.max)}`,
  );
  output.json({ kind: 'result', run: run.id, task: run.task, step: policy.step, seed, sampled, episodes, ...statistics, returns: finished.map((episode) => episode.return), lengths: finished.map(({ length }) => length) });
  return exitCodes.done;
}

/** Mean, population standard deviation, extremes. */
export function summarise(returns: readonly number[]): { mean: number; standardDeviation: number; min: number; max: number } {
  const mean = returns.reduce((sum, value) => sum + value, 0) / returns.length;
  const variance = returns.reduce((sum, value) => sum + (value - mean) ** 2, 0) / returns.length;
  return { mean, standardDeviation: Math.sqrt(variance), min: Math.min(...returns), max: Math.max(...returns) };
}

async function* runEpisodes(onnx: Uint8Array, wanted: { task: string; episodes: number; seed: number; sampled: boolean }): AsyncGenerator<Episode> {
  const options = ['--task', wanted.task, '--episodes', String(wanted.episodes), '--seed', String(wanted.seed)];
  const { stdout, ended, kill } = startPolicyProcess('the evaluation', 'evaluate-policy.ts', [...options, ...(wanted.sampled ? ['--sampled'] : [])], onnx);
  try {
    for await (const line of createInterface({ input: stdout })) yield episodeSchema.parse(JSON.parse(line));
    await ended;
  } finally {
    kill();
  }
}
