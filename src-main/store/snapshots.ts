// Policies as ONNX files: the live one, which overwrites itself, and those kept with each evaluation.
import type { PolicySnapshot } from '../contract/series.ts';
import type { SnapshotsApi } from './api.ts';
import { checkInteger, refuse } from './checks.ts';
import { toBlob, toUint8 } from './columns.ts';
import type { Connection } from './connection.ts';
import { currentEvaluations } from './current-rows.ts';
import { StoreError } from './errors.ts';
import { type Packing, unpackAs } from './packing.ts';

interface SnapshotRow {
  step: number;
  createdAt: number;
  onnx: Buffer;
}

export class Snapshots implements SnapshotsApi {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  setLive(run: string, attempt: number, step: number, onnx: Uint8Array): void {
    checkInteger('step', step);
    if (onnx.byteLength === 0) refuse('onnx', 'a file with content', 'an empty one');
    this.#connection.write(() => {
      this.#connection.requireCurrentAttempt(run, attempt);
      this.#connection.run(
        'INSERT OR REPLACE INTO live_snapshots (run, attempt, step, created_at, onnx) VALUES (?, ?, ?, ?, ?)',
        run,
        attempt,
        step,
        Date.now(),
        toBlob(onnx),
      );
      this.#connection.touch(run, 'data');
    });
  }

  getLive(run: string): PolicySnapshot {
    const row = this.#connection.get<SnapshotRow>('SELECT step, created_at AS createdAt, onnx FROM live_snapshots WHERE run = ?', run);
    if (!row) throw new StoreError('not-found', `Run ${run} has no policy snapshot yet`);
    return { run, step: row.step, createdAt: row.createdAt, onnx: toUint8(row.onnx) };
  }

  getEvaluation(run: string, step: number): PolicySnapshot {
    return this.#ofEvaluation(run, step, 'policy');
  }

  critics(run: string, step: number): PolicySnapshot {
    return this.#ofEvaluation(run, step, 'critics');
  }

  #ofEvaluation(run: string, step: number, kind: 'policy' | 'critics'): PolicySnapshot {
    const source = `FROM ${currentEvaluations} AS evaluations JOIN evaluation_models ON evaluation = evaluations.id WHERE run = ? AND kind = ?`;
    const row = this.#connection.get<SnapshotRow & { packing: Packing }>(
      `SELECT step, created_at AS createdAt, onnx, packing ${source} AND step = ?`,
      run,
      kind,
      step,
    );
    if (row) return { run, step: row.step, createdAt: row.createdAt, onnx: toUint8(unpackAs(row.packing, row.onnx)) };
    const steps = this.#connection
      .all<{ step: number }>(`SELECT step ${source} ORDER BY abs(step - ?), step LIMIT 10`, run, kind, step)
      .map((found) => found.step)
      .toSorted((a, b) => a - b);
    throw new StoreError(
      'not-found',
      `Run ${run} keeps no ${kind} at step ${step}. ` +
        (steps.length > 0 ? `The nearest steps that have one: ${steps.join(', ')}.` : 'It has none at any step.'),
    );
  }
}
