// From series with their own steps to the aligned columns that uPlot draws.

export interface ChartSeries {
  label: string;
  /** Ascending. */
  x: ArrayLike<number>;
  /** The mean where entries stand for several points. */
  y: ArrayLike<number>;
  /** Lowest and highest of what each entry stands for, drawn as a band around the line. */
  min?: ArrayLike<number>;
  max?: ArrayLike<number>;
  /** CSS colour; custom properties allowed: `var(--s1)`. */
  colour: string;
  /** band: the filled range alone, between `min` and `max`. */
  kind: 'line' | 'points' | 'band';
  /** Line width in pixels. */
  width?: number;
  dash?: readonly number[];
  /** 0 to 1. */
  opacity?: number;
}

/** What uPlot column belongs to what: -1 where a series has none. */
export interface ColumnPlan {
  mean: number;
  min: number;
  max: number;
}

export interface Columns {
  /** x first, then the columns named by `plans`; null is a gap, undefined an x that the series does not have. */
  data: (number | null | undefined)[][];
  plans: ColumnPlan[];
  /** Values that a logarithmic axis cannot show. */
  nonPositive: number;
  /** Not-a-number and infinite values; they are drawn as gaps. */
  notFinite: number;
}

/** Aligns the series on the union of their steps. The cost is (all entries) × (number of series). */
export function alignColumns(series: readonly ChartSeries[], log: boolean): Columns {
  const shared = series.every((one) => sameSteps(one.x, series[0]?.x ?? []));
  const x = shared ? Array.from(series[0]?.x ?? []) : mergeSteps(series.map((one) => one.x));
  const data: Columns['data'] = [x];
  let nonPositive = 0;
  let notFinite = 0;

  const push = (steps: ArrayLike<number>, values: ArrayLike<number>, counts: boolean): number => {
    const column = new Array<number | null | undefined>(x.length).fill(undefined);
    let at = 0;
    for (let i = 0; i < steps.length; i++) {
      while (x[at] !== steps[i]) at++;
      const value = values[i] ?? NaN;
      if (!Number.isFinite(value)) {
        column[at] = null;
        if (counts) notFinite++;
      } else if (log && value <= 0) {
        column[at] = null;
        if (counts) nonPositive++;
      } else column[at] = value;
    }
    return data.push(column) - 1;
  };

  const plans = series.map((one) => {
    const plan: ColumnPlan = { mean: -1, min: -1, max: -1 };
    if (one.min !== undefined && one.max !== undefined) {
      plan.min = push(one.x, one.min, false);
      plan.max = push(one.x, one.max, false);
    }
    if (one.kind !== 'band') plan.mean = push(one.x, one.y, true);
    return plan;
  });
  return { data, plans, nonPositive, notFinite };
}

function sameSteps(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function mergeSteps(all: readonly ArrayLike<number>[]): number[] {
  const union = new Set<number>();
  for (const steps of all) for (let i = 0; i < steps.length; i++) union.add(steps[i] as number);
  return Array.from(Float64Array.from(union).sort());
}

/** The index of the last entry whose x is at most `at`; -1 where there is none. */
export function indexAt(x: ArrayLike<number>, at: number): number {
  let low = 0;
  let high = x.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((x[middle] as number) <= at) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
