// The training loop: what happens within one environment step, in one fixed order. Everything here is a
// function of the configuration and the seed; wall time, storage and requests belong to the session.
import type { MetricName } from '../contract/series.ts';
import type { AgentInstance } from '../agents/agent.ts';
import type { Engine, NamedArrays, Program } from '../engine/program.ts';
import { PhysicsError } from '../physics/errors.ts';
import type { ReplayBatch, ReplayBuffer } from '../replay/replay-buffer.ts';
import type { StepResult, Task } from '../tasks/task.ts';
import { MetricWindow, windowLength } from './metric-window.ts';
import type { RunParameters } from './run-parameters.ts';
import { createParameterStream, createRunStreams, restoreStreams, type RunStreams, saveStreams } from './streams.ts';
import { requireFinite, TrainingError } from './training-error.ts';
import type { TrainingState } from './training-state.ts';

export interface LoopParts {
  task: Task;
  engine: Engine;
  agent: AgentInstance;
  buffer: ReplayBuffer;
  parameters: RunParameters;
  seed: number;
  controls: NamedArrays;
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
}

interface PreparedUpdate {
  program: Program;
  every: number;
  batch: ReplayBatch;
  noise: NamedArrays;
}

export class TrainingLoop {
  readonly seconds: Stopwatch = { acting: 0, physics: 0, sampling: 0, updates: 0 };
  readonly #parts: LoopParts;
  readonly #streams: RunStreams;
  readonly #updates: PreparedUpdate[];
  readonly #act: Program;
  readonly #actBatch: NamedArrays & { observation: Float32Array };
  readonly #actNoise: NamedArrays;
  readonly #action: Float32Array;
  readonly #observation: Float64Array;
  readonly #window = new MetricWindow();
  readonly #warned = new Set<string>();
  #environmentSteps = 0;
  #gradientSteps = 0;
  #episode = { return: 0, length: 0 };

  private constructor(parts: LoopParts, act: Program, updates: PreparedUpdate[]) {
    const { task, agent } = parts;
    this.#parts = parts;
    this.#streams = createRunStreams(parts.seed);
    this.#updates = updates;
    this.#act = act;
    this.#actBatch = { observation: new Float32Array(task.observation.length) };
    this.#actNoise = allocate(agent.act.signature.noise);
    this.#action = new Float32Array(task.declaration.action.length);
    this.#observation = new Float64Array(task.observation.length);
  }

  /** Compiles the agent's programs and begins the first episode, with new parameters. */
  static async create(parts: LoopParts): Promise<TrainingLoop> {
    const { agent, engine, buffer, task } = parts;
    const updates: PreparedUpdate[] = [];
    for (const declaration of agent.updates) {
      updates.push({
        program: await engine.compile(declaration),
        every: declaration.every,
        batch: buffer.createBatch(declaration.batchSize),
        noise: allocate(declaration.signature.noise),
      });
    }
    const loop = new TrainingLoop(parts, await engine.compile(agent.act), updates);
    await engine.writeState(agent.initialState(createParameterStream(parts.seed)));
    task.reset(loop.#streams.reset);
    return loop;
  }

  get environmentSteps(): number {
    return this.#environmentSteps;
  }
  get gradientSteps(): number {
    return this.#gradientSteps;
  }

  /** One environment step and, after the warm-up, one gradient step. @throws TrainingError */
  async step(listener: LoopListener): Promise<void> {
    const { task, buffer, parameters } = this.#parts;
    const step = this.#environmentSteps + 1;
    this.#observation.set(task.observation);
    await this.#chooseAction(step);

    const start = performance.now();
    const result = this.#stepTask(step, listener);
    this.#environmentSteps = step;
    this.seconds.physics += (performance.now() - start) / 1000;
    if (result !== null) {
      buffer.add({
        observation: this.#observation,
        action: this.#action,
        reward: result.reward,
        nextObservation: task.observation,
        terminated: result.terminated,
      });
      this.#episode.return += result.reward;
      this.#episode.length += 1;
    }

    if (step > parameters.warmUp && buffer.size > 0) await this.#learn(step, listener);
    if (result === null || result.terminated || result.truncated) this.#endEpisode(step, result !== null, listener);
  }

  /** Everything that a fresh loop needs to go on from here, the replay buffer apart. Call it between steps. */
  async save(): Promise<TrainingState> {
    const { task, engine, controls } = this.#parts;
    return {
      environmentSteps: this.#environmentSteps,
      gradientSteps: this.#gradientSteps,
      episode: { ...this.#episode },
      streams: saveStreams(this.#streams),
      task: task.snapshot(),
      observation: task.observation.slice(),
      window: this.#window.save(),
      controls: structuredClone(controls),
      engine: await engine.readState(),
    };
  }

  /** Puts a saved state in place of the present one; the replay buffer is restored apart. */
  async restore(state: TrainingState): Promise<void> {
    const { task, engine, controls } = this.#parts;
    await engine.writeState(state.engine);
    restoreStreams(this.#streams, state.streams);
    task.restore(state.task);
    if (state.observation.some((value, i) => !Object.is(value, task.observation[i]))) {
      throw new TrainingError('the restored simulation shows another observation than the one stored: was the task changed since?');
    }
    this.#window.restore(state.window);
    Object.assign(controls, state.controls);
    this.#environmentSteps = state.environmentSteps;
    this.#gradientSteps = state.gradientSteps;
    this.#episode = { ...state.episode };
  }

  /** Uniform in the warm-up, then sampled from the newest policy. */
  async #chooseAction(step: number): Promise<void> {
    const start = performance.now();
    const { exploration } = this.#streams;
    if (step <= this.#parts.parameters.warmUp) {
      for (let i = 0; i < this.#action.length; i += 1) this.#action[i] = 2 * exploration.uniform() - 1;
    } else {
      this.#actBatch.observation.set(this.#observation);
      for (const name in this.#actNoise) exploration.fillNormal(this.#actNoise[name] as Float32Array);
      const { action } = await this.#act.run({ batch: this.#actBatch, noise: this.#actNoise, controls: this.#parts.controls });
      this.#action.set(action as Float32Array);
      for (const value of this.#action) requireFinite(value, () => "the policy's action", step);
    }
    this.seconds.acting += (performance.now() - start) / 1000;
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
    requireFinite(result.reward, () => 'the reward', step);
    for (let i = 0; i < task.observation.length; i += 1) {
      requireFinite(task.observation[i] as number, () => `the observation "${task.declaration.observation[i]?.name}"`, step);
    }
    return result;
  }

  /** One gradient step: every program whose turn it is, in the agent's order. */
  async #learn(step: number, listener: LoopListener): Promise<void> {
    const { buffer, controls } = this.#parts;
    this.#gradientSteps += 1;
    for (const { program, every, batch, noise } of this.#updates) {
      if (this.#gradientSteps % every !== 0) continue;
      const start = performance.now();
      buffer.sample(batch, this.#streams.replay);
      for (const name in noise) this.#streams.updates.fillNormal(noise[name] as Float32Array);
      const sampled = performance.now();
      const diagnostics = await program.run({ batch, noise, controls });
      this.seconds.sampling += (sampled - start) / 1000;
      this.seconds.updates += (performance.now() - sampled) / 1000;
      for (const name in diagnostics) {
        for (const value of diagnostics[name] as Float32Array) requireFinite(value, () => `${name} of the ${program.name} update`, step);
      }
      this.#window.add(program.name, diagnostics);
    }
    if (this.#gradientSteps % windowLength === 0) this.#record(step, listener);
  }

  /** Tells the window's means and, once for each, what the agent finds wrong with them. */
  #record(step: number, listener: LoopListener): void {
    const means = this.#window.take();
    listener.metrics(step, means);
    const warning = this.#parts.agent.warning?.(means) ?? null;
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

function allocate(shapes: Readonly<Record<string, readonly number[]>>): NamedArrays {
  return Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [name, new Float32Array(shape.reduce((size, length) => size * length, 1))]),
  );
}
