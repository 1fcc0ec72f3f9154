// What an axis spans and where its lines lie.

/** 1, 2 or 5 times a power of ten. */
export function isRound(value: number): boolean {
  const mantissa = value / 10 ** Math.floor(Math.log10(value) + 1e-9);
  return [1, 2, 5].some((round) => Math.abs(mantissa - round) < 1e-6);
}

/** The data's range with a little air; a flat line stands in the middle. */
export function paddedRange(min: number | null, max: number | null): [number, number] {
  if (min === null || max === null) return [0, 1];
  const air = max > min ? (max - min) * 0.06 : Math.max(1e-9, Math.abs(max) * 0.1 || 1);
  return [min - air, max + air];
}
