// A trainer's session on one run: the loop, and around it everything that depends on wall time or on people:
// requests, evaluation, live snapshots, checkpoints, metrics on their way to the store.
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import type { MetricName } from '../contract/series.ts';
import type { RunEvent } from '../contract/runs.ts';
import type { MetricsWriter, Store } from '../store/store.ts';
import { Checkpointer } from './checkpoint/checkpointer.ts';
import type { FileSystem } from './checkpoint/durable-files.ts';
import { evaluate } from './evaluation.ts';
import type { LoopListener } from './loop.ts';
import type { PreparedRun } from './prepare.ts';
import { ProgressMeter } from './progress.ts';
import { pollInterval, type Request, type Requests } from './requests.ts';
import type { Resumed } from './resume.ts';
import { type StorageListener, untilStored } from './storage-trouble.ts';
import { createEvaluationStream } from './streams.ts';

/** Milliseconds between two commits of metrics and progress, and between two live snapshots. */
const recordInterval = 500;
const snapshotInterval = 5000;
/** Milliseconds after which timers and signals get their turn. */
const turnInterval = 20;
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

export type Outcome = 'finished' | 'stopped';

export class Session implements LoopListener, StorageListener {
  /** Seconds of wall time beside the loop's own, since the session began. */
  readonly seconds = { evaluation: 0, recording: 0 };
  readonly #options: SessionOptions;
  readonly #writer: MetricsWriter;
  readonly #checkpointer: Checkpointer;
  readonly #meter: ProgressMeter;
  readonly #totalSteps: number;
  #lastTurn = performance.now();
  #lastRecord = performance.now();
  #lastSnapshot = -Infinity;
  #lastCheckpoint = performance.now();
  /** Wall time and step at the last point of the speed's curve; time outside the loop's steps is added to the former. */
  #speedMark = { time: performance.now(), step: 0 };

  constructor(options: SessionOptions) {
    const { store, run, attempt, folder, resumed, prepared } = options;
    this.#options = options;
    this.#writer = store.metrics.writer(run, attempt);
    this.#checkpointer = new Checkpointer({
      store, run, attempt, folder, segments: resumed.segments, lastStep: resumed.step > 0 ? resumed.step : null, fs: options.fs,
    });
    this.#meter = new ProgressMeter(store.runs.summary(run).activeSeconds, resumed.step);
    this.#totalSteps = prepared.parameters.steps;
    this.#speedMark.step = resumed.step;
  }

  /** Trains until the last step or a stop; the run then has a checkpoint. @throws whatever ends a run by itself */
  async train(): Promise<Outcome> {
    const { loop, parameters } = this.#options.prepared;
    this.#checkpointer.tidy();
    while (loop.environmentSteps < this.#totalSteps) {
      if (await this.#obeyRequests()) return 'stopped';
      await loop.step(this);
      const step = loop.environmentSteps;
      if (step % parameters.evaluationEvery === 0 || step === this.#totalSteps) await this.#evaluate(step);
      if (step % speedEvery === 0) this.#recordSpeed(step);
      await this.#keepRecords(step);
      if (performance.now() - this.#lastTurn > turnInterval) {
        await nextTurn();
        this.#lastTurn = performance.now();
      }
    }
    await this.#checkpoint();
    return 'finished';
  }

  metrics(step: number, values: Partial<Record<MetricName, number>>): void {
    this.#writer.append(step, values as Record<string, number>);
  }

  warning(step: number, message: string): void {
    this.#options.log(`warning at step ${step}: ${message}`);
    this.#event('warning', message, null, step);
  }

  waiting(message: string): void {
    const { store, run, log } = this.#options;
    this.#meter.pause();
    log(message);
    try {
      store.runs.setState(run, 'paused', message);
    } catch {
      // The store has no room for this either; the log has it, and the run's row still says running.
    }
  }

  recovered(message: string): void {
    const { store, run, log } = this.#options;
    this.#meter.resume();
    log(message);
    store.runs.setState(run, 'running', null);
    this.#event('warning', message, null);
  }

  isAbandoned(): boolean {
    return this.#options.requests.isSignalled;
  }

  /** Does what was asked for. True where that is to stop. */
  async #obeyRequests(): Promise<boolean> {
    const { store, run, requests, log } = this.#options;
    let isPaused = false;
    for (;;) {
      const request = requests.next();
      if (request === null) {
        if (!isPaused) return false;
        await delay(pollInterval);
        continue;
      }
      log(`${request.action} (${request.requester})`);
      if (request.action !== 'resume') await this.#checkpoint();
      switch (request.action) {
        case 'stop':
          await this.#finishRequest(request, 'stopped', `Stopped by ${request.requester}.`);
          return true;
        case 'pause':
          isPaused = true;
          this.#meter.pause();
          await this.#finishRequest(request, 'paused', `Paused by ${request.requester}.`, () => {
            store.runs.setState(run, 'paused', `paused by ${request.requester}`);
          });
          break;
        case 'resume':
          if (isPaused) {
            this.#meter.resume();
            await this.#finishRequest(request, 'resumed', `Continued by ${request.requester}.`, () => {
              store.runs.setState(run, 'running', null);
            });
            this.#excludeFromSpeed();
          } else {
            await this.#finishRequest(request, null, '');
          }
          isPaused = false;
          break;
        case 'checkpoint':
          await this.#finishRequest(request, null, '');
      }
    }
  }

  async #finishRequest(request: Request, kind: RunEvent['kind'] | null, message: string, change?: () => void): Promise<void> {
    const { store, prepared: { loop } } = this.#options;
    await untilStored(`The request to ${request.action}`, () => {
      store.transaction(() => {
        if (kind !== null) this.#event(kind, message, request.requester);
        change?.();
        request.done(loop.environmentSteps);
      });
    }, this);
  }

  async #evaluate(step: number): Promise<void> {
    const { store, run, attempt, prepared } = this.#options;
    const { engine, agent, configuration, parameters } = prepared;
    const start = performance.now();
    const evaluation = await evaluate({
      task: prepared.evaluationTask,
      modelHash: prepared.modelHash,
      policy: prepared.evaluationPolicy,
      episodes: parameters.evaluationEpisodes,
      stream: createEvaluationStream(configuration.seed, step),
      step,
      warn: (message) => this.warning(step, message),
    });
    const policyOnnx = await engine.exportOnnx(agent.policy(1));
    const criticsOnnx = await engine.exportOnnx(agent.critics(1));
    const { returns } = evaluation;
    const mean = returns.reduce((sum, value) => sum + value, 0) / returns.length;
    this.metrics(step, { 'evaluation-return': mean });
    await untilStored(`The evaluation at step ${step.toLocaleString('en-US')}`, () => {
      this.#writer.flush();
      store.transaction(() => {
        store.evaluations.add(run, attempt, { step, ...evaluation, policyOnnx, criticsOnnx });
        store.snapshots.setLive(run, attempt, step, policyOnnx);
      });
    }, this);
    this.#lastSnapshot = performance.now();
    this.seconds.evaluation += (performance.now() - start) / 1000;
    this.#excludeFromSpeed(start);
    this.#options.log(`step ${step}: evaluation return ${mean.toFixed(1)} over ${returns.length} episodes`);
  }

  /** What goes on the clock rather than with the steps: commits, live snapshots, checkpoints. */
  async #keepRecords(step: number): Promise<void> {
    const { store, run, attempt, prepared } = this.#options;
    const now = performance.now();
    if (now - this.#lastSnapshot >= snapshotInterval) {
      const onnx = await prepared.engine.exportOnnx(prepared.agent.policy(1));
      await untilStored('The live policy', () => store.snapshots.setLive(run, attempt, step, onnx), this);
      this.#lastSnapshot = performance.now();
    }
    if (now - this.#lastRecord >= recordInterval) await this.#record();
    this.seconds.recording += (performance.now() - now) / 1000;
    if (now - this.#lastCheckpoint >= prepared.parameters.checkpointMinutes * 60_000) {
      await this.#checkpoint();
      this.#excludeFromSpeed(now);
    }
  }

  /** Commits metrics and progress. */
  async #record(): Promise<void> {
    const { store, run, prepared } = this.#options;
    const progress = this.#meter.read(prepared.loop.environmentSteps, this.#totalSteps);
    await untilStored('Metrics', () => {
      this.#writer.flush();
      store.runs.setProgress(run, progress);
    }, this);
    this.#lastRecord = performance.now();
  }

  async #checkpoint(): Promise<void> {
    const { loop, buffer } = this.#options.prepared;
    const start = performance.now();
    await this.#record();
    const state = await loop.save();
    await untilStored(
      `The checkpoint at step ${loop.environmentSteps.toLocaleString('en-US')}`,
      () => this.#checkpointer.write(state, buffer),
      this,
    );
    this.#lastCheckpoint = performance.now();
    this.seconds.recording += (this.#lastCheckpoint - start) / 1000;
  }

  #recordSpeed(step: number): void {
    const now = performance.now();
    const seconds = (now - this.#speedMark.time) / 1000;
    if (seconds > 0) this.metrics(step, { 'steps-per-second': (step - this.#speedMark.step) / seconds });
    this.#speedMark = { time: now, step };
  }

  /** Leaves the time since `start` out of the speed; without it, everything since the last point. */
  #excludeFromSpeed(start?: number): void {
    const now = performance.now();
    if (start === undefined) this.#speedMark = { time: now, step: this.#options.prepared.loop.environmentSteps };
    else this.#speedMark.time += now - start;
  }

  #event(kind: RunEvent['kind'], message: string, requester: string | null, step?: number): void {
    const { store, run, attempt, prepared } = this.#options;
    store.events.append(run, attempt, { step: step ?? prepared.loop.environmentSteps, kind, message, requester });
  }
}
