// The replay buffer's memory, known before a run begins: for forms, the command line, the workstation and the trainer alike.
import type { TaskDeclaration } from './declarations.ts';
import { formatBytes } from './format.ts';
import { ParameterError, type ParameterValues } from './parameters.ts';

/** Share of a machine's memory, all of it and not only what is free now, that a replay buffer may fill: the rest is the trainer's and the system's. */
export const replayShare = 0.8;
/** Single precision. */
const bytesPerNumber = 4;

/** What decides the width of a row. */
export type TaskShapes = Pick<TaskDeclaration, 'id' | 'observation' | 'action' | 'goal'>;

/** Numbers in a row of the replay buffer. @param sizes `goalSize` is 0 where the task has no goals */
export function rowWidthOf(sizes: { observationSize: number; actionSize: number; goalSize: number }): number {
  const { observationSize, actionSize, goalSize } = sizes;
  return 2 * observationSize + actionSize + 2 + (goalSize === 0 ? 0 : goalSize + 1);
}

export interface ReplayNeed {
  /** Of one transition. */
  rowBytes: number;
  /** Of the whole buffer. */
  fullBytes: number;
  /** Of what the run's steps put into it: memory is taken only as it fills. */
  filledBytes: number;
  /** The largest `buffer-size` that fits. */
  largest: number;
  /** What it may fill of the machine's memory. */
  roomBytes: number;
}

/** @param memoryBytes all the memory that the machine has */
export function replayNeed({ observation, action, goal }: TaskShapes, values: ParameterValues, memoryBytes: number): ReplayNeed {
  const goalSize = goal?.dimensions.length ?? 0;
  const rowBytes = bytesPerNumber * rowWidthOf({ observationSize: observation.length, actionSize: action.length, goalSize });
  const [capacity, steps] = [Number(values['buffer-size']), Number(values['steps'])];
  const roomBytes = replayShare * memoryBytes;
  return {
    rowBytes,
    fullBytes: rowBytes * capacity,
    filledBytes: rowBytes * Math.min(capacity, steps),
    largest: Math.max(1, Math.floor(roomBytes / rowBytes)),
    roomBytes,
  };
}

/** @throws ParameterError where the run would fill more of the replay buffer than fits the machine */
export function checkReplayMemory(task: TaskShapes, values: ParameterValues, memoryBytes: number): void {
  const need = replayNeed(task, values, memoryBytes);
  if (!(need.filledBytes > need.roomBytes)) return;
  throw new ParameterError(
    'buffer-size',
    `buffer-size ${count(values['buffer-size'])} does not fit: in ${count(values['steps'])} steps the replay buffer fills ${describeNeed(task, need, need.filledBytes, memoryBytes)}`,
  );
}

/** What to say where the buffer as it is set would not fit, but the run does not fill it; null where it would. */
export function replayRemark(task: TaskShapes, values: ParameterValues, memoryBytes: number): string | null {
  const need = replayNeed(task, values, memoryBytes);
  if (!(need.fullBytes > need.roomBytes) || need.filledBytes > need.roomBytes) return null;
  return `The replay buffer could not be filled here: with buffer-size ${count(values['buffer-size'])} it takes ${describeNeed(task, need, need.fullBytes, memoryBytes)}. The ${count(values['steps'])} steps of this run fill ${formatBytes(need.filledBytes)} of it, so it starts; it could not be continued for long.`;
}

function describeNeed({ id }: TaskShapes, { rowBytes, largest, roomBytes }: ReplayNeed, bytes: number, memoryBytes: number): string {
  return `${formatBytes(bytes)} (${count(rowBytes)} bytes a transition of ${id}), and this machine has ${formatBytes(memoryBytes)} of memory, of which a replay buffer may fill ${100 * replayShare} %, ${formatBytes(roomBytes)}; the largest that fits is ${count(largest)} transitions`;
}

const count = (value: unknown): string => Number(value).toLocaleString('en-US');
