// Rollouts: recorded episodes. Their columns are one packed piece; schemas 1 to 3 wrote a row a column, as it was.
import { columnNames, type ColumnName, type Rollout, type RolloutColumn } from '../contract/series.ts';
import type { RolloutInput, RolloutsApi } from './api.ts';
import { checkChoice, checkFinite, checkInteger, refuse } from './checks.ts';
import { fromJson, toBlob, toFloat32, toFloat64, toUint8 } from './columns.ts';
import type { Connection } from './connection.ts';
import { currentEvaluations } from './current-rows.ts';
import { StoreError } from './errors.ts';
import { bytesInFile } from './packing.ts';
import { type PackedColumns, unpackColumns } from './rollout-data.ts';

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
        isThinned: number;
      };
      const row = this.#connection.get<Row>(
        `SELECT rollouts.id, run, runs.task, attempt, step, episode, return, length, terminated, truncated, model_hash AS modelHash,
           step_seconds AS stepSeconds, reward_terms AS terms, initial_state AS initial, initial_task_state AS initialTask,
           thinned_at IS NOT NULL AS isThinned
         FROM rollouts JOIN evaluations ON evaluations.id = evaluation JOIN runs ON runs.id = run WHERE rollouts.id = ?`,
        id,
      );
      if (!row)
        throw new StoreError(
          'not-found',
          `There is no rollout ${id} in ${this.#connection.dataDirectory}. Its run may have been deleted for good.`,
        );
      const { terms, initial, initialTask, terminated, truncated, isThinned, ...same } = row;
      if (isThinned === 1) throw this.#thinned(row.run, row.step, row.episode);
      return {
        ...same,
        terminated: terminated === 1,
        truncated: truncated === 1,
        // Written by insertRollout alone.
        rewardTerms: fromJson(terms) as string[],
        initialState: toFloat64(initial),
        initialTaskState: toFloat64(initialTask),
        columns: readColumns(this.#connection, id),
      };
    });
  }

  /** Says which step has a recorded episode nearest to it. */
  #thinned(run: string, step: number, episode: number): StoreError {
    const nearest = this.#connection.get<{ step: number }>(
      `SELECT step FROM ${currentEvaluations} AS evaluations JOIN rollouts ON evaluation = evaluations.id
       WHERE run = ? AND thinned_at IS NULL ORDER BY abs(step - ?), step LIMIT 1`,
      run,
      step,
    )?.step;
    const hasPolicy = this.#connection.get(
      `SELECT 1 FROM ${currentEvaluations} AS evaluations JOIN evaluation_models ON evaluation = evaluations.id
       WHERE run = ? AND step = ? AND kind = 'policy'`,
      run,
      step,
    );
    const parts = [
      `The recording of episode ${episode + 1} at step ${step.toLocaleString('en-US')} of run ${run} was thinned, so that the run keeps within its budget; its return is kept.`,
      nearest === undefined
        ? 'No other episode of this run is recorded.'
        : `The nearest recorded ones: step ${nearest.toLocaleString('en-US')}.`,
      ...(hasPolicy === undefined ? [] : [`Its policy is kept and can be run again: npm run runs -- evaluate ${run} --step ${step}`]),
    ];
    return new StoreError('not-found', parts.join(' '));
  }
}

/** As they are stored, by this or an earlier schema. */
export function readColumns(connection: Connection, rollout: number): RolloutColumn[] {
  const packed = connection.get<{ layout: string; data: Buffer }>('SELECT layout, data FROM rollout_data WHERE rollout = ?', rollout);
  if (packed) return unpackColumns(packed);
  return connection
    .all<{ name: ColumnName; width: number; type: ColumnType; data: Buffer }>(
      'SELECT name, width, type, data FROM rollout_columns WHERE rollout = ? ORDER BY position',
      rollout,
    )
    .map(({ name, width, type, data }) => ({ name, width, data: readers[type](data) }));
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
    if (!(data instanceof Float64Array || data instanceof Float32Array || data instanceof Uint8Array)) {
      refuse(`column ${name}`, 'a Float64Array, Float32Array or Uint8Array', typeof data);
    }
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

/** Within a write, after checkRollout. Returns the bytes that its blobs take. */
export function insertRollout(connection: Connection, evaluation: number, rollout: RolloutInput, columns: PackedColumns): number {
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
  insertColumns(connection, id, columns);
  return rollout.initialState.byteLength + rollout.initialTaskState.byteLength + bytesInFile(columns.data.byteLength);
}

export function insertColumns(connection: Connection, rollout: number, { layout, data }: PackedColumns): void {
  connection.run('INSERT INTO rollout_data (rollout, layout, data) VALUES (?, ?, ?)', rollout, layout, data);
}
