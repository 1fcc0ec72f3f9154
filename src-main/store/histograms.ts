// Which actions the policy now takes: one histogram a run, which overwrites itself.
import type { ActionHistogram } from '../contract/runs.ts';
import type { HistogramsApi } from './api.ts';
import { checkInteger, refuse } from './checks.ts';
import { toBlob, toFloat64, toInt32 } from './columns.ts';
import type { Connection } from './connection.ts';
import { StoreError } from './errors.ts';

/** Moments of each action dimension; contract's ActionHistogram says which. */
const momentsPerAction = 4;

interface HistogramRow extends Omit<ActionHistogram, 'counts' | 'moments'> {
  counts: Buffer;
  moments: Buffer;
}

export class Histograms implements HistogramsApi {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  set(run: string, attempt: number, { step, bins, counts, moments }: Omit<ActionHistogram, 'createdAt'>): void {
    checkInteger('step', step);
    checkInteger('bins', bins, 1, 10_000);
    if (counts.length === 0 || counts.length % bins !== 0)
      refuse('counts', `${bins} numbers for each action dimension`, `${counts.length} numbers`);
    const actions = counts.length / bins;
    if (moments.length !== actions * momentsPerAction) {
      refuse('moments', `${momentsPerAction} numbers for each of the ${actions} action dimensions`, `${moments.length} numbers`);
    }
    this.#connection.write(() => {
      this.#connection.requireCurrentAttempt(run, attempt);
      this.#connection.run(
        'INSERT OR REPLACE INTO action_histograms (run, attempt, step, created_at, bins, counts, moments) VALUES (?, ?, ?, ?, ?, ?, ?)',
        run,
        attempt,
        step,
        Date.now(),
        bins,
        toBlob(counts),
        toBlob(moments),
      );
      this.#connection.touch(run, 'data');
    });
  }

  get(run: string): ActionHistogram {
    const row = this.#connection.get<HistogramRow>(
      'SELECT step, created_at AS createdAt, bins, counts, moments FROM action_histograms WHERE run = ?',
      run,
    );
    if (!row) throw new StoreError('not-found', `Run ${run} has no histogram of its actions yet`);
    return { ...row, counts: toInt32(row.counts), moments: toFloat64(row.moments) };
  }
}
