// Reads a stored series: single steps, to find a window, and entries of any level of its pyramid.
import { damagedRow, toFloat64 } from './columns.ts';
import type { Connection } from './connection.ts';
import { chunkEntries, entryWidth, factor } from './pyramid.ts';

/** Valid within one read transaction: a writer replaces the last chunk of a level as it grows. */
export class SeriesReader {
  readonly pointCount: number;
  readonly #connection: Connection;
  readonly #series: number;
  #chunk: { chunk: number; entries: Float64Array } | null = null;

  constructor(connection: Connection, series: number, pointCount: number) {
    this.#connection = connection;
    this.#series = series;
    this.pointCount = pointCount;
  }

  /** Index of the first point whose step fits, where it fits from some step on; the count where none does. */
  firstIndex(fits: (step: number) => boolean): number {
    // First among the chunks by their last step, which costs no blob, then within one.
    const chunkCount = Math.ceil(this.pointCount / chunkEntries);
    const chunk = firstThat(chunkCount, (index) => fits(this.#lastStep(index)));
    if (chunk === chunkCount) return this.pointCount;
    const entries = this.#points(chunk);
    return chunk * chunkEntries + firstThat(entries.length / 2, (index) => fits(entries[index * 2] ?? NaN));
  }

  #lastStep(chunk: number): number {
    const row = this.#connection.get<{ last_step: number }>(
      'SELECT last_step FROM metric_chunks WHERE series = ? AND level = 0 AND chunk = ?',
      this.#series,
      chunk,
    );
    return row?.last_step ?? NaN;
  }

  #points(chunk: number): Float64Array {
    if (this.#chunk?.chunk !== chunk) this.#chunk = { chunk, entries: this.#read(0, chunk, chunk)[0]?.entries ?? new Float64Array() };
    return this.#chunk.entries;
  }

  #read(level: number, from: number, to: number): { chunk: number; entries: Float64Array }[] {
    const rows = this.#connection.all<{ chunk: number; data: Buffer }>(
      'SELECT chunk, data FROM metric_chunks WHERE series = ? AND level = ? AND chunk BETWEEN ? AND ? ORDER BY chunk',
      this.#series,
      level,
      from,
      to,
    );
    if (rows.length !== to - from + 1) throw damagedRow('a curve of which a part is missing');
    return rows.map(({ chunk, data }) => ({ chunk, entries: toFloat64(data) }));
  }

  /** Visits the entries of a level from index `start` to before `end`, in order. */
  visit(level: number, start: number, end: number, visitor: (index: number, entry: Float64Array) => void): void {
    if (start >= end) return;
    const width = entryWidth(level);
    const lastChunk = Math.floor((end - 1) / chunkEntries);
    // A few chunks at a time, so that a long series is never in memory as a whole.
    for (let chunk = Math.floor(start / chunkEntries); chunk <= lastChunk; chunk += 64) {
      for (const found of this.#read(level, chunk, Math.min(lastChunk, chunk + 63))) {
        const offset = found.chunk * chunkEntries;
        const to = Math.min(end, offset + found.entries.length / width);
        for (let index = Math.max(start, offset); index < to; index += 1) {
          visitor(index, found.entries.subarray((index - offset) * width, (index - offset + 1) * width));
        }
      }
    }
  }

  /** Covers the points from `start` to before `end` by the fewest entries of `level` and the levels below it. */
  cover(level: number, start: number, end: number, visitor: (firstPoint: number, level: number, entry: Float64Array) => void): void {
    if (start >= end) return;
    const points = factor ** level;
    const first = Math.ceil(start / points);
    const last = Math.floor(end / points);
    if (level > 0 && first >= last) {
      this.cover(level - 1, start, end, visitor);
      return;
    }
    if (level > 0) this.cover(level - 1, start, first * points, visitor);
    this.visit(level, first, last, (index, entry) => visitor(index * points, level, entry));
    if (level > 0) this.cover(level - 1, last * points, end, visitor);
  }
}

/** The first of 0 … count − 1 that holds, by bisection; count where none does. */
function firstThat(count: number, holds: (index: number) => boolean): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
