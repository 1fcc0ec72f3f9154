// Random shapes, axes and numbers for the properties of the kernels.
import fc from 'fast-check';
import type { ParityCase, ParityInput } from './parity.ts';

type Shape = number[];

/** Ones and zeros are where broadcasts and reductions go wrong, so they come often. */
export const extent: fc.Arbitrary<number> = fc.oneof(
  { weight: 1, arbitrary: fc.constant(0) },
  { weight: 3, arbitrary: fc.constant(1) },
  { weight: 9, arbitrary: fc.integer({ min: 2, max: 4 }) },
);
export const positiveExtent: fc.Arbitrary<number> = fc.oneof(
  { weight: 1, arbitrary: fc.constant(1) },
  { weight: 3, arbitrary: fc.integer({ min: 2, max: 4 }) },
);

/** Shapes of a rank between two bounds, each rank as often. */
export const shapeOf = (minRank = 0, maxRank = 4, extents = extent): fc.Arbitrary<Shape> =>
  fc.integer({ min: minRank, max: maxRank }).chain((rank) => fc.array(extents, { minLength: rank, maxLength: rank }));

/** A shape that broadcasts to another: some extents 1, some leading ones missing. */
const broadcastInto = (shape: Shape): fc.Arbitrary<Shape> =>
  fc
    .tuple(
      fc.integer({ min: 0, max: shape.length }),
      fc.array(fc.integer({ min: 0, max: 3 }), { minLength: shape.length, maxLength: shape.length }),
    )
    .map(([missing, ones]) => shape.map((size, i) => (ones[i] === 0 ? 1 : size)).slice(missing));

/** Shapes that broadcast together, with what they broadcast to. */
export const broadcastShapes = (count: number, isSame = false): fc.Arbitrary<Shape[]> =>
  shapeOf().chain((shape) => {
    const same = Array.from({ length: count }, () => fc.constant(shape));
    return isSame
      ? fc.tuple(...same)
      : fc.oneof({ weight: 1, arbitrary: fc.tuple(...same) }, { weight: 3, arbitrary: fc.tuple(...same.map(() => broadcastInto(shape))) });
  });

/** An axis of a tensor of that rank, counted from either end. */
export const axisOf = (rank: number): fc.Arbitrary<number> => fc.integer({ min: -rank, max: rank - 1 });

/** A number from a source of uniform ones. */
export type Values = (uniform: () => number) => number;
const integer = (uniform: () => number, bound: number): number => Math.floor(bound * uniform());
/** Multiples of a half from -3 to 3: ties, zeros and exact sums. */
export const lattice: Values = (uniform) => integer(uniform, 13) / 2 - 3;
export const unsigned: Values = (uniform) => integer(uniform, 7) / 2;
export const whole: Values = (uniform) => integer(uniform, 9) - 4;
/** Near normal, by Irwin and Hall's sum of twelve. */
export const normal: Values = (uniform) => Array.from({ length: 12 }, uniform).reduce((sum, entry) => sum + entry, -6);
export const wide: Values = (uniform) => 12 * normal(uniform);
export const positive: Values = (uniform) => 0.2 + Math.abs(normal(uniform));

/** Uniform numbers from a seed: mulberry32 (T. Ettinger, public domain). */
function uniformFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export const sizeOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

/** A tensor of that shape; its numbers hang on a seed alone, so that shrinking goes for shapes. */
export const tensorOf = (shape: readonly number[], ...kinds: Values[]): fc.Arbitrary<ParityInput> =>
  fc.tuple(fc.noShrink(fc.nat()), fc.constantFrom(...(kinds.length > 0 ? kinds : [lattice]))).map(([seed, values]) => {
    const uniform = uniformFrom(seed);
    return { shape, values: Array.from({ length: sizeOf(shape) }, () => values(uniform)) };
  });

export const tensorsOf = (shapes: readonly Shape[], ...kinds: Values[]): fc.Arbitrary<ParityInput[]> =>
  fc.tuple(...shapes.map((shape) => tensorOf(shape, ...kinds)));

/** A case whose label is what a failing property prints. */
export function parityCase(
  op: string,
  attributes: string,
  inputs: readonly ParityInput[],
  fn: ParityCase['fn'],
  options: Partial<ParityCase> = {},
): ParityCase {
  const label = `${op}(${[...inputs.map(({ shape }) => `[${shape.join(', ')}]`), ...(attributes === '' ? [] : [attributes])].join(', ')})`;
  const found = { label, inputs, fn, hasGradient: true, ...options };
  return Object.defineProperty(found, fc.toStringMethod, {
    value: () => `${label} of ${JSON.stringify(inputs.map(({ values }) => values))}`,
  });
}
