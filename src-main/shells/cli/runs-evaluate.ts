// `npm run runs -- evaluate RUN`: a stored policy on its task, in a process of its own.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { PolicySnapshot } from '../../contract/series.ts';
import type { Store } from '../../store/store.ts';
import { CommandError, exitCodes, type ExitCode } from './failure.ts';
import { formatCount, formatNumber } from './format.ts';
import { parseWholeNumber } from './options.ts';
import { createOutput } from './output.ts';
import { type CommonOptions, withStoredRun } from './session.ts';

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

function findPolicy(store: Store, run: string, step: number | null): PolicySnapshot {
  if (step !== null) return store.snapshots.getEvaluation(run, step);
  return store.snapshots.getLive(run);
}

/** Mean, population standard deviation, extremes. */
export function summarise(returns: readonly number[]): { mean: number; standardDeviation: number; min: number; max: number } {
  const mean = returns.reduce((sum, value) => sum + value, 0) / returns.length;
  const variance = returns.reduce((sum, value) => sum + (value - mean) ** 2, 0) / returns.length;
  return { mean, standardDeviation: Math.sqrt(variance), min: Math.min(...returns), max: Math.max(...returns) };
}

async function* runEpisodes(onnx: Uint8Array, wanted: { task: string; episodes: number; seed: number; sampled: boolean }): AsyncGenerator<Episode> {
  const entry = fileURLToPath(new URL('../../training/evaluate-policy.ts', import.meta.url));
  const options = ['--task', wanted.task, '--episodes', String(wanted.episodes), '--seed', String(wanted.seed)];
  const child = spawn(process.execPath, [entry, ...options, ...(wanted.sampled ? ['--sampled'] : [])], { stdio: ['pipe', 'pipe', 'pipe'] });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-4000);
  });
  // A child that ends before it has read the policy says why on its standard error.
  child.stdin.on('error', () => undefined);
  child.stdin.end(onnx);
  try {
    for await (const line of createInterface({ input: child.stdout })) yield episodeSchema.parse(JSON.parse(line));
    const code = await ended;
    if (code !== 0) throw new CommandError(`the evaluation ended early (${code === null ? 'killed' : `exit code ${code}`}); the run is as it was. ${complaint.trim()}`);
  } finally {
    child.kill();
  }
}
