// A sparkline's path: values over their own range; values that are not finite are left out.

export interface Sparkline {
  path: string;
  /** A single value is a dot. */
  dot: [number, number] | null;
}

export function sparklinePath(values: ArrayLike<number>, width: number, height: number): Sparkline | null {
  const points: [number, number][] = [];
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (Number.isFinite(value)) points.push([i, value]);
  }
  if (points.length === 0) return null;
  const low = Math.min(...points.map((point) => point[1]));
  const high = Math.max(...points.map((point) => point[1]));
  const last = Math.max(1, values.length - 1);
  const placed = points.map(([i, value]): [number, number] => [
    round(2 + (i / last) * (width - 4)),
    round(high > low ? height - 2 - ((value - low) / (high - low)) * (height - 4) : height / 2),
  ]);
  return {
    path: placed.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${x} ${y}`).join(''),
    dot: placed.length === 1 ? (placed[0] ?? null) : null,
  };
}

const round = (value: number): number => Math.round(value * 10) / 10;
