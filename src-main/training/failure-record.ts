// A file to look at a numerical failure with, in the run's folder: JSON Lines. The first line is the failure itself, then
// a line for each of the last transitions, oldest first, one for the transition that was refused, and one for each tensor
// that the program at fault was given. docs/failures.md describes every field.
import { join } from 'node:path';
import type { NonFiniteError } from '../engine/non-finite.ts';
import type { ReplayBuffer, Transition } from '../replay/replay-buffer.ts';
import type { Task } from '../tasks/task.ts';
import { type FileSystem, syncFolder, writeWhole } from './checkpoint/durable-files.ts';
import type { NumericalFailure } from './training-error.ts';

export const failuresFolder = 'failures';
/** Transitions that are kept. */
export const keptTransitions = 100;

export interface FailureRecord {
  /** The run's folder. */
  folder: string;
  fs: FileSystem;
  run: string;
  attempt: number;
  task: Task;
  buffer: ReplayBuffer;
  failure: NumericalFailure;
}

/**
 * Call it before the failed step is taken back, so that its own transition is among them.
 * @returns the file, relative to the run's folder
 * @throws the file system's error
 */
export function writeFailureRecord(record: FailureRecord): string {
  const { folder, fs, attempt, failure } = record;
  const path = `${failuresFolder}/step-${failure.step}-attempt-${attempt}.jsonl`;
  const text = [...linesOf(record)].map((line) => `${JSON.stringify(line, withoutLoss)}\n`).join('');
  fs.mkdirSync(join(folder, failuresFolder), { recursive: true });
  writeWhole(fs, join(folder, path), Buffer.from(text));
  syncFolder(fs, join(folder, failuresFolder));
  return path;
}

function* linesOf({ run, attempt, task, buffer, failure }: FailureRecord): Generator<object> {
  const {
    what,
    step,
    message,
    evidence: { program, refused },
  } = failure;
  const { observation, action, id } = task.declaration;
  const from = Math.max(buffer.firstRow, buffer.rowsAdded - keptTransitions);
  yield {
    kind: 'failure',
    format: 1,
    run,
    attempt,
    step,
    what,
    message,
    task: id,
    observation: observation.map(({ name }) => name),
    action: action.map(({ name }) => name),
    program: program?.program ?? null,
    computed: program?.computed ?? [],
    given: program?.given ?? [],
  };
  const rows = buffer.copyRows(from, buffer.rowsAdded);
  for (let row = from; row < buffer.rowsAdded; row += 1) {
    yield { kind: 'transition', row, ...unpack(rows.subarray((row - from) * buffer.rowWidth), buffer) };
  }
  if (refused !== null) yield { kind: 'refused', ...listed(refused) };
  if (program !== null) yield* inputsOf(program);
}

function* inputsOf({ inputs, signature }: NonFiniteError): Generator<object> {
  for (const group of ['batch', 'noise', 'controls'] as const) {
    for (const [name, values] of Object.entries(inputs[group]))
      yield { kind: 'input', group, name, shape: signature[group][name] ?? [values.length], values: [...values] };
  }
}

/** A row of the replay buffer. */
function unpack(row: Float32Array, { observationSize: o, actionSize: a, rowWidth, hindsight }: ReplayBuffer): object {
  return listed({
    observation: row.subarray(0, o),
    action: row.subarray(o, o + a),
    reward: row[o + a] as number,
    nextObservation: row.subarray(o + a + 1, 2 * o + a + 1),
    terminated: row[2 * o + a + 1] !== 0,
    ...(hindsight === null
      ? {}
      : { goal: { achieved: row.subarray(2 * o + a + 2, rowWidth - 1), episodeStep: row[rowWidth - 1] as number } }),
  });
}

function listed({ observation, action, reward, nextObservation, terminated, goal }: Transition): object {
  const achieved = goal === undefined ? {} : { achievedGoal: Array.from(goal.achieved), episodeStep: goal.episodeStep };
  return {
    observation: Array.from(observation),
    action: Array.from(action),
    reward,
    nextObservation: Array.from(nextObservation),
    terminated,
    ...achieved,
  };
}

/** JSON has no such numbers: they are written as the texts "NaN", "Infinity" and "-Infinity". */
function withoutLoss(_: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
}
