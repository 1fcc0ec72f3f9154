// Writes one attempt's metrics: points are taken in memory and committed with their pyramid by flush.
import type { MetricsWriter as MetricsWriterApi } from './api.ts';
import { checkFinite, refuse } from './checks.ts';
import { toBlob, toFloat64 } from './columns.ts';
import type { Connection } from './connection.ts';
import { PyramidBuilder } from './pyramid.ts';

interface Series {
  pyramid: PyramidBuilder;
  firstStep: number | null;
  lastStep: number | null;
  nonFinite: { count: number; first: number | null; last: number | null };
  /** As committed. */
  stored: { points: number; nonFinite: number };
}

/** In the file: a full chunk of 256 points is a little larger than a page's row and takes two pages; the pyramid over it an eighth of it. */
export const bytesPerPoint = 34;

interface SeriesRow {
  id: number;
  point_count: number;
  first_step: number | null;
  last_step: number | null;
  non_finite_count: number;
  non_finite_first: number | null;
  non_finite_last: number | null;
}

export class MetricsWriter implements MetricsWriterApi {
  readonly #connection: Connection;
  readonly #run: string;
  readonly #attempt: number;
  readonly #series = new Map<string, Series>();

  constructor(connection: Connection, run: string, attempt: number) {
    this.#connection = connection;
    this.#run = run;
    this.#attempt = attempt;
    connection.requireCurrentAttempt(run, attempt);
  }

  append(step: number, values: Readonly<Record<string, number>>): void {
    checkFinite('step', step);
    const taken = Object.entries(values).map(([metric, value]) => {
      if (typeof value !== 'number') refuse(`the value of ${metric}`, 'a number', value);
      const series = this.#open(metric);
      const before = Math.max(series.lastStep ?? -Infinity, series.nonFinite.last ?? -Infinity);
      if (step < before) refuse(`the step of ${metric}`, `at least ${before}, the one before`, step);
      return { series, value };
    });
    // Nothing is taken where one of them was refused.
    for (const { series, value } of taken) {
      if (Number.isFinite(value)) {
        series.pyramid.append(step, value);
        series.firstStep ??= step;
        series.lastStep = step;
      } else {
        series.nonFinite.count += 1;
        series.nonFinite.first ??= step;
        series.nonFinite.last = step;
      }
    }
  }

  #open(metric: string): Series {
    const known = this.#series.get(metric);
    if (known) return known;
    if (!/^[a-z0-9][a-z0-9-]{0,99}$/.test(metric)) refuse("a metric's name", '1 to 100 small letters, digits and dashes', metric);
    const row = this.#connection.get<SeriesRow>(
      'SELECT * FROM metric_series WHERE run = ? AND attempt = ? AND metric = ?',
      this.#run,
      this.#attempt,
      metric,
    );
    const series: Series = {
      pyramid: PyramidBuilder.restore(row?.point_count ?? 0, (level, chunk) => {
        const stored = this.#connection.get<{ data: Buffer }>(
          'SELECT data FROM metric_chunks WHERE series = ? AND level = ? AND chunk = ?',
          row?.id,
          level,
          chunk,
        );
        return stored ? toFloat64(stored.data) : new Float64Array();
      }),
      firstStep: row?.first_step ?? null,
      lastStep: row?.last_step ?? null,
      nonFinite: { count: row?.non_finite_count ?? 0, first: row?.non_finite_first ?? null, last: row?.non_finite_last ?? null },
      stored: { points: row?.point_count ?? 0, nonFinite: row?.non_finite_count ?? 0 },
    };
    this.#series.set(metric, series);
    return series;
  }

  flush(): void {
    const changed = [...this.#series].filter(
      ([, { pyramid, nonFinite, stored }]) => pyramid.pointCount > stored.points || nonFinite.count > stored.nonFinite,
    );
    if (changed.length === 0) return;
    this.#connection.write(() => {
      this.#connection.requireCurrentAttempt(this.#run, this.#attempt);
      const addedPoints = changed.reduce((sum, [metric, series]) => sum + this.#store(metric, series), 0);
      const lastStep = Math.max(...changed.map(([, series]) => series.lastStep ?? 0));
      this.#connection.run(
        'UPDATE attempts SET last_step = max(last_step, ?) WHERE run = ? AND attempt = ?',
        Math.floor(lastStep),
        this.#run,
        this.#attempt,
      );
      this.#connection.run('UPDATE runs SET row_bytes = row_bytes + ? WHERE id = ?', addedPoints * bytesPerPoint, this.#run);
      this.#connection.touch(this.#run, 'data');
    });
  }

  /** Returns how many points were added. What is stored is noted only after the commit: a flush that failed is repeated by the next. */
  #store(metric: string, series: Series): number {
    const { firstStep, lastStep, nonFinite, pyramid } = series;
    const values = [pyramid.pointCount, firstStep, lastStep, nonFinite.count, nonFinite.first, nonFinite.last];
    const before = this.#connection.get<{ id: number; point_count: number }>(
      'SELECT id, point_count FROM metric_series WHERE run = ? AND attempt = ? AND metric = ?',
      this.#run,
      this.#attempt,
      metric,
    );
    if (before) {
      this.#connection.run(
        `UPDATE metric_series SET point_count = ?, first_step = ?, last_step = ?, non_finite_count = ?, non_finite_first = ?, non_finite_last = ?
         WHERE id = ?`,
        ...values,
        before.id,
      );
    }
    const id =
      before?.id ??
      this.#connection.run(
        `INSERT INTO metric_series (run, attempt, metric, point_count, first_step, last_step, non_finite_count, non_finite_first, non_finite_last)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        this.#run,
        this.#attempt,
        metric,
        ...values,
      ).id;
    const { chunks, stored } = pyramid.changed();
    for (const { level, chunk, lastStep: last, entries } of chunks) {
      this.#connection.run(
        `INSERT INTO metric_chunks (series, level, chunk, last_step, data) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (series, level, chunk) DO UPDATE SET last_step = excluded.last_step, data = excluded.data`,
        id,
        level,
        chunk,
        last,
        toBlob(entries),
      );
    }
    const now = { points: pyramid.pointCount, nonFinite: nonFinite.count };
    this.#connection.afterCommit(() => {
      stored();
      series.stored = now;
    });
    return now.points - (before?.point_count ?? 0);
  }
}
