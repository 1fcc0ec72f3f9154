// A trainer's session on one run: the loop, and around it everything that depends on wall time or on people:
// requests, evaluation, live snapshots, checkpoints.
import { setTimeout as delay } from 'node:timers/promises';
import { nothingLearned } from '../contract/run-remarks.ts';
import type { RunEvent } from '../contract/runs.ts';
import type { Store } from '../store/store.ts';
import { Activity, timeToGo } from './activity.ts';
import { type Attend, StoppedError } from './attention.ts';
import { Checkpointer, keptCheckpoints } from './checkpoint/checkpointer.ts';
import type { FileSystem } from './checkpoint/durable-files.ts';
import { Edits } from './edits.ts';
import { FailureKeeper } from './failure-keeper.ts';
import { Journal } from './journal.ts';
import { PolicyRecords } from './policy-records.ts';
import type { PreparedRun } from './prepare.ts';
import { ProgressMeter, SpeedCurve } from './progress.ts';
import { pollInterval, type Request, type Requests } from './requests.ts';
import type { Resumed } from './resume.ts';
import { untilStored, WaitAbandoned } from './storage-trouble.ts';
import { endWithoutRoom } from './without-room.ts';
import { Turns } from './turns.ts';
import { NumericalFailure } from './training-error.ts';

/** Milliseconds between two commits of metrics and progress. */
const recordInterval = 500;
/** Environment steps between two points of the speed's curve. */
const speedEvery = 100;

export interface SessionOptions {
  store: Store;
  run: string;
  attempt: number;
  /** The run's folder. */
  folder: string;
  prepared: PreparedRun;
  resumed: Resumed;
  requests: Requests;
  log: (line: string) => void;
  fs: FileSystem;
}

/** `interrupted`: its device was lost; the run rests until somebody continues it. */
export type Outcome = 'finished' | 'stopped' | 'interrupted';

export class Session {
  /** Seconds of wall time beside the loop's own, since the session began. */
  readonly seconds = { evaluation: 0, recording: 0 };
  readonly #options: SessionOptions;
  readonly #journal: Journal;
  readonly #checkpointer: Checkpointer;
  readonly #policy: PolicyRecords;
  readonly #edits: Edits;
  readonly #meter: ProgressMeter;
  readonly #speed: SpeedCurve;
  readonly #totalSteps: number;
  readonly #turns = new Turns();
  /** Under way, with the episodes that have ended. */
  #evaluation: { step: number; episodes: number } | null = null;
  #lastRecord = performance.now();
  #lastCheckpoint = performance.now();

  constructor(options: SessionOptions) {
    const {
      store,
      run,
      attempt,
      folder,
      fs,
      log,
      requests,
      resumed: { step, segments },
    } = options;
    this.#options = options;
    this.#meter = new ProgressMeter(store.runs.summary(run).activeSeconds, step);
    this.#speed = new SpeedCurve(step);
    this.#journal = new Journal({ store, run, attempt, meter: this.#meter, log, isAbandoned: () => requests.stopAskedBy() !== null });
    this.#policy = new PolicyRecords(options, this.#journal);
    const { loop, task, maker } = options.prepared;
    const warn = (message: string): void => this.#journal.warning(loop.environmentSteps, message);
    this.#checkpointer = new Checkpointer({ store, run, attempt, folder, fs, segments, lastStep: step > 0 ? step : null, warn });
    this.#edits = new Edits({ store, run, attempt, loop, agent: maker.declaration, task: task.declaration, journal: this.#journal, log });
    this.#totalSteps = options.prepared.parameters.steps;
    // What came while it started is done before the first step.
    requests.lookAtOnce();
  }

  /**
   * Trains until the last step or a stop, then writes a checkpoint, closes the attempt and sets the run's state.
   * @throws whatever ends a run by itself; the attempt is then still open
   */
  async train(): Promise<Outcome> {
    try {
      return await this.#trainToEnd();
    } catch (error) {
      if (!(error instanceof WaitAbandoned)) throw error;
      const { store, run, attempt, log, requests, prepared } = this.#options;
      const step = prepared.loop.environmentSteps;
      endWithoutRoom({
        store,
        run,
        attempt,
        log,
        step,
        error,
        requester: requests.stopAskedBy() ?? '',
        checkpoint: this.#checkpointer.lastStep,
      });
      return 'stopped';
    } finally {
      this.#journal.end();
    }
  }

  async #trainToEnd(): Promise<Outcome> {
    const {
      store,
      run,
      attempt,
      prepared: { loop, configuration },
    } = this.#options;
    this.#checkpointer.tidy();
    const outcome = await this.#trainOn().catch(async (error: unknown): Promise<Outcome> => {
      if (error instanceof StoppedError) return 'stopped';
      if (error instanceof WaitAbandoned) throw error;
      // The curves up to the failure are what explains it. The failure itself matters more than theirs.
      await this.#record().catch(() => {});
      throw error instanceof NumericalFailure ? await this.#keep(error) : error;
    });
    await this.#journal.commit('The end of the run', () => {
      const steps = loop.environmentSteps;
      // A run that learned nothing has come to its end like any other, and must not look like one.
      const reason = outcome === 'finished' && loop.gradientSteps === 0 ? nothingLearned(configuration.hyperparameters) : null;
      if (outcome === 'finished') {
        const message = `Finished: ${formatStep(steps)} environment steps.`;
        this.#journal.event('finished', steps, reason === null ? message : `${message} ${reason}`);
      }
      store.attempts.close(run, attempt);
      store.runs.setState(run, outcome, reason);
    });
    return outcome;
  }

  /** The failure, with what was kept of it. */
  #keep(failure: NumericalFailure): Promise<NumericalFailure> {
    const { run, attempt, folder, prepared, fs } = this.#options;
    const keeper = new FailureKeeper({
      run,
      attempt,
      folder,
      fs,
      prepared,
      // One more than usual, so that there is also one from before whatever led here.
      checkpoint: () => this.#checkpoint(keptCheckpoints + 1),
      lastCheckpoint: () => this.#checkpointer.lastStep,
    });
    return keeper.keep(failure);
  }

  /** Between two pieces of whatever takes long: what the run is asked for is done, edits apart. */
  readonly attend: Attend = async () => {
    await this.#turns.take();
    await this.#obeyRequests();
  };

  async #trainOn(): Promise<Outcome> {
    const { store, run, prepared } = this.#options;
    const { loop } = prepared;
    await this.#edits.plan();
    // The checkpoint may be from within the evaluation, and the evaluation stored after it.
    const here = { fromStep: loop.environmentSteps, toStep: loop.environmentSteps, most: 1 };
    if (loop.evaluationDue && store.evaluations.spread(run, here).count > 0) await loop.evaluated();
    if (loop.evaluationDue) await this.#evaluate();
    while (loop.environmentSteps < this.#totalSteps) {
      await this.#applyEdits();
      await this.#obeyRequests();
      await loop.step(this.#journal);
      const step = loop.environmentSteps;
      if (loop.evaluationDue) await this.#evaluate();
      if (step % speedEvery === 0) this.#journal.metrics(step, { 'steps-per-second': this.#speed.take(step) });
      await this.#keepRecords(step);
      await this.#turns.take();
    }
    await this.#checkpoint();
    return 'finished';
  }

  /** Compiling anew is no part of the run's speed. After the last step there is none that an edit could be in force for. */
  async #applyEdits(): Promise<void> {
    if (this.#options.prepared.loop.environmentSteps < this.#totalSteps && this.#edits.mayBeDue)
      await this.#speed.without(() => this.#edits.apply());
  }

  /** Does what was asked for. @throws StoppedError where that is to stop */
  async #obeyRequests(): Promise<void> {
    const request = this.#options.requests.next();
    if (request !== null) await this.#speed.without(() => this.#obeyFrom(request));
  }

  /** Until training may go on. */
  async #obeyFrom(first: Request): Promise<void> {
    let isPaused = await this.#obey(first, false);
    while (isPaused) {
      const next = this.#options.requests.next();
      if (next === null) {
        await delay(pollInterval);
        await this.#applyEdits();
      } else isPaused = await this.#obey(next, true);
    }
  }

  /** Does one thing. Gives whether training rests afterwards. @throws StoppedError */
  async #obey(request: Request, isPaused: boolean): Promise<boolean> {
    const { action, requester } = request;
    this.#options.log(`${action} (${requester})`);
    if (action !== 'resume') await this.#checkpoint();
    switch (action) {
      case 'stop':
        await this.#answer(request, 'stopped', `Stopped by ${requester}.${this.#dropped()}`);
        throw new StoppedError(request);
      case 'pause':
        this.#journal.pause(`paused by ${requester}${this.#evaluation === null ? '' : ` while ${this.#evaluating()}`}`);
        await this.#answer(request, 'paused', `Paused by ${requester}.`, () => this.#journal.storeState());
        return true;
      case 'resume':
        if (isPaused) {
          this.#journal.resume();
          await this.#answer(request, 'resumed', `Continued by ${requester}.`, () => this.#journal.storeState());
        } else {
          await this.#answer(request);
        }
        return false;
      case 'checkpoint':
        await this.#answer(request);
        return isPaused;
    }
  }

  async #answer(request: Request, kind?: RunEvent['kind'], message = '', change?: () => void): Promise<void> {
    const { environmentSteps } = this.#options.prepared.loop;
    await this.#journal.commit(`The request to ${request.action}`, () => {
      if (kind !== undefined) this.#journal.event(kind, environmentSteps, message, request.requester);
      change?.();
      request.done(environmentSteps);
    });
  }

  /**
   * Evaluates the policy of this step. Edits that are asked for meanwhile are of this step too and in force after it, for
   * they would be applied there had they come a moment later.
   */
  async #evaluate(): Promise<void> {
    const { store, run, prepared } = this.#options;
    const { loop, parameters } = prepared;
    const step = loop.environmentSteps;
    // What a person sees while no step is done.
    await this.#record();
    let start = performance.now();
    const evaluation = { step, episodes: 0 };
    this.#evaluation = evaluation;
    const activity = new Activity(store, run, this.#evaluating());
    const attend = async (): Promise<void> => {
      const asked = performance.now();
      await this.attend();
      await this.#applyEdits();
      // A pause is no part of how long it takes.
      start += performance.now() - asked;
    };
    const progress = (episodes: number): void => {
      evaluation.episodes = episodes;
      activity.tell(`${this.#evaluating()}${timeToGo(start, episodes, parameters.evaluationEpisodes)}`);
    };
    try {
      await this.#speed.without(() => this.#policy.evaluate(step, { attend, progress }));
    } finally {
      activity.end();
    }
    this.#evaluation = null;
    await loop.evaluated();
    this.seconds.evaluation += (performance.now() - start) / 1000;
  }

  #evaluating(): string {
    const { evaluationEpisodes } = this.#options.prepared.parameters;
    return `evaluating, ${formatStep(this.#evaluation?.episodes ?? 0)} of ${formatStep(evaluationEpisodes)} episodes`;
  }

  /** What a stop means for the evaluation under way. */
  #dropped(): string {
    if (this.#evaluation === null) return '';
    const { step, episodes } = this.#evaluation;
    const text = `The evaluation at step ${formatStep(step)} was dropped after ${formatStep(episodes)} of ${formatStep(this.#options.prepared.parameters.evaluationEpisodes)} episodes; it is run again when the run goes on.`;
    this.#options.log(text);
    return ` ${text}`;
  }

  /** What goes on the clock rather than with the steps: commits, live snapshots, checkpoints. */
  async #keepRecords(step: number): Promise<void> {
    const now = performance.now();
    if (this.#policy.isSnapshotDue(now)) await this.#policy.snapshot(step);
    if (now - this.#lastRecord >= recordInterval) await this.#record();
    this.seconds.recording += (performance.now() - now) / 1000;
    if (now - this.#lastCheckpoint >= this.#options.prepared.parameters.checkpointMinutes * 60_000)
      await this.#speed.without(() => this.#checkpoint());
  }

  /** Commits metrics and progress. */
  async #record(): Promise<void> {
    const { store, run, prepared } = this.#options;
    const progress = this.#meter.read(prepared.loop.environmentSteps, this.#totalSteps);
    await this.#journal.commit('Metrics', () => store.runs.setProgress(run, progress));
    this.#lastRecord = performance.now();
  }

  async #checkpoint(kept?: number): Promise<void> {
    const { loop, buffer } = this.#options.prepared;
    const start = performance.now();
    await this.#record();
    // Whoever looks at a run that rests sees the policy that it rests with.
    await this.#policy.snapshot(loop.environmentSteps);
    const state = await loop.save();
    await untilStored(
      `The checkpoint at step ${formatStep(loop.environmentSteps)}`,
      () => this.#checkpointer.write(state, buffer, kept),
      this.#journal,
      { bytes: this.#checkpointer.bytesToWrite(state, buffer) },
    );
    this.#lastCheckpoint = performance.now();
    this.seconds.recording += (this.#lastCheckpoint - start) / 1000;
  }
}

function formatStep(step: number): string {
  return step.toLocaleString('en-US');
}
