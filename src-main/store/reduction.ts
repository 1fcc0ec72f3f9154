// Reduces the points of a window to what a chart can show: minimum, mean and maximum of buckets.
import type { MetricSeries } from '../contract/series.ts';
import { addEntry, addTo, emptySummary, factor, type Summary } from './pyramid.ts';
import type { SeriesReader } from './series-reader.ts';

/** Points `start` to before `end` of one attempt's series. */
export interface Piece {
  reader: SeriesReader;
  start: number;
  end: number;
}

type Columns = Omit<MetricSeries, 'run' | 'metric'>;

/**
 * The pieces one after the other, as points where there are at most `maxPoints`, else as buckets. Buckets hold
 * equally many points and begin at fixed places of the series, so that they stand still while a window moves or
 * the series grows, and the same window gives the same numbers.
 */
export function reduce(pieces: readonly Piece[], maxPoints: number): Columns {
  const pointCount = pieces.reduce((sum, { start, end }) => sum + end - start, 0);
  const isReduced = pointCount > maxPoints;
  const level = isReduced ? Math.floor(Math.log(pointCount / maxPoints) / Math.log(factor) + 1e-9) : 0;
  const bucketPoints = isReduced ? bucketSize(pieces, maxPoints, factor ** level) : 1;
  const buckets: Summary[] = [];
  for (const { reader, start, end } of pieces) {
    let present = -1;
    reader.cover(level, start, end, (firstPoint, entryLevel, entry) => {
      const bucket = Math.floor(firstPoint / bucketPoints);
      if (bucket !== present) buckets.push(emptySummary());
      present = bucket;
      const summary = buckets.at(-1);
      if (summary) addEntry(summary, entryLevel, factor ** entryLevel, entry);
    });
  }
  const shown = isReduced ? mergeDown(buckets, maxPoints) : buckets;
  const column = (pick: (summary: Summary) => number): Float64Array => Float64Array.from(shown, pick);
  return {
    step: column((summary) => summary.lastStep),
    min: column((summary) => summary.min),
    mean: column((summary) => summary.mean),
    max: column((summary) => summary.max),
    pointCount,
    isReduced,
  };
}

/** The smallest multiple of `unit` that leaves at most `maxPoints` buckets, or one bucket a piece. */
function bucketSize(pieces: readonly Piece[], maxPoints: number, unit: number): number {
  const longest = Math.max(...pieces.map(({ end }) => end));
  for (let size = unit; ; size += unit) {
    const buckets = pieces.reduce((sum, { start, end }) => sum + (end > start ? Math.ceil(end / size) - Math.floor(start / size) : 0), 0);
    if (buckets <= maxPoints || size >= longest) return size;
  }
}

/** Only where a run has more attempts than buckets may be shown: neighbours are merged. */
function mergeDown(buckets: readonly Summary[], maxPoints: number): readonly Summary[] {
  if (buckets.length <= maxPoints) return buckets;
  const together = Math.ceil(buckets.length / maxPoints);
  const merged: Summary[] = [];
  buckets.forEach((bucket, index) => {
    if (index % together === 0) merged.push(emptySummary());
    const into = merged.at(-1);
    if (into) addTo(into, bucket.count, bucket.lastStep, bucket.min, bucket.mean, bucket.max);
  });
  return merged;
}
