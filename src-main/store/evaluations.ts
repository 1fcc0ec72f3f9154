// Evaluations: all returns, the policy and critics as they were, and some episodes as rollouts.
import type { EvaluationSummary } from '../contract/runs.ts';
import type { EvaluationInput, EvaluationsApi, EvaluationSpread, Thinned } from './api.ts';
import { checkFinite, checkInteger, refuse } from './checks.ts';
import { toBlob, toFloat64, toInt32 } from './columns.ts';
import type { Connection } from './connection.ts';
import { currentEvaluations } from './current-rows.ts';
import { StoreError } from './errors.ts';
import { bytesInFile, pack } from './packing.ts';
import { packColumns } from './rollout-data.ts';
import { checkRollout, insertRollout } from './rollouts.ts';
import { nothingThinned, thinRun } from './thinning.ts';

const sparklinePoints = 40;
/** In one answer. */
const mostAtOnce = 10_000;

export class Evaluations implements EvaluationsApi {
  readonly #connection: Connection;
  /** Means of the run that is being evaluated here, in order: reading them all anew took 33 ms an evaluation at 10,000 of them. */
  #known: { run: string; attempt: number; lastStep: number; means: number[] } | null = null;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  add(run: string, attempt: number, evaluation: EvaluationInput, budgetBytes: number | null = null): Thinned {
    const { step, returns, lengths, policyOnnx, criticsOnnx, rollouts } = evaluation;
    checkInteger('step', step);
    if (returns.length < 1) refuse('returns', 'at least one return', returns.length);
    if (lengths.length !== returns.length) refuse('lengths', `one for each of the ${returns.length} returns`, lengths.length);
    returns.forEach((value, episode) => checkFinite(`the return of episode ${episode}`, value));
    lengths.forEach((value, episode) => checkInteger(`the length of episode ${episode}`, value, 1));
    rollouts.forEach(checkRollout);
    const mean = returns.reduce((sum, value) => sum + value / returns.length, 0);
    // Packed before the database is held.
    const packed = rollouts.map((rollout) => ({ rollout, columns: packColumns(rollout.columns) }));
    const models = [
      { kind: 'policy', onnx: policyOnnx },
      { kind: 'critics', onnx: criticsOnnx },
    ].flatMap(({ kind, onnx }) => (onnx === null ? [] : [{ kind, onnx: pack(onnx) }]));
    return this.#connection.write(() => {
      this.#connection.requireCurrentAttempt(run, attempt);
      if (this.#connection.get('SELECT 1 FROM evaluations WHERE run = ? AND attempt = ? AND step = ?', run, attempt, step)) {
        throw new StoreError('conflict', `Attempt ${attempt} of run ${run} has an evaluation at step ${step} already; it was kept.`);
      }
      let bytes = returns.byteLength + lengths.byteLength;
      const { id } = this.#connection.run(
        'INSERT INTO evaluations (run, attempt, step, created_at, mean_return, returns, lengths) VALUES (?, ?, ?, ?, ?, ?, ?)',
        run,
        attempt,
        step,
        Date.now(),
        mean,
        toBlob(returns),
        toBlob(lengths),
      );
      const adding =
        bytes +
        models.reduce((sum, { onnx }) => sum + bytesInFile(onnx.byteLength), 0) +
        packed.reduce((sum, { columns }) => sum + bytesInFile(columns.data.byteLength), 0);
      // First, so that the pages which it frees take the new rows, and the file does not grow beyond the budget.
      const thinned = budgetBytes === null ? nothingThinned : thinRun(this.#connection, run, budgetBytes, adding);
      for (const { kind, onnx } of models) {
        this.#connection.run("INSERT INTO evaluation_models (evaluation, kind, onnx, packing) VALUES (?, ?, ?, 'zstd-4')", id, kind, onnx);
        bytes += bytesInFile(onnx.byteLength);
      }
      for (const { rollout, columns } of packed) bytes += insertRollout(this.#connection, id, rollout, columns);
      this.#connection.run('UPDATE runs SET row_bytes = row_bytes + ? WHERE id = ?', Math.ceil(bytes), run);
      this.#connection.run('UPDATE attempts SET last_step = max(last_step, ?) WHERE run = ? AND attempt = ?', step, run, attempt);
      writeEvaluationColumns(this.#connection, run, this.#meansWith(run, attempt, step, mean));
      this.#connection.touch(run, 'summary');
      return thinned;
    });
  }

  /** All means of the run with this one, whose row is there. What is known counts only while the run's row agrees: a transaction may have been rolled back. */
  #meansWith(run: string, attempt: number, step: number, mean: number): readonly number[] {
    const known = this.#known;
    const count = this.#connection.get<{ count: number }>('SELECT evaluation_count AS count FROM runs WHERE id = ?', run)?.count;
    if (known !== null && known.run === run && known.attempt === attempt && known.means.length === count && step > known.lastStep) {
      known.means.push(mean);
      known.lastStep = step;
      return known.means;
    }
    const means = readMeans(this.#connection, run);
    this.#known = { run, attempt, lastStep: step, means };
    return means;
  }

  list(run: string, { includeSuperseded = false }: { includeSuperseded?: boolean } = {}): EvaluationSummary[] {
    return this.#connection.read(() =>
      this.#describe(`SELECT id FROM ${includeSuperseded ? 'evaluations' : currentEvaluations} WHERE run = ?`, run),
    );
  }

  newest(run: string, limit: number): EvaluationSummary[] {
    checkInteger('limit', limit, 1, mostAtOnce);
    // Of those that count, a later attempt has the later steps; in this order an index has them, so that their number costs nothing.
    return this.#connection.read(() =>
      this.#describe(`SELECT id FROM ${currentEvaluations} WHERE run = ? ORDER BY attempt DESC, step DESC LIMIT ?`, run, limit),
    );
  }

  spread(run: string, { fromStep, toStep, most }: EvaluationSpread): { evaluations: EvaluationSummary[]; count: number } {
    checkInteger('most', most, 1, mostAtOnce);
    const from = fromStep === null ? 0 : checkInteger('fromStep', fromStep);
    const to = toStep === null ? Number.MAX_SAFE_INTEGER : checkInteger('toStep', toStep);
    return this.#connection.read(() => {
      const within = `FROM ${currentEvaluations} WHERE run = ? AND step BETWEEN ? AND ?`;
      const all = this.#connection.get<{ count: number; first: number | null; last: number | null }>(
        `SELECT count(*) AS count, min(step) AS first, max(step) AS last ${within}`,
        run,
        from,
        to,
      );
      const { count, first, last } = { count: all?.count ?? 0, first: all?.first ?? 0, last: all?.last ?? 0 };
      const evaluations =
        count <= most
          ? this.#describe(`SELECT id ${within}`, run, from, to)
          : // Beside max(), a bare column is that of the same row (sqlite.org/lang_select.html, 2.5).
            this.#describe(
              `SELECT id FROM (SELECT id, max(step) ${within} GROUP BY CAST((step - ?) * ? / ? AS INTEGER))`,
              run,
              from,
              to,
              first,
              most,
              last - first + 1,
            );
      return { evaluations, count };
    });
  }

  /** @param selectIds those that are to be described */
  #describe(selectIds: string, ...values: unknown[]): EvaluationSummary[] {
    type RolloutRow = Omit<EvaluationSummary['rollouts'][number], 'isKept'> & { evaluation: number; isKept: number };
    const ids = JSON.stringify(this.#connection.all<{ id: number }>(selectIds, ...values).map(({ id }) => id));
    const rollouts = Map.groupBy(
      this.#connection.all<RolloutRow>(
        `SELECT id, evaluation, episode, return, length, kind, thinned_at IS NULL AS isKept FROM rollouts
       WHERE evaluation IN (SELECT value FROM json_each(?)) ORDER BY id`,
        ids,
      ),
      (row) => row.evaluation,
    );
    type Row = { id: number; step: number; attempt: number; returns: Buffer; lengths: Buffer; mean: number; hasPolicy: number };
    return this.#connection
      .all<Row>(
        `SELECT id, step, attempt, returns, lengths, mean_return AS mean,
         EXISTS (SELECT 1 FROM evaluation_models WHERE evaluation = id AND kind = 'policy') AS hasPolicy
       FROM evaluations WHERE id IN (SELECT value FROM json_each(?)) ORDER BY step, attempt`,
        ids,
      )
      .map((row) => ({
        step: row.step,
        attempt: row.attempt,
        returns: toFloat64(row.returns),
        lengths: toInt32(row.lengths),
        meanReturn: row.mean,
        rollouts: (rollouts.get(row.id) ?? []).map(({ id, episode, return: episodeReturn, length, kind, isKept }) => ({
          id,
          episode,
          return: episodeReturn,
          length,
          kind,
          isKept: isKept === 1,
        })),
        hasPolicy: row.hasPolicy === 1,
      }));
  }
}

/** Brings what the list of runs shows of the evaluations up to date. Within a write. */
export function updateEvaluationColumns(connection: Connection, run: string): void {
  writeEvaluationColumns(connection, run, readMeans(connection, run));
}

function readMeans(connection: Connection, run: string): number[] {
  return connection
    .all<{ mean: number }>(`SELECT mean_return AS mean FROM ${currentEvaluations} WHERE run = ? ORDER BY step`, run)
    .map((row) => row.mean);
}

function writeEvaluationColumns(connection: Connection, run: string, means: readonly number[]): void {
  const count = Math.min(means.length, sparklinePoints);
  // The first, the last, and evenly spaced ones between.
  const sparkline = Float32Array.from(
    { length: count },
    (_, index) => means[count === 1 ? 0 : Math.round((index * (means.length - 1)) / (count - 1))] ?? 0,
  );
  const best = means.reduce<number | null>((former, mean) => (former === null || mean > former ? mean : former), null);
  connection.run(
    'UPDATE runs SET evaluation_count = ?, last_return = ?, best_return = ?, sparkline = ? WHERE id = ?',
    means.length,
    means.at(-1) ?? null,
    best,
    toBlob(sparkline),
    run,
  );
}
