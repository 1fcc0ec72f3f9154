// What all MuJoCo tasks share: the mapping of actions, the episode's counter, its end, and snapshots. A task
// itself says how it resets, what is observed, what is rewarded and when an episode terminates.
//
// Order within a step as in Gymnasium's MujocoEnv (gymnasium/envs/mujoco/mujoco_env.py, v5 tasks): controls are
// set, MuJoCo advances by `frameSkip` steps, then observation, reward and termination are computed from what it
// left behind. The time limit truncates and never terminates; both may happen in the same step.
import type { ActionDeclaration, TaskDeclaration } from '../contract/declarations.ts';
import type { Simulator } from '../physics/simulator.ts';
import type { RandomStream } from '../random/stream.ts';
import { TaskError } from './errors.ts';
import type { StepResult, Task, TaskGoal, TaskSnapshot } from './task.ts';

/** Entries of a snapshot's taskState before the derived values. */
const HEADER = 2;

export abstract class MujocoTask implements Task {
  readonly declaration: TaskDeclaration;
  readonly simulator: Simulator;
  readonly observation: Float64Array;
  /** Action of this step in the task's own range. */
  protected readonly action: Float64Array;
  /** Derived values that the task reads again before its next step; they travel with a snapshot. */
  protected readonly derived: Float64Array;
  readonly #result: StepResult;
  readonly #centre: Float64Array;
  readonly #halfRange: Float64Array;
  #elapsedSteps = 0;
  #over = true;

  protected constructor(declaration: TaskDeclaration, simulator: Simulator, derivedCount = 0) {
    const { action, observation, rewardTerms } = declaration;
    this.declaration = declaration;
    this.simulator = simulator;
    this.observation = new Float64Array(observation.length);
    this.action = new Float64Array(action.length);
    this.derived = new Float64Array(derivedCount);
    this.#centre = Float64Array.from(action, ({ low, high }) => (low + high) / 2);
    this.#halfRange = Float64Array.from(action, ({ low, high }) => (high - low) / 2);
    this.#result = { reward: 0, terms: new Float64Array(rewardTerms.length), terminated: false, truncated: false };
    const controls = this.controlCount(action.length);
    if (simulator.counts.ctrl !== controls) {
      throw new TaskError(declaration.id, `its model has ${simulator.counts.ctrl} controls, not ${controls}`);
    }
  }

  get goal(): TaskGoal | null {
    return null;
  }
  get isSuccess(): boolean | null {
    return null;
  }

  /** Controls that the model must have: one for each action dimension, unless `act` does something else with them. */
  protected controlCount(actions: number): number {
    return actions;
  }
  /** Hands the action, in the task's own range, to the simulation. */
  protected act(action: Float64Array): void {
    this.simulator.ctrl.set(action);
  }
  /** Called after the physics of a step, before anything is read. */
  protected afterPhysics(): void {}

  /** Adds the reset's noise to the default positions and velocities, which it is given. */
  protected abstract randomise(stream: RandomStream, qpos: Float64Array, qvel: Float64Array): void;
  /** Reads the derived values that the observation or a later step needs. Called after a reset and after each step. */
  protected derive(_derived: Float64Array): void {}
  /** Remembers what the reward compares with. Called before the physics of a step. */
  protected beforePhysics(): void {}
  protected abstract observe(observation: Float64Array): void;
  /** Writes the reward terms of this step, each with its weight. Called after `observe`. */
  protected abstract reward(terms: Float64Array, terminated: boolean): void;
  protected isTerminated(): boolean {
    return false;
  }

  /** Σ a² over the action in the task's own range. */
  protected sumOfSquaredActions(): number {
    let sum = 0;
    for (const value of this.action) sum += value * value;
    return sum;
  }

  /** Simulated seconds of an environment step, to the last bit of MuJoCo's own time step. */
  protected get stepSeconds(): number {
    return this.simulator.timestep * this.declaration.frameSkip;
  }

  /** Environment steps since the reset. */
  get elapsedSteps(): number {
    return this.#elapsedSteps;
  }

  reset(stream: RandomStream): void {
    const { simulator } = this;
    simulator.reset();
    this.randomise(stream, simulator.qpos, simulator.qvel);
    this.#begin();
  }

  beginAt(qpos: ArrayLike<number>, qvel: ArrayLike<number>): void {
    const { simulator, declaration } = this;
    const { counts } = simulator;
    if (qpos.length !== counts.qpos || qvel.length !== counts.qvel) {
      const given = `${qpos.length} positions and ${qvel.length} velocities`;
      throw new TaskError(declaration.id, `its model has ${counts.qpos} positions and ${counts.qvel} velocities, not ${given}`);
    }
    simulator.reset();
    simulator.qpos.set(qpos);
    simulator.qvel.set(qvel);
    this.#begin();
  }

  step(action: ArrayLike<number>): StepResult {
    const { simulator, declaration } = this;
    if (this.#over) throw new TaskError(declaration.id, 'no episode is going on: reset it or restore a snapshot before a step');
    this.#takeAction(action);
    this.act(this.action);
    this.beforePhysics();
    try {
      simulator.step(declaration.frameSkip);
    } catch (error) {
      this.#over = true;
      throw error;
    }
    this.afterPhysics();
    this.#elapsedSteps += 1;
    this.derive(this.derived);
    this.observe(this.observation);
    const result = this.#result;
    result.terminated = this.isTerminated();
    result.truncated = this.#elapsedSteps >= declaration.timeLimit;
    this.#over = result.terminated || result.truncated;
    if (this.#over) simulator.requireNothingDropped();
    this.reward(result.terms, result.terminated);
    let sum = 0;
    for (const term of result.terms) sum += term;
    result.reward = sum;
    return result;
  }

  snapshot(): TaskSnapshot {
    const taskState = new Float64Array(HEADER + this.derived.length);
    taskState[0] = this.#elapsedSteps;
    taskState[1] = this.#over ? 1 : 0;
    taskState.set(this.derived, HEADER);
    return { state: this.simulator.saveState(), taskState };
  }

  /** @throws TaskError or PhysicsError when the snapshot is not one of this task; the task then stays as it was. */
  restore(snapshot: TaskSnapshot): void {
    const { taskState } = snapshot;
    const elapsedSteps = taskState[0] ?? NaN;
    const over = taskState[1] ?? NaN;
    const limit = this.declaration.timeLimit;
    if (taskState.length !== HEADER + this.derived.length) {
      throw this.#badSnapshot(`its task state has ${taskState.length} numbers, not ${HEADER + this.derived.length}`);
    }
    if (!Number.isInteger(elapsedSteps) || elapsedSteps < 0 || elapsedSteps > limit) {
      throw this.#badSnapshot(`its elapsed steps are ${elapsedSteps}, allowed are 0 to ${limit}`);
    }
    if (over !== 0 && over !== 1) throw this.#badSnapshot(`its end-of-episode flag is ${over}, allowed are 0 and 1`);
    if (!taskState.every((value) => Number.isFinite(value))) throw this.#badSnapshot('a derived value is not finite');
    this.simulator.restoreState(snapshot.state);
    this.#elapsedSteps = elapsedSteps;
    this.#over = over === 1;
    this.derived.set(taskState.subarray(HEADER));
    this.observe(this.observation);
  }

  dispose(): void {
    this.simulator.dispose();
  }

  #begin(): void {
    this.simulator.forward();
    this.#elapsedSteps = 0;
    this.#over = false;
    this.derive(this.derived);
    this.observe(this.observation);
  }

  #takeAction(action: ArrayLike<number>): void {
    const { id, action: dimensions } = this.declaration;
    if (action.length !== dimensions.length) {
      throw new TaskError(id, `an action has ${dimensions.length} numbers (${nameList(dimensions)}), not ${action.length}`);
    }
    for (let i = 0; i < this.action.length; i += 1) {
      const value: unknown = action[i];
      if (typeof value !== 'number' || Number.isNaN(value)) {
        throw new TaskError(id, `action ${i} (${dimensions[i]?.name}) is ${String(value)}; it must be a number from -1 to 1`);
      }
      const clipped = Math.min(1, Math.max(-1, value));
      this.action[i] = (this.#centre[i] as number) + (this.#halfRange[i] as number) * clipped;
    }
  }

  #badSnapshot(reason: string): TaskError {
    return new TaskError(this.declaration.id, `the snapshot is not one of this task: ${reason}`);
  }
}

function nameList(dimensions: readonly ActionDeclaration[]): string {
  return dimensions.map(({ name }) => name).join(', ');
}
