// Evaluation: whole episodes side by side, each on a simulator of its own, all returns kept, three episodes as recordings.
import { PhysicsError } from '../physics/errors.ts';
import type { RandomStream } from '../random/stream.ts';
import type { EvaluationInput, RolloutInput } from '../store/store.ts';
import type { StepResult, Task } from '../tasks/task.ts';
import type { Attend } from './attention.ts';
import { EpisodeRecorder, type Recording } from './episode-recorder.ts';
import { requireFinite } from './training-error.ts';
import { Turns } from './turns.ts';

/**
 * A policy for n observations, row by row [n · o]: arrays [n · a] or longer, which the next call may reuse. n is at most the
 * rows that the policy was made for.
 */
export type EvaluationPolicy = (observations: Float32Array) => Promise<{
  /** tanh of the mean, in [-1, 1]. */
  meanAction: Float32Array;
  /** Mean and standard deviation before squashing. */
  mean: Float32Array;
  sigma: Float32Array;
}>;

/** Simulators that an evaluation takes: its episodes run side by side, with one call of the policy a step. */
export const lanesFor = (episodes: number): number => Math.min(episodes, 16);

export interface EvaluationOptions {
  /** A simulator for each episode that runs at the same time. */
  tasks: readonly Task[];
  modelHash: string;
  policy: EvaluationPolicy;
  episodes: number;
  /** Starting states, drawn in the order of the episodes. */
  stream: RandomStream;
  /** Noise of an episode's sampled actions; without it the mean action is taken. Of its own, so that the starts are the same either way. */
  noise?: (episode: number) => RandomStream;
  /** Environment steps that the policy has learned from; for messages. */
  step: number;
  warn?: (message: string) => void;
  /** After each of its steps. */
  attend?: Attend;
  /** Told the episodes that have ended, each time that it is another number. */
  progress?: (episodes: number) => void;
}

/** A finished episode, and the observation [o] that it ended with. */
export interface Episode {
  recording: Recording;
  lastObservation: Float32Array;
  /** Was its last state a success? null where the task counts none. */
  isSuccess: boolean | null;
}

export interface Evaluation extends Pick<EvaluationInput, 'returns' | 'lengths' | 'rollouts'> {
  /** Share of the episodes that were a success; null where the task counts none. */
  success: number | null;
}

/** Runs the episodes, as many side by side as there are tasks, and gives them in their order. */
export async function* runEpisodes(options: EvaluationOptions): AsyncGenerator<Episode> {
  const { tasks, episodes, stream } = options;
  for (let first = 0; first < episodes; first += tasks.length) {
    const lanes = tasks.slice(0, episodes - first).map((task, k) => {
      task.reset(stream);
      return new Lane(options, task, first + k);
    });
    await runSideBySide(lanes, options, first);
    for (const lane of lanes) yield lane.finished as Episode;
  }
}

/**
 * All returns and lengths, and the recordings of the best, the median and the worst episode.
 * @param observe is given every episode, in their order
 */
export async function evaluate(options: EvaluationOptions, observe?: (episode: Episode) => Promise<void>): Promise<Evaluation> {
  const recordings: Recording[] = [];
  const successes: boolean[] = [];
  for await (const episode of runEpisodes(options)) {
    await observe?.(episode);
    await options.attend?.();
    recordings.push(episode.recording);
    if (episode.isSuccess !== null) successes.push(episode.isSuccess);
  }
  return {
    returns: Float64Array.from(recordings, (recording) => recording.return),
    lengths: Int32Array.from(recordings, ({ length }) => length),
    rollouts: chooseEpisodes(recordings),
    success: successes.length === 0 ? null : successes.filter(Boolean).length / successes.length,
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

/** @param before episodes that have ended already */
async function runSideBySide(lanes: readonly Lane[], { policy, attend, progress }: EvaluationOptions, before: number): Promise<void> {
  const turns = new Turns();
  let ended = 0;
  const width = lanes[0]?.observation.length ?? 0;
  const observations = new Float32Array(lanes.length * width);
  while (lanes.some((lane) => lane.finished === null)) {
    // The rows of those that have ended stay as they are; what the policy says to them is not looked at.
    lanes.forEach((lane, row) => observations.set(lane.observation, row * width));
    const actions = await policy(observations);
    lanes.forEach((lane, row) => {
      if (lane.finished === null) lane.step(actions, row);
    });
    const now = lanes.filter(({ finished }) => finished !== null).length;
    if (now > ended) progress?.(before + now);
    ended = now;
    await turns.take();
    await attend?.();
  }
}

/** One episode on one simulator. */
class Lane {
  readonly observation: Float32Array;
  finished: Episode | null = null;
  readonly #options: EvaluationOptions;
  readonly #task: Task;
  readonly #episode: number;
  readonly #recorder: EpisodeRecorder;
  readonly #noiseStream: RandomStream | undefined;
  readonly #noise: Float32Array;
  readonly #action: Float32Array;

  /** Begins with the task's present state, right after its reset. */
  constructor(options: EvaluationOptions, task: Task, episode: number) {
    this.#options = options;
    this.#task = task;
    this.#episode = episode;
    this.#recorder = new EpisodeRecorder(task, episode, options.modelHash);
    this.#noiseStream = options.noise?.(episode);
    this.observation = Float32Array.from(task.observation);
    this.#action = new Float32Array(task.declaration.action.length);
    this.#noise = new Float32Array(this.#action.length);
  }

  /** @param row of the policy's arrays */
  step(policy: Awaited<ReturnType<EvaluationPolicy>>, row: number): void {
    const { step, warn } = this.#options;
    const size = this.#action.length;
    const [meanAction, mean, sigma] = [policy.meanAction, policy.mean, policy.sigma].map((all) =>
      all.subarray(row * size, (row + 1) * size),
    ) as [Float32Array, Float32Array, Float32Array];
    for (let i = 0; i < size; i += 1) {
      requireFinite(mean[i] as number, () => 'the policy mean in the evaluation', step);
      requireFinite(sigma[i] as number, () => "the policy's σ in the evaluation", step);
      this.#action[i] = meanAction[i] as number;
      if (this.#noiseStream === undefined) continue;
      this.#noise[i] = this.#noiseStream.normal();
      this.#action[i] = Math.tanh((mean[i] as number) + (sigma[i] as number) * (this.#noise[i] as number));
    }
    let result: StepResult;
    try {
      result = this.#task.step(this.#action);
    } catch (error) {
      if (!(error instanceof PhysicsError) || error.code !== 'unstable') throw error;
      warn?.(`Evaluation episode ${this.#episode + 1} ended early: ${error.message}`);
      this.finished = {
        recording: { ...this.#recorder.finish(), truncated: true },
        lastObservation: this.observation,
        isSuccess: this.#task.isSuccess === null ? null : false,
      };
      return;
    }
    this.#recorder.add(
      this.observation,
      { action: this.#action, mean, sigma, logProbability: squashedLogProbability(mean, sigma, this.#noise) },
      result,
    );
    requireFinite(result.reward, () => 'the reward in the evaluation', step);
    this.observation.set(this.#task.observation);
    if (result.terminated || result.truncated)
      this.finished = { recording: this.#recorder.finish(), lastObservation: this.observation, isSuccess: this.#task.isSuccess };
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
