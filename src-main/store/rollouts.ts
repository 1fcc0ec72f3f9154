// Rollouts: recorded episodes, one row a column, each a fixed-stride blob.
import { columnNames, type ColumnName, type Rollout, type RolloutColumn } from '../contract/series.ts';
import type { RolloutInput, RolloutsApi } from './api.ts';
import { checkChoice, checkFinite, checkInteger, refuse } from './checks.ts';
import { fromJson, toBlob, toFloat32, toFloat64, toUint8 } from './columns.ts';
import type { Connection } from './connection.ts';
import { StoreError } from './errors.ts';

type Data = RolloutColumn['data'];
const readers = { float64: toFloat64, float32: toFloat32, uint8: toUint8 } as const;
type ColumnType = keyof typeof readers;

/** These hold the state before the first step too (contract's RolloutColumn). */
const stateColumns: readonly ColumnName[] = ['qpos', 'qvel', 'mocap'];

export class Rollouts implements RolloutsApi {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  get(id: number): Rollout {
    return this.#connection.read(() => {
      type Row = Omit<Rollout, 'terminated' | 'truncated' | 'rewardTerms' | 'initialState' | 'initialTaskState' | 'columns'> & {
        terminated: number;
        truncated: number;
        terms: string;
        initial: Buffer;
        initialTask: Buffer;
      };
      const row = this.#connection.get<Row>(
        `SELECT rollouts.id, run, runs.task, attempt, step, episode, return, length, terminated, truncated, model_hash AS modelHash,
           step_seconds AS stepSeconds, reward_terms AS terms, initial_state AS initial, initial_task_state AS initialTask
         FROM rollouts JOIN evaluations ON evaluations.id = evaluation JOIN runs ON runs.id = run WHERE rollouts.id = ?`,
        id,
      );
      if (!row)
        throw new StoreError(
          'not-found',
          `There is no rollout ${id} in ${this.#connection.dataDirectory}. Its run may have been deleted for good.`,
        );
      const { terms, initial, initialTask, terminated, truncated, ...same } = row;
      const columns = this.#connection.all<{ name: ColumnName; width: number; type: ColumnType; data: Buffer }>(
        'SELECT name, width, type, data FROM rollout_columns WHERE rollout = ? ORDER BY position',
        id,
      );
      return {
        ...same,
        terminated: terminated === 1,
        truncated: truncated === 1,
        // Written by insertRollout alone.
        rewardTerms: fromJson(terms) as string[],
        initialState: toFloat64(initial),
        initialTaskState: toFloat64(initialTask),
        columns: columns.map(({ name, width, type, data }) => ({ name, width, data: readers[type](data) })),
      };
    });
  }
}

/** @throws StoreError invalid, naming the column */
export function checkRollout(rollout: RolloutInput): void {
  checkInteger('episode', rollout.episode);
  checkInteger('length', rollout.length, 1);
  checkFinite('return', rollout.return);
  checkFinite('stepSeconds', rollout.stepSeconds);
  checkChoice('kind', rollout.kind, ['best', 'median', 'worst', 'extra']);
  if (!/^[0-9a-f]{64}$/.test(rollout.modelHash)) refuse('modelHash', 'a SHA-256 in 64 hexadecimal digits', rollout.modelHash);
  const seen = new Set<string>();
  for (const { name, width, data } of rollout.columns) {
    checkChoice("a column's name", name, columnNames);
    if (seen.has(name)) refuse('columns', 'without repetition', name);
    seen.add(name);
    checkInteger(`the width of column ${name}`, width);
    typeOf(name, data);
    const rows = rollout.length + (stateColumns.includes(name) ? 1 : 0);
    if (data.length !== rows * width) {
      refuse(
        `column ${name}`,
        `${rows} rows of ${width}, that is ${rows * width} numbers, for an episode of ${rollout.length} steps`,
        data.length,
      );
    }
  }
}

function typeOf(name: string, data: Data): ColumnType {
  if (data instanceof Float64Array) return 'float64';
  if (data instanceof Float32Array) return 'float32';
  if (data instanceof Uint8Array) return 'uint8';
  return refuse(`column ${name}`, 'a Float64Array, Float32Array or Uint8Array', typeof data);
}

/** Within a write, after checkRollout. Returns the bytes of its blobs. */
export function insertRollout(connection: Connection, evaluation: number, rollout: RolloutInput): number {
  const { id } = connection.run(
    `INSERT INTO rollouts (evaluation, episode, kind, return, length, terminated, truncated, model_hash, step_seconds, reward_terms,
       initial_state, initial_task_state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    evaluation,
    rollout.episode,
    rollout.kind,
    rollout.return,
    rollout.length,
    Number(rollout.terminated),
    Number(rollout.truncated),
    rollout.modelHash,
    rollout.stepSeconds,
    JSON.stringify(rollout.rewardTerms),
    toBlob(rollout.initialState),
    toBlob(rollout.initialTaskState),
  );
  let bytes = rollout.initialState.byteLength + rollout.initialTaskState.byteLength;
  rollout.columns.forEach(({ name, width, data }, position) => {
    connection.run(
      'INSERT INTO rollout_columns (rollout, position, name, width, type, data) VALUES (?, ?, ?, ?, ?, ?)',
      id,
      position,
      name,
      width,
      typeOf(name, data),
      toBlob(data),
    );
    bytes += data.byteLength;
  });
  return bytes;
}
