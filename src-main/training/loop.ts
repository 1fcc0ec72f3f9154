// The training loop: what happens within one environment step, in one fixed order. Everything here is a
// function of the configuration and the seed; wall time, storage and requests belong to the session.
import type { ActionHistogram } from '../contract/runs.ts';
import type { MetricName } from '../contract/series.ts';
import type { ParameterValues } from '../contract/parameters.ts';
import type { NamedArrays } from '../engine/program.ts';
import { PhysicsError } from '../physics/errors.ts';
import type { Transition } from '../replay/replay-buffer.ts';
import type { StepResult, Task } from '../tasks/task.ts';
import { Actor } from './acting.ts';
import type { AgentDraft, LoopEdit } from './agent-draft.ts';
import { AgentInForce } from './agent-in-force.ts';
import { taskFailure } from './describe-failure.ts';
import type { Learner, LearnerParts } from './learner.ts';
import { Learning } from './learning.ts';
import type { RunParameters } from './run-parameters.ts';
import { createRunStreams, restoreStreams, type RunStreams, saveStreams } from './streams.ts';
import { type StepStart, takeBack } from './step-start.ts';
import { TrainingError } from './training-error.ts';
import type { TrainingState } from './training-state.ts';

export interface LoopParts extends LearnerParts {
  task: Task;
  parameters: RunParameters;
  seed: number;
}

/** What a step has to tell; the loop itself keeps nothing of it. */
export interface LoopListener {
  metrics(step: number, values: Partial<Record<MetricName, number>>): void;
  warning(step: number, message: string): void;
}

/** Seconds of wall time by activity, since the loop was made. */
export interface Stopwatch {
  acting: number;
  physics: number;
  sampling: number;
  updates: number;
  inspection: number;
}

export class TrainingLoop {
  readonly seconds: Stopwatch = { acting: 0, physics: 0, sampling: 0, updates: 0, inspection: 0 };
  readonly #parts: LoopParts;
  readonly #streams: RunStreams;
  readonly #agent: AgentInForce;
  readonly #actor: Actor;
  readonly #learning: Learning;
  readonly #observation: Float64Array;
  #environmentSteps = 0;
  #episode = { return: 0, length: 0 };
  /** Edits applied since the last step, by id, in order. */
  #editsHere: number[] = [];
  /** Ids of the edits that were accepted and are not in force yet, in order. */
  #editsToCome: number[] = [];
  #evaluationDue = false;
  /** Where the newest step began. */
  #start: StepStart | null = null;

  private constructor(parts: LoopParts, agent: AgentInForce) {
    const { task, buffer, parameters } = parts;
    this.#parts = parts;
    this.#agent = agent;
    this.#streams = createRunStreams(parts.seed);
    this.#learning = new Learning({ agent, buffer, streams: this.#streams, seconds: this.seconds });
    this.#actor = new Actor(
      { observation: task.observation.length, action: task.declaration.action.length },
      parameters,
      this.#streams.exploration,
    );
    this.#observation = new Float64Array(task.observation.length);
  }

  /** Compiles the agent's programs and begins the first episode, with new parameters. */
  static async create(parts: LoopParts, values: ParameterValues): Promise<TrainingLoop> {
    const loop = new TrainingLoop(parts, await AgentInForce.create(parts, values));
    try {
      parts.task.reset(loop.#streams.reset);
    } catch (error) {
      await loop.dispose();
      throw error;
    }
    return loop;
  }

  /** The agent on its device; another one after a change of kind. */
  get learner(): Learner {
    return this.#agent.learner;
  }
  /** The hyper-parameters in force. */
  get values(): ParameterValues {
    return this.#agent.values;
  }
  /** Those in force once this step's evaluation is done. */
  get valuesToCome(): ParameterValues {
    return this.#agent.valuesToCome;
  }
  /** The programs' control inputs in force. */
  get controls(): NamedArrays {
    return this.#agent.controls;
  }
  /** Ids of the edits applied since the last step. */
  get editsHere(): readonly number[] {
    return this.#editsHere;
  }
  /** Has this step an evaluation that was not finished? Tell with `evaluated` once it is. */
  get evaluationDue(): boolean {
    return this.#evaluationDue;
  }
  /** The actions that the policy took at the newest inspection; null before the first one here. */
  get actions(): Omit<ActionHistogram, 'createdAt'> | null {
    return this.#learning.actions;
  }
  get environmentSteps(): number {
    return this.#environmentSteps;
  }
  get gradientSteps(): number {
    return this.#learning.gradientSteps;
  }

  /**
   * One environment step and, after the warm-up, one gradient step.
   * @throws NumericalFailure where a number is not finite, before anything follows from it; TrainingError
   */
  async step(listener: LoopListener): Promise<void> {
    const { task, buffer, parameters } = this.#parts;
    const step = this.#environmentSteps + 1;
    this.#start = this.#markStart();
    this.#editsHere.length = 0;
    this.#agent.moveTo(step);
    this.#observation.set(task.observation);
    const start = performance.now();
    await this.#actor.choose(step, this.#observation, this.#agent);
    const chosen = performance.now();
    this.seconds.acting += (chosen - start) / 1000;

    const result = this.#stepTask(step, listener);
    this.#environmentSteps = step;
    this.#evaluationDue = step % parameters.evaluationEvery === 0 || step === parameters.steps;
    this.seconds.physics += (performance.now() - chosen) / 1000;
    if (result !== null) {
      buffer.add(this.#transition(result));
      this.#episode.return += result.reward;
      this.#episode.length += 1;
    }

    if (step > parameters.warmUp && buffer.size > 0) await this.#learning.step(step, listener);
    if (result === null || result.terminated || result.truncated) this.#endEpisode(step, result !== null, listener);
  }

  /** The evaluation of this step is done: what was accepted while it went on is in force from now on. */
  async evaluated(): Promise<void> {
    this.#evaluationDue = false;
    await this.#putIntoForce();
  }

  /** A draft of what further edits of this step come to. Compile it, then `accept` or discard it. */
  draftEdits(): AgentDraft {
    return this.#agent.draft(this.#environmentSteps, this.#editsHere.length + this.#editsToCome.length);
  }

  /**
   * Takes a compiled draft. It is in force at once or, where this step has still to be evaluated, after that: the
   * evaluation is of the agent that did the step, and so is a checkpoint from within it.
   */
  async accept(draft: AgentDraft): Promise<void> {
    this.#editsToCome.push(...draft.edits);
    await this.#agent.accept(draft);
    if (!this.#evaluationDue) await this.#putIntoForce();
  }

  /** Changes hyper-parameters. @throws what making or compiling the agent throws; nothing is changed then */
  async applyEdit(edit: LoopEdit): Promise<void> {
    const draft = this.draftEdits();
    await draft.add(edit);
    await draft.compile();
    await this.accept(draft);
  }

  /**
   * Takes back the step that failed: everything is as it was before it, bit for bit, and may be saved.
   * @returns false, with nothing changed, where it cannot be: a program of that step has been applied already, or the
   *   simulation was not finite before it
   */
  takeBackStep(): boolean {
    const start = this.#start;
    this.#start = null;
    if (start === null || start.updatesApplied < this.#learning.updatesApplied) return false;
    if (!takeBack(start, this.#parts.task, this.#parts.buffer, this.#observation)) return false;
    restoreStreams(this.#streams, this.#parts.seed, start.streams);
    this.#environmentSteps = start.environmentSteps;
    this.#learning.takeBackTo(start.gradientSteps);
    this.#episode = start.episode;
    this.#editsHere = start.editsHere;
    this.#evaluationDue = false;
    return true;
  }

  /** Everything that a fresh loop needs to go on from here, the replay buffer apart. Call it between steps. */
  async save(): Promise<TrainingState> {
    const { task } = this.#parts;
    return {
      environmentSteps: this.#environmentSteps,
      ...this.#learning.save(),
      episode: { ...this.#episode },
      streams: saveStreams(this.#streams),
      task: task.snapshot(),
      observation: task.observation.slice(),
      values: structuredClone(this.#agent.values),
      editsHere: [...this.#editsHere],
      evaluationDue: this.#evaluationDue,
      engine: await this.#agent.learner.engine.readState(),
    };
  }

  /**
   * Puts a saved state in place of the present one; the replay buffer is restored apart.
   * @param values the hyper-parameters that the saved state was trained with
   */
  async restore(state: TrainingState, values: ParameterValues): Promise<void> {
    const { task } = this.#parts;
    await this.#agent.restore(state.engine, values, state.environmentSteps);
    restoreStreams(this.#streams, this.#parts.seed, state.streams);
    task.restore(state.task);
    if (state.observation.some((value, i) => !Object.is(value, task.observation[i]))) {
      throw new TrainingError(
        'The restored simulation shows another observation than the one stored: the task, or what simulates it, was changed since. ' +
          'The checkpoint is kept as it was. Start a new run, or go back to the version of Elbow that wrote it.',
      );
    }
    this.#learning.restore(state);
    this.#environmentSteps = state.environmentSteps;
    this.#episode = { ...state.episode };
    this.#editsHere = [...state.editsHere];
    this.#evaluationDue = state.evaluationDue;
  }

  async dispose(): Promise<void> {
    await this.#agent.dispose();
  }

  async #putIntoForce(): Promise<void> {
    this.#editsHere.push(...this.#editsToCome.splice(0));
    await this.#agent.swap(this.#environmentSteps);
  }

  #markStart(): StepStart {
    const { task, buffer } = this.#parts;
    return {
      environmentSteps: this.#environmentSteps,
      gradientSteps: this.#learning.gradientSteps,
      updatesApplied: this.#learning.updatesApplied,
      episode: { ...this.#episode },
      editsHere: [...this.#editsHere],
      streams: saveStreams(this.#streams),
      task: task.snapshot(),
      rowsAdded: buffer.rowsAdded,
    };
  }

  /** The step as a transition, in arrays that the next step overwrites. */
  #transition({ reward, terminated }: StepResult): Transition {
    const { observation: nextObservation, goal } = this.#parts.task;
    return {
      observation: this.#observation,
      action: this.#actor.action,
      reward,
      nextObservation,
      terminated,
      ...(goal === null
        ? {}
        : { goal: { achieved: goal.achieved, episodeStep: this.#episode.length, terminatedAnyway: goal.terminatedAnyway } }),
    };
  }

  /** Steps the task; null where the simulation diverged, which is no transition that could be learned from. */
  #stepTask(step: number, listener: LoopListener): StepResult | null {
    const { task } = this.#parts;
    let result: StepResult;
    try {
      result = task.step(this.#actor.action);
    } catch (error) {
      if (!(error instanceof PhysicsError) || error.code !== 'unstable') throw error;
      if (this.#episode.length === 0) {
        throw new TrainingError(
          `${error.message} That was the first step of an episode, environment step ${step}. With nothing changed it happens again: ` +
            'roll back to a checkpoint or fork from it with other settings, or start a new run with other options of the task.',
          { cause: error },
        );
      }
      listener.warning(step, `${error.message} The step was dropped and a new episode begun.`);
      return null;
    }
    const failure = taskFailure(task, result, this.#transition(result), step);
    if (failure !== null) throw failure;
    return result;
  }

  #endEpisode(step: number, isWhole: boolean, listener: LoopListener): void {
    if (isWhole) listener.metrics(step, { 'training-return': this.#episode.return, 'training-length': this.#episode.length });
    this.#episode = { return: 0, length: 0 };
    this.#parts.task.reset(this.#streams.reset);
  }
}
