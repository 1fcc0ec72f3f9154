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

export interface Task {
  readonly declaration: TaskDeclaration;
  readonly simulator: Simulator;
  /** The present observation, overwritten by reset, step and restore. */
  readonly observation: Float64Array;
  reset(stream: RandomStream): void;
  /** @param action in [-1, 1] per dimension, mapped linearly onto the task's range; values outside are clipped. */
  step(action: ArrayLike<number>): StepResult;
  snapshot(): TaskSnapshot;
  restore(snapshot: TaskSnapshot): void;
  dispose(): void;
}
