// What a task is: observation, reward terms, termination and reset over a MuJoCo simulation.
import type { TaskDeclaration } from '../contract/declarations.ts';
import type { Simulator } from '../physics/simulator.ts';
import type { RandomStream } from '../random/stream.ts';

/** What one environment step gave. The object and its arrays are reused by the next step. */
export interface StepResult {
  /** Sum of the terms. */
  reward: number;
  /** One number per declared reward term, its weight included. */
  terms: Float64Array;
  /** The episode really ended: no value follows. */
  terminated: boolean;
  /** The time limit cut it: a value follows. May coincide with terminated. */
  truncated: boolean;
}

/** Everything needed to continue an episode bit for bit, also in a fresh MuJoCo instance. */
export interface TaskSnapshot {
  /** MuJoCo's integration state (mjSTATE_INTEGRATION). */
  state: Float64Array;
  /** The episode's counters and the derived values that the task reads before its next step. */
  taskState: Float64Array;
}

/** The goals of a goal task. The arrays are overwritten by reset, step and restore. */
export interface TaskGoal {
  /** [g], what the present state achieves. */
  readonly achieved: Float64Array;
  /** [g], what this episode asks for; also the last g numbers of the observation. */
  readonly desired: Float64Array;
  /** The reward of a step that led to `achieved` where `desired` was asked for. It depends on nothing else, so that a step can be judged by another goal. */
  reward(achieved: ArrayLike<number>, desired: ArrayLike<number>): number;
  /** Does a step that led to `achieved` where `desired` was asked for end the episode because of them? null where a goal never does. */
  readonly terminates: ((achieved: ArrayLike<number>, desired: ArrayLike<number>) => boolean) | null;
  /** Did the newest step terminate for a reason that stands whatever goal is asked for? */
  readonly terminatedAnyway: boolean;
}

export interface Task {
  readonly declaration: TaskDeclaration;
  readonly simulator: Simulator;
  /** The present observation, overwritten by reset, step and restore. */
  readonly observation: Float64Array;
  /** null where the task has no goals. */
  readonly goal: TaskGoal | null;
  /** Is the present state what the declaration's `success` says? null where it says nothing. */
  readonly isSuccess: boolean | null;
  reset(stream: RandomStream): void;
  /**
   * Begins an episode at these positions and velocities, as Gymnasium's set_state does after a reset; the model's other
   * state is the default one.
   * @throws TaskError when they are not as many as the model has.
   */
  beginAt(qpos: ArrayLike<number>, qvel: ArrayLike<number>): void;
  /** @param action in [-1, 1] per dimension, mapped linearly onto the task's range; values outside are clipped. */
  step(action: ArrayLike<number>): StepResult;
  snapshot(): TaskSnapshot;
  restore(snapshot: TaskSnapshot): void;
  dispose(): void;
}
