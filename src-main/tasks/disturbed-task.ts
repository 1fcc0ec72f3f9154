// A task whose actions arrive noisy or late, or whose observation is noisy: a wrapper around any task.
import type { TaskDeclaration } from '../contract/declarations.ts';
import type { Simulator } from '../physics/simulator.ts';
import { createStream, type RandomStream } from '../random/stream.ts';
import { TaskError } from './errors.ts';
import type { StepResult, Task, TaskGoal, TaskSnapshot } from './task.ts';

export interface Disturbance {
  /** Standard deviation, in the agent's range of −1 to 1. */
  actionNoise: number;
  /** Environment steps. */
  actionDelay: number;
  /** Standard deviation, in each number's own unit. */
  observationNoise: number;
}

/** Numbers in a snapshot for the stream: four words, whether a normal is held, and that normal. */
const STREAM = 6;

export class DisturbedTask implements Task {
  readonly observation: Float64Array;
  readonly #task: Task;
  readonly #disturbance: Disturbance;
  readonly #stream = createStream(0, 'disturbance');
  /** Actions on their way, the next to arrive first. */
  readonly #waiting: Float64Array[];
  readonly #arriving: Float64Array;

  constructor(task: Task, disturbance: Disturbance) {
    const { action } = task.declaration;
    this.#task = task;
    this.#disturbance = disturbance;
    this.observation = new Float64Array(task.observation.length);
    this.#waiting = Array.from({ length: disturbance.actionDelay }, () => new Float64Array(action.length));
    this.#arriving = new Float64Array(action.length);
  }

  get declaration(): TaskDeclaration {
    return this.#task.declaration;
  }
  get simulator(): Simulator {
    return this.#task.simulator;
  }
  get goal(): TaskGoal | null {
    return this.#task.goal;
  }
  get isSuccess(): boolean | null {
    return this.#task.isSuccess;
  }

  /** The disturbance's own stream is seeded from the reset's, so that an episode repeats with its seed. */
  reset(stream: RandomStream): void {
    this.#task.reset(stream);
    this.#begin(stream.integer(2 ** 32));
  }

  beginAt(qpos: ArrayLike<number>, qvel: ArrayLike<number>): void {
    this.#task.beginAt(qpos, qvel);
    this.#begin(0);
  }

  step(action: ArrayLike<number>): StepResult {
    const { actionNoise, actionDelay } = this.#disturbance;
    const { length } = this.#arriving;
    // What is no action is refused by the task itself, before anything has changed.
    if (action.length !== length || !Array.from(action).every((value) => typeof value === 'number' && !Number.isNaN(value))) {
      return this.#task.step(action);
    }
    const oldest = this.#waiting[0];
    for (let i = 0; i < length; i += 1) {
      const intended = actionDelay === 0 ? (action[i] as number) : (oldest?.[i] as number);
      this.#arriving[i] = actionNoise === 0 ? intended : Math.min(1, Math.max(-1, intended)) + actionNoise * this.#stream.normal();
    }
    const result = this.#task.step(this.#arriving);
    if (oldest !== undefined) {
      this.#waiting.shift();
      oldest.set(action);
      this.#waiting.push(oldest);
    }
    this.#observe();
    return result;
  }

  snapshot(): TaskSnapshot {
    const { state, taskState } = this.#task.snapshot();
    const { words, spareNormal } = this.#stream.save();
    const own = [
      ...words,
      spareNormal === null ? 0 : 1,
      spareNormal ?? 0,
      ...this.#waiting.flatMap((action) => [...action]),
      ...this.observation,
    ];
    return { state, taskState: Float64Array.from([...taskState, ...own]) };
  }

  /** @throws TaskError or PhysicsError when the snapshot is not one of this task; the task then stays as it was. */
  restore({ state, taskState }: TaskSnapshot): void {
    const { length } = this.#arriving;
    const ownCount = STREAM + this.#waiting.length * length + this.observation.length;
    const own = taskState.subarray(Math.max(0, taskState.length - ownCount));
    if (own.length < ownCount || !own.every((value) => Number.isFinite(value))) {
      throw new TaskError(
        this.declaration.id,
        `the snapshot is not one of this task with its noise and delay: it lacks their ${ownCount} numbers`,
      );
    }
    this.#task.restore({ state, taskState: taskState.slice(0, taskState.length - ownCount) });
    this.#stream.restore({ words: [...own.subarray(0, 4)], spareNormal: own[4] === 1 ? (own[5] as number) : null });
    this.#waiting.forEach((action, k) => action.set(own.subarray(STREAM + k * length, STREAM + (k + 1) * length)));
    this.observation.set(own.subarray(ownCount - this.observation.length));
  }

  dispose(): void {
    this.#task.dispose();
  }

  #begin(seed: number): void {
    this.#stream.restore(createStream(seed, 'disturbance').save());
    for (const action of this.#waiting) action.fill(0);
    this.#observe();
  }

  // The desired goal, at the observation's end, is what was asked for: no sensor reads it.
  #observe(): void {
    const { observationNoise } = this.#disturbance;
    this.observation.set(this.#task.observation);
    if (observationNoise === 0) return;
    const measured = this.observation.length - (this.goal?.desired.length ?? 0);
    for (let i = 0; i < measured; i += 1) this.observation[i] = (this.observation[i] as number) + observationNoise * this.#stream.normal();
  }
}
