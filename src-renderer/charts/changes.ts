// What of a chart differs from what it shows: pages make new objects at every refresh, most of them with the same content.
import type { ChartSeries } from './columns.ts';
import type { ChartMark } from './marks.ts';

export interface PlotState {
  series: readonly ChartSeries[];
  log: boolean;
  xExtent: readonly [number, number] | null;
  /** What y always spans; null spans what there is. */
  yExtent: readonly [number, number] | null;
  range: readonly [number, number] | null;
  marks: readonly ChartMark[];
  playhead: number | null;
}

/** `data`: columns are to be aligned anew. `span`: another part of x. `lines`: marks or the playhead alone. */
export type PlotChange = 'data' | 'span' | 'lines' | 'nothing';

/** The most that differs. Columns are compared by identity: new numbers come in new arrays. */
export function changeOf(before: PlotState, after: PlotState): PlotChange {
  if (before.log !== after.log || !isSamePair(before.yExtent, after.yExtent) || !isSameList(before.series, after.series, isSameSeries))
    return 'data';
  if (!isSamePair(before.range, after.range) || !isSamePair(before.xExtent, after.xExtent)) return 'span';
  return before.playhead === after.playhead && isSameList(before.marks, after.marks, isSameMark) ? 'nothing' : 'lines';
}

function isSameSeries(a: ChartSeries, b: ChartSeries): boolean {
  return (
    a.x === b.x &&
    a.y === b.y &&
    a.min === b.min &&
    a.max === b.max &&
    a.label === b.label &&
    a.kind === b.kind &&
    a.colour === b.colour &&
    a.width === b.width &&
    a.opacity === b.opacity &&
    isSameList(a.dash ?? [], b.dash ?? [], Object.is)
  );
}

const isSameMark = (a: ChartMark, b: ChartMark): boolean => a.x === b.x && a.label === b.label && a.colour === b.colour;

const isSamePair = (a: readonly [number, number] | null, b: readonly [number, number] | null): boolean =>
  a === b || (a !== null && b !== null && a[0] === b[0] && a[1] === b[1]);

function isSameList<T>(a: readonly T[], b: readonly T[], isSame: (one: T, other: T) => boolean): boolean {
  return a === b || (a.length === b.length && a.every((one, i) => isSame(one, b[i] as T)));
}
