// Statistics of an array, in double precision. An empty array gives NaN.

export interface Moments {
  mean: number;
  /** Of the entries themselves, not of a population that they are drawn from: Σ (x − mean)² / n. */
  variance: number;
  min: number;
  max: number;
}

export function momentsOf(values: ArrayLike<number>): Moments {
  let [sum, min, max] = [0, Infinity, -Infinity];
  for (let i = 0; i < values.length; i += 1) {
    const value = values[i] as number;
    sum += value;
    // Not Math.min and Math.max of all at once: too many arguments. Both carry NaN on.
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  const mean = sum / values.length;
  let squares = 0;
  for (let i = 0; i < values.length; i += 1) squares += ((values[i] as number) - mean) ** 2;
  return values.length === 0 ? { mean: NaN, variance: NaN, min: NaN, max: NaN } : { mean, variance: squares / values.length, min, max };
}

export function meanOf(values: ArrayLike<number>, of: (value: number) => number = (value) => value): number {
  let sum = 0;
  for (let i = 0; i < values.length; i += 1) sum += of(values[i] as number);
  return sum / values.length;
}

/** Share of the entries for which it holds, 0 to 1. */
export function shareOf(values: ArrayLike<number>, holds: (value: number) => boolean): number {
  return meanOf(values, (value) => Number(holds(value)));
}

/** Between the neighbouring ranks linearly, as NumPy's default. @param share 0 to 1 */
export function quantileOf(values: ArrayLike<number>, share: number): number {
  const sorted = Float64Array.from(values).sort();
  const rank = share * (sorted.length - 1);
  const below = Math.floor(rank);
  const low = sorted[below] ?? NaN;
  return low + (rank - below) * ((sorted[below + 1] ?? low) - low);
}
