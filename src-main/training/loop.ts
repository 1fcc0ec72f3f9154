// The training loop: what happens within one environment step, in one fixed order. Everything here is a
// function of the configuration and the seed; wall time, storage and requests belong to the session.
import type { AgentInstance } from '../agents/agent.ts';
import { withTemperature } from '../agents/parts/temperature.ts';
import type { ActionHistogram } from '../contract/runs.ts';
import type { MetricName } from '../contract/series.ts';
import type { ParameterValues } from '../contract/parameters.ts';
import { hasNonFinite, NonFiniteError, type ProgramGiven } from '../engine/non-finite.ts';
import type { NamedArrays } from '../engine/program.ts';
import { PhysicsError } from '../physics/errors.ts';
import type { Transition } from '../replay/replay-buffer.ts';
import type { StepResult, Task } from '../tasks/task.ts';
import { programFailure, taskFailure } from './describe-failure.ts';
import { Inspector } from './inspection.ts';
import { createLearner, type Learner, type LearnerParts, makeAgent, needsRecompiling } from './learner.ts';
import { MetricWindow, windowLength } from './metric-window.ts';
import type { RunParameters } from './run-parameters.ts';
import { createEditStream, createParameterStream, createRunStreams, restoreStreams, type RunStreams, saveStreams } from './streams.ts';
import { type StepStart, takeBack } from './step-start.ts';
import { type NumericalFailure, TrainingError } from './training-error.ts';
import type { TrainingState } from './training-state.ts';

export interface LoopParts extends LearnerParts {
  task: Task;
  parameters: RunParameters;
  seed: number;
}

/** A change of hyper-parameters between two steps. */
export interface LoopEdit {
  id: number;
  changes: ParameterValues;
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
  readonly #actBatch: NamedArrays & { observation: Float32Array };
  readonly #action: Float32Array;
  readonly #observation: Float64Array;
  readonly #window = new MetricWindow();
  readonly #inspector: Inspector;
  readonly #warned = new Set<string>();
  #learner: Learner;
  #values: ParameterValues;
  #controls: NamedArrays;
  #environmentSteps = 0;
  #gradientSteps = 0;
  #episode = { return: 0, length: 0 };
  #actions: Omit<ActionHistogram, 'createdAt'> | null = null;
  /** Edits applied since the last step, by id, in order. */
  #editsHere: number[] = [];
  /** What edits have made new and `settle` is to compile. */
  #draft: { agent: AgentInstance; state: NamedArrays } | null = null;
  /** Where the newest step began, and whether it has changed the agent since. */
  #start: StepStart | null = null;

  private constructor(parts: LoopParts, values: ParameterValues, learner: Learner) {
    const { task } = parts;
    this.#parts = parts;
    this.#values = values;
    this.#learner = learner;
    this.#controls = learner.agent.controls(values, 0);
    this.#streams = createRunStreams(parts.seed);
    this.#inspector = new Inspector(parts.buffer, this.#streams.inspection);
    this.#actBatch = { observation: new Float32Array(task.observation.length) };
    this.#action = new Float32Array(task.declaration.action.length);
    this.#observation = new Float64Array(task.observation.length);
  }

  /** Compiles the agent's programs and begins the first episode, with new parameters. */
  static async create(parts: LoopParts, values: ParameterValues): Promise<TrainingLoop> {
    const agent = await makeAgent(parts, values);
    const learner = await createLearner(parts, agent, agent.initialState(createParameterStream(parts.seed)));
    const loop = new TrainingLoop(parts, values, learner);
    parts.task.reset(loop.#streams.reset);
    return loop;
  }

  /** The agent on its device; another one after a change of kind. */
  get learner(): Learner {
    return this.#learner;
  }
  /** The hyper-parameters in force. */
  get values(): ParameterValues {
    return this.#values;
  }
  /** The programs' control inputs in force. */
  get controls(): NamedArrays {
    return this.#controls;
  }
  /** Ids of the edits applied since the last step. */
  get editsHere(): readonly number[] {
    return this.#editsHere;
  }
  /** The actions that the policy took at the newest inspection; null before the first one here. */
  get actions(): Omit<ActionHistogram, 'createdAt'> | null {
    return this.#actions;
  }
  get environmentSteps(): number {
    return this.#environmentSteps;
  }
  get gradientSteps(): number {
    return this.#gradientSteps;
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
    this.#controls = this.#learner.agent.controls(this.#values, step);
    this.#observation.set(task.observation);
    await this.#chooseAction(step);

    const start = performance.now();
    const result = this.#stepTask(step, listener);
    this.#environmentSteps = step;
    this.seconds.physics += (performance.now() - start) / 1000;
    if (result !== null) {
      buffer.add(this.#transition(result));
      this.#episode.return += result.reward;
      this.#episode.length += 1;
    }

    if (step > parameters.warmUp && buffer.size > 0) await this.#learn(step, listener);
    if (result === null || result.terminated || result.truncated) this.#endEpisode(step, result !== null, listener);
  }

  /**
   * Changes hyper-parameters. Where that needs other programs, the state that still fits is kept, and what is new starts
   * from a stream of the step and the edit's place in it, so that a repetition gives the same bits. Call `settle` after the
   * last one.
   * @throws what the agent's maker throws; nothing is changed then
   */
  async applyEdit({ id, changes }: LoopEdit): Promise<void> {
    const next = { ...this.#values, ...changes };
    if (needsRecompiling(this.#parts.maker.declaration, this.#values, next)) {
      const agent = await makeAgent(this.#parts, next);
      const former = withTemperature(this.#draft?.state ?? await this.#learner.engine.readState(), this.#values, this.#environmentSteps);
      const stream = createEditStream(this.#parts.seed, this.#environmentSteps, this.#editsHere.length);
      this.#draft = { agent, state: agent.initialState(stream, former) };
    }
    this.#values = next;
    this.#editsHere.push(id);
  }

  /** Compiles what edits have made new. */
  async settle(): Promise<void> {
    const draft = this.#draft;
    if (draft !== null) await this.#replaceLearner(await createLearner(this.#parts, draft.agent, draft.state));
    this.#draft = null;
    this.#controls = this.#learner.agent.controls(this.#values, this.#environmentSteps);
  }

  /**
   * Takes back the step that failed: everything is as it was before it, bit for bit, and may be saved.
   * @returns false, with nothing changed, where it cannot be: a program of that step has been applied already, or the
   *   simulation was not finite before it
   */
  takeBackStep(): boolean {
    const start = this.#start;
    this.#start = null;
    if (start === null || !takeBack(start, this.#parts.task, this.#parts.buffer, this.#observation)) return false;
    restoreStreams(this.#streams, this.#parts.seed, start.streams);
    this.#environmentSteps = start.environmentSteps;
    this.#gradientSteps = start.gradientSteps;
    this.#episode = start.episode;
    this.#editsHere = start.editsHere;
    return true;
  }

  /** Everything that a fresh loop needs to go on from here, the replay buffer apart. Call it between steps. */
  async save(): Promise<TrainingState> {
    const { task } = this.#parts;
    return {
      environmentSteps: this.#environmentSteps,
      gradientSteps: this.#gradientSteps,
      episode: { ...this.#episode },
      streams: saveStreams(this.#streams),
      task: task.snapshot(),
      observation: task.observation.slice(),
      window: this.#window.save(),
      values: structuredClone(this.#values),
      editsHere: [...this.#editsHere],
      inspection: this.#inspector.save(),
      engine: await this.#learner.engine.readState(),
    };
  }

  /**
   * Puts a saved state in place of the present one; the replay buffer is restored apart.
   * @param values the hyper-parameters that the saved state was trained with
   */
  async restore(state: TrainingState, values: ParameterValues): Promise<void> {
    const { task } = this.#parts;
    if (needsRecompiling(this.#parts.maker.declaration, this.#values, values)) {
      await this.#replaceLearner(await createLearner(this.#parts, await makeAgent(this.#parts, values), state.engine));
    } else {
      await this.#learner.engine.writeState(state.engine);
    }
    this.#values = values;
    this.#controls = this.#learner.agent.controls(values, state.environmentSteps);
    restoreStreams(this.#streams, this.#parts.seed, state.streams);
    this.#inspector.restore(state.inspection);
    task.restore(state.task);
    if (state.observation.some((value, i) => !Object.is(value, task.observation[i]))) {
      throw new TrainingError('the restored simulation shows another observation than the one stored: was the task changed since?');
    }
    this.#window.restore(state.window);
    this.#environmentSteps = state.environmentSteps;
    this.#gradientSteps = state.gradientSteps;
    this.#episode = { ...state.episode };
    this.#editsHere = [...state.editsHere];
  }

  async dispose(): Promise<void> {
    await this.#learner.engine.dispose();
  }

  async #replaceLearner(learner: Learner): Promise<void> {
    await this.#learner.engine.dispose();
    this.#learner = learner;
  }

  /** Uniform in the warm-up, unless the policy acts in it; then sampled from the newest policy. */
  async #chooseAction(step: number): Promise<void> {
    const start = performance.now();
    const { exploration } = this.#streams;
    const { warmUp, hasUniformWarmUp } = this.#parts.parameters;
    if (hasUniformWarmUp && step <= warmUp) {
      for (let i = 0; i < this.#action.length; i += 1) this.#action[i] = 2 * exploration.uniform() - 1;
    } else {
      this.#actBatch.observation.set(this.#observation);
      const { program, noise } = this.#learner.act;
      for (const name in noise) exploration.fillNormal(noise[name] as Float32Array);
      const given = { batch: this.#actBatch, noise, controls: this.#controls };
      const diagnostics = await program.run(given);
      if (hasNonFinite(diagnostics)) throw await this.#actingFailure(given, diagnostics, step);
      this.#action.set(diagnostics['action'] as Float32Array);
    }
    this.seconds.acting += (performance.now() - start) / 1000;
  }

  async #actingFailure(given: ProgramGiven, diagnostics: NamedArrays, step: number): Promise<NumericalFailure> {
    const { agent, engine } = this.#learner;
    const state = await engine.readState();
    return programFailure(new NonFiniteError(agent.act, agent.stateShapes, { given, diagnostics, state, next: {} }), step, 'the step was not taken');
  }

  #markStart(): StepStart {
    const { task, buffer } = this.#parts;
    return {
      environmentSteps: this.#environmentSteps,
      gradientSteps: this.#gradientSteps,
      episode: { ...this.#episode },
      editsHere: [...this.#editsHere],
      streams: saveStreams(this.#streams),
      task: task.snapshot(),
      rowsAdded: buffer.rowsAdded,
      hasLearned: false,
    };
  }

  /** The step as a transition, in arrays that the next step overwrites. */
  #transition({ reward, terminated }: StepResult): Transition {
    const { observation: nextObservation, goal } = this.#parts.task;
    return {
      observation: this.#observation, action: this.#action, reward, nextObservation, terminated,
      ...(goal === null ? {} : { goal: { achieved: goal.achieved, episodeStep: this.#episode.length } }),
    };
  }

  /** Steps the task; null where the simulation diverged, which is no transition that could be learned from. */
  #stepTask(step: number, listener: LoopListener): StepResult | null {
    const { task } = this.#parts;
    let result: StepResult;
    try {
      result = task.step(this.#action);
    } catch (error) {
      if (!(error instanceof PhysicsError) || error.code !== 'unstable') throw error;
      if (this.#episode.length === 0) {
        throw new TrainingError(`${error.message} That was the first step of an episode, environment step ${step}.`, { cause: error });
      }
      listener.warning(step, `${error.message} The step was dropped and a new episode begun.`);
      return null;
    }
    const failure = taskFailure(task, result, this.#transition(result), step);
    if (failure !== null) throw failure;
    return result;
  }

  /** One gradient step: every program whose turn it is, in the agent's order. */
  async #learn(step: number, listener: LoopListener): Promise<void> {
    const { buffer } = this.#parts;
    this.#gradientSteps += 1;
    for (const { declaration, program, batch, noise } of this.#learner.updates) {
      if (!declaration.isDue(this.#gradientSteps) || buffer.size <= (declaration.waitsFor ?? 0)) continue;
      const start = performance.now();
      if (batch !== null) buffer.sample(batch, this.#streams.replay);
      for (const name in noise) this.#streams.updates.fillNormal(noise[name] as Float32Array);
      const sampled = performance.now();
      const diagnostics = await program.run({ batch: batch ?? {}, noise, controls: this.#controls }).catch((error: unknown) => {
        throw error instanceof NonFiniteError ? programFailure(error, step, 'the update was not applied') : error;
      });
      if (this.#start !== null) this.#start.hasLearned = true;
      this.seconds.sampling += (sampled - start) / 1000;
      this.seconds.updates += (performance.now() - sampled) / 1000;
      this.#window.add(program.name, diagnostics);
    }
    if (this.#gradientSteps % windowLength === 0) await this.#record(step, listener);
  }

  /** Figures that no update has: they are worked out at a window's end. */
  async #inspect(step: number): Promise<Partial<Record<MetricName, number>>> {
    const start = performance.now();
    const { metrics, actions } = await this.#inspector.look(this.#learner.inspection, this.#controls);
    this.#actions = { step, ...actions };
    this.seconds.inspection += (performance.now() - start) / 1000;
    return metrics;
  }

  /** Tells the window's means, what an inspection finds and, once for each, what the agent finds wrong with the means. */
  async #record(step: number, listener: LoopListener): Promise<void> {
    const inspected = await this.#inspect(step);
    const means = this.#window.take();
    listener.metrics(step, { ...means, ...inspected });
    const warning = this.#learner.agent.warning?.(means) ?? null;
    if (warning === null || this.#warned.has(warning)) return;
    this.#warned.add(warning);
    listener.warning(step, warning);
  }

  #endEpisode(step: number, isWhole: boolean, listener: LoopListener): void {
    if (isWhole) listener.metrics(step, { 'training-return': this.#episode.return, 'training-length': this.#episode.length });
    this.#episode = { return: 0, length: 0 };
    this.#parts.task.reset(this.#streams.reset);
  }
}
