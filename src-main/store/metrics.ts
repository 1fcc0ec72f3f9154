// Metrics: which series a run has, which of their points count, and reading them for a chart.
import type { MetricSeries } from '../contract/series.ts';
import type { MetricsApi, MetricsQuery, MetricsWriter as MetricsWriterApi } from './api.ts';
import { checkFinite, checkInteger, refuse } from './checks.ts';
import type { Connection } from './connection.ts';
import { MetricsWriter } from './metrics-writer.ts';
import { reduce, type Piece } from './reduction.ts';
import { SeriesReader } from './series-reader.ts';

interface SeriesRow {
  id: number;
  attempt: number;
  point_count: number;
  first_step: number;
  last_step: number;
  superseded_after: number | null;
}

export class Metrics implements MetricsApi {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  writer(run: string, attempt: number): MetricsWriterApi {
    return new MetricsWriter(this.#connection, run, attempt);
  }

  query(run: string, query: MetricsQuery): { series: MetricSeries[]; superseded: (MetricSeries & { attempt: number })[] } {
    checkInteger('maxPoints', query.maxPoints, 2, 1_000_000);
    for (const [field, step] of [
      ['fromStep', query.fromStep],
      ['toStep', query.toStep],
    ] as const) {
      if (step !== null) checkFinite(field, step);
    }
    if (!Array.isArray(query.metrics)) refuse('metrics', 'a list of names', query.metrics);
    return this.#connection.read(() => {
      const series: MetricSeries[] = [];
      const superseded: (MetricSeries & { attempt: number })[] = [];
      for (const metric of query.metrics) {
        const pieces = this.#pieces(run, metric, query);
        series.push({
          run,
          metric,
          ...reduce(
            pieces.map((piece) => piece.counted),
            query.maxPoints,
          ),
        });
        if (!query.includeSuperseded) continue;
        for (const { attempt, superseded: piece } of pieces) {
          if (piece.end > piece.start) superseded.push({ run, metric, attempt, ...reduce([piece], query.maxPoints) });
        }
      }
      return { series, superseded };
    });
  }

  /** For each attempt in order: the points in the window that count, and those that a later attempt superseded. */
  #pieces(run: string, metric: string, { fromStep, toStep }: MetricsQuery): { attempt: number; counted: Piece; superseded: Piece }[] {
    const rows = this.#connection.all<SeriesRow>(
      `SELECT id, attempt, point_count, first_step, metric_series.last_step, superseded_after FROM metric_series JOIN attempts USING (run, attempt)
       WHERE run = ? AND metric = ? AND point_count > 0 ORDER BY attempt`,
      run,
      metric,
    );
    return rows.map((row, index) => {
      const reader = new SeriesReader(this.#connection, row.id, row.point_count);
      const start = fromStep === null ? 0 : reader.firstIndex((step) => step >= fromStep);
      const end = toStep === null ? row.point_count : reader.firstIndex((step) => step > toStep);
      // A point at the very step at which a later attempt repeats it gives way to the repetition.
      const repeatedFrom = Math.min(Infinity, ...rows.slice(index + 1).map((later) => later.first_step));
      const lastCounted = row.superseded_after ?? Infinity;
      const cut =
        lastCounted >= row.last_step && repeatedFrom > row.last_step
          ? row.point_count
          : reader.firstIndex((step) => step > lastCounted || step >= repeatedFrom);
      return {
        attempt: row.attempt,
        counted: { reader, start, end: Math.max(start, Math.min(end, cut)) },
        superseded: { reader, start: Math.max(start, cut), end },
      };
    });
  }

  names(run: string): string[] {
    return this.#connection
      .all<{ metric: string }>('SELECT DISTINCT metric FROM metric_series WHERE run = ? AND point_count > 0 ORDER BY metric', run)
      .map((row) => row.metric);
  }

  nonFinite(run: string): { metric: string; attempt: number; count: number; firstStep: number; lastStep: number }[] {
    return this.#connection.all(
      `SELECT metric, attempt, non_finite_count AS count, non_finite_first AS firstStep, non_finite_last AS lastStep
       FROM metric_series WHERE run = ? AND non_finite_count > 0 ORDER BY metric, attempt`,
      run,
    );
  }
}
