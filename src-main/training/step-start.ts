// Where an environment step began: what it takes to take the step back when a number in it is not finite. Agents are not
// copied for it; an update that fails leaves them as they were.
import type { ReplayBuffer } from '../replay/replay-buffer.ts';
import type { StreamState } from '../random/stream.ts';
import type { Task, TaskSnapshot } from '../tasks/task.ts';

export interface StepStart {
  environmentSteps: number;
  gradientSteps: number;
  /** How often a program had changed the agent: where it has since, the step cannot be taken back. */
  updatesApplied: number;
  episode: { return: number; length: number };
  editsHere: number[];
  streams: Record<string, StreamState>;
  task: TaskSnapshot;
  /** Of the replay buffer. */
  rowsAdded: number;
}

/**
 * Puts task and replay buffer back to where the step began.
 * @param observation [o], what the policy saw then
 * @returns false, with nothing changed, where the simulation was not finite
 */
export function takeBack(start: StepStart, task: Task, buffer: ReplayBuffer, observation: ArrayLike<number>): boolean {
  const isFinite = [...start.task.state, ...start.task.taskState, ...Array.from(observation)].every(Number.isFinite);
  if (!isFinite) return false;
  task.restore(start.task);
  if (buffer.rowsAdded > start.rowsAdded) buffer.takeBack();
  return true;
}
