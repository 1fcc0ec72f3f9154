// Evaluations that a person asks for, each in a process of its own: begun, looked at while they go on, cancelled. Nothing is stored.
import { randomUUID } from 'node:crypto';
import { parseParameter } from '../contract/parameters.ts';
import { type RequestOf, WorkstationError } from '../contract/requests.ts';
import { type TrialProgress, type TrialStart, type TrialSummary, trialParameters } from '../contract/trials.ts';
import type { Store } from '../store/store.ts';
import { toContractError } from './edge.ts';
import { inField } from './plan.ts';
import { type EpisodeResult, type EpisodesWanted, planVariant, runPolicyEpisodes, successShare, summarise } from './policy-episodes.ts';
import { findPolicy } from './stored-policy.ts';

/** Trials that may go on at once: each takes about a processor. */
const mostAtOnce = 2;
/** Those that have ended and can still be asked for. */
const mostKept = 20;

interface Trial extends TrialProgress {
  stop: AbortController;
  /** Ends it where nobody has asked for it for long: its window is gone. */
  forget: NodeJS.Timeout;
}

export class Trials {
  readonly #trials = new Map<string, Trial>();
  readonly #store: Store;
  readonly #patienceMs: number;

  /** @param patienceMs until a trial that nobody asks for is cancelled; a hidden window's timers may fire once a minute only */
  constructor(store: Store, patienceMs = 5 * 60_000) {
    this.#store = store;
    this.#patienceMs = patienceMs;
  }

  /**
   * @throws ParameterError naming the field and its range; StoreError where there is no run or no such policy;
   *   WorkstationError where enough of them go on already
   */
  start({ run, step, taskOptions: variant, episodes: givenEpisodes, seed: givenSeed }: RequestOf<'trials.start'>): TrialStart {
    const { configuration } = this.#store.runs.get(run);
    const episodes = Number(parseParameter(trialParameters.episodes, givenEpisodes));
    const seed = Number(parseParameter(trialParameters.seed, givenSeed));
    const taskOptions = inField('taskOptions', () => planVariant(configuration, variant));
    const policy = findPolicy(this.#store, run, step);
    if ([...this.#trials.values()].filter(({ state }) => state === 'running').length >= mostAtOnce) {
      throw new WorkstationError({
        code: 'conflict',
        message: `${mostAtOnce} evaluations go on already. Wait for one of them, or cancel it.`,
        field: null,
      });
    }
    const id = randomUUID();
    const trial: Trial = {
      state: 'running',
      episodesFinished: 0,
      episodes,
      result: null,
      error: null,
      stop: new AbortController(),
      forget: setTimeout(() => this.cancel(id), this.#patienceMs).unref(),
    };
    this.#trials.set(id, trial);
    void conduct(trial, policy.onnx, { task: configuration.task, taskOptions, episodes, seed, sampled: false });
    for (const [other, { state }] of this.#trials) {
      if (this.#trials.size <= mostKept) break;
      if (state !== 'running') this.#trials.delete(other);
    }
    return { trial: id, step: policy.step, own: this.#ownEvaluation(run, policy.step) };
  }

  /** @throws WorkstationError not-found */
  progress(id: string): TrialProgress {
    const { forget, state, episodesFinished, episodes, result, error } = this.#find(id);
    forget.refresh();
    return { state, episodesFinished, episodes, result, error };
  }

  /** One that has ended stays as it is. @throws WorkstationError not-found */
  cancel(id: string): void {
    const trial = this.#find(id);
    if (trial.state !== 'running') return;
    trial.state = 'cancelled';
    trial.stop.abort();
  }

  close(): void {
    for (const id of this.#trials.keys()) this.cancel(id);
  }

  #find(id: string): Trial {
    const trial = this.#trials.get(id);
    if (trial === undefined)
      throw new WorkstationError({
        code: 'not-found',
        message: 'This evaluation is not known here: it ended long ago, or Elbow was started anew since. Evaluate again.',
        field: 'trial',
      });
    return trial;
  }

  #ownEvaluation(run: string, step: number): TrialSummary | null {
    const [evaluation] = this.#store.evaluations.spread(run, { fromStep: step, toStep: step, most: 1 }).evaluations;
    if (evaluation === undefined) return null;
    const { series } = this.#store.metrics.query(run, {
      metrics: ['evaluation-success'],
      fromStep: step,
      toStep: step,
      maxPoints: 2,
      includeSuperseded: false,
    });
    const { mean, standardDeviation } = summarise([...evaluation.returns]);
    return { episodes: evaluation.returns.length, mean, standardDeviation, success: series[0]?.mean.at(-1) ?? null };
  }
}

async function conduct(trial: Trial, onnx: Uint8Array, wanted: EpisodesWanted): Promise<void> {
  const finished: EpisodeResult[] = [];
  try {
    for await (const episode of runPolicyEpisodes(onnx, { ...wanted, signal: trial.stop.signal })) {
      finished.push(episode);
      trial.episodesFinished = finished.length;
    }
    if (trial.state !== 'running') return;
    const { mean, standardDeviation } = summarise(finished.map((episode) => episode.return));
    trial.result = { episodes: finished.length, mean, standardDeviation, success: successShare(finished) };
    trial.state = 'finished';
  } catch (error) {
    // Cancelled, its process ends early as it should.
    if (trial.state !== 'running') return;
    trial.error = toContractError(error).message;
    trial.state = 'failed';
  } finally {
    clearTimeout(trial.forget);
  }
}
