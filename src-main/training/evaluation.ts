// Evaluation: whole episodes on a simulator of its own, all returns kept, three episodes as recordings.
import { PhysicsError } from '../physics/errors.ts';
import type { RandomStream } from '../random/stream.ts';
import type { EvaluationInput, RolloutInput } from '../store/store.ts';
import type { StepResult, Task } from '../tasks/task.ts';
import { EpisodeRecorder, type Recording } from './episode-recorder.ts';
import { requireFinite } from './training-error.ts';

/** A policy for one observation [o]: arrays [a], which the next call may reuse. */
export type EvaluationPolicy = (observation: Float32Array) => Promise<{
  /** tanh of the mean, in [-1, 1]. */
  meanAction: Float32Array;
  /** Mean and standard deviation before squashing. */
  mean: Float32Array;
  sigma: Float32Array;
}>;

export interface EvaluationOptions {
  task: Task;
  modelHash: string;
  policy: EvaluationPolicy;
  episodes: number;
  /** Starting states. */
  stream: RandomStream;
  /** Noise of sampled actions; without it the mean action is taken. Of its own, so that the starts are the same either way. */
  noiseStream?: RandomStream;
  /** Environment steps that the policy has learned from; for messages. */
  step: number;
  warn?: (message: string) => void;
}

/** A finished episode, and the observation [o] that it ended with. */
export interface Episode {
  recording: Recording;
  lastObservation: Float32Array;
}

export type Evaluation = Pick<EvaluationInput, 'returns' | 'lengths' | 'rollouts'>;

/** Runs the episodes one after another, recording each. */
export async function* runEpisodes(options: EvaluationOptions): AsyncGenerator<Recording> {
  for (let episode = 0; episode < options.episodes; episode += 1) yield (await runEpisode(options, episode)).recording;
}

/**
 * All returns and lengths, and the recordings of the best, the median and the worst episode.
 * @param observe is given every episode as it ends
 */
export async function evaluate(options: EvaluationOptions, observe?: (episode: Episode) => Promise<void>): Promise<Evaluation> {
  const recordings: Recording[] = [];
  for (let episode = 0; episode < options.episodes; episode += 1) {
    const finished = await runEpisode(options, episode);
    await observe?.(finished);
    recordings.push(finished.recording);
  }
  return {
    returns: Float64Array.from(recordings, (recording) => recording.return),
    lengths: Int32Array.from(recordings, ({ length }) => length),
    rollouts: chooseEpisodes(recordings),
  };
}

/** The best, the median (the lower of two) and the worst; fewer where there are fewer episodes. */
function chooseEpisodes(recordings: readonly Recording[]): RolloutInput[] {
  const ranked = [...recordings].sort((a, b) => b.return - a.return || a.episode - b.episode);
  const chosen = new Map<Recording, RolloutInput['kind']>();
  const choose = (recording: Recording | undefined, kind: RolloutInput['kind']): void => {
    if (recording !== undefined && !chosen.has(recording)) chosen.set(recording, kind);
  };
  choose(ranked[0], 'best');
  choose(ranked.at(-1), 'worst');
  choose(ranked[Math.floor(ranked.length / 2)], 'median');
  return [...chosen].map(([recording, kind]) => ({ ...recording, kind }));
}

async function runEpisode(options: EvaluationOptions, episode: number): Promise<Episode> {
  const { task, policy, stream, noiseStream, step } = options;
  task.reset(stream);
  const recorder = new EpisodeRecorder(task, episode, options.modelHash);
  const observation = new Float32Array(task.observation.length);
  const action = new Float32Array(task.declaration.action.length);
  const noise = new Float32Array(action.length);
  for (;;) {
    observation.set(task.observation);
    const { meanAction, mean, sigma } = await policy(observation);
    for (let i = 0; i < action.length; i += 1) {
      requireFinite(mean[i] as number, () => 'the policy mean in the evaluation', step);
      requireFinite(sigma[i] as number, () => "the policy's σ in the evaluation", step);
      action[i] = meanAction[i] as number;
      if (noiseStream === undefined) continue;
      noise[i] = noiseStream.normal();
      action[i] = Math.tanh((mean[i] as number) + (sigma[i] as number) * (noise[i] as number));
    }
    let result: StepResult;
    try {
      result = task.step(action);
    } catch (error) {
      if (!(error instanceof PhysicsError) || error.code !== 'unstable') throw error;
      options.warn?.(`Evaluation episode ${episode + 1} ended early: ${error.message}`);
      return { recording: { ...recorder.finish(), truncated: true }, lastObservation: observation };
    }
    recorder.add(observation, { action, mean, sigma, logProbability: squashedLogProbability(mean, sigma, noise) }, result);
    requireFinite(result.reward, () => 'the reward in the evaluation', step);
    if (result.terminated || result.truncated) return { recording: recorder.finish(), lastObservation: Float32Array.from(task.observation) };
  }
}

/**
 * log π(a|s) in nats of a = tanh(u), u = μ + σ ε, in the form without cancellation (Haarnoja et al. 2018,
 * arXiv 1812.05905, appendix C): Σ_j −ε²/2 − log σ − log(2π)/2 − 2 (log 2 − u − softplus(−2u)). NaN for a deterministic
 * policy, which has no density.
 */
export function squashedLogProbability(mean: ArrayLike<number>, sigma: ArrayLike<number>, noise: ArrayLike<number>): number {
  let sum = 0;
  for (let j = 0; j < mean.length; j += 1) {
    const [mu, s, epsilon] = [mean[j] as number, sigma[j] as number, noise[j] as number];
    if (s === 0) return NaN;
    const u = mu + s * epsilon;
    const softplus = Math.max(-2 * u, 0) + Math.log1p(Math.exp(-Math.abs(2 * u)));
    sum += -0.5 * epsilon * epsilon - Math.log(s) - 0.5 * Math.log(2 * Math.PI) - 2 * (Math.LN2 - u - softplus);
  }
  return sum;
}
