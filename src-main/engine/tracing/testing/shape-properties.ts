// Random cases of the kernels that move, reduce or multiply whole tensors.
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { axisOf, extent, lattice, normal, parityCase, positiveExtent, shapeOf, sizeOf, tensorOf, tensorsOf } from './arbitraries.ts';
import type { ParityCase } from './parity.ts';

type Cases = fc.Arbitrary<ParityCase>;
type Type = 'float32' | 'int32' | 'bool';
const typeOf = fc.constantFrom<Type>('float32', 'float32', 'float32', 'int32', 'bool');
const typed = (x: tf.Tensor | undefined, type: Type): tf.Tensor =>
  type === 'bool' ? (x as tf.Tensor).greater(0) : (x as tf.Tensor).cast(type);
const text = (value: unknown): string => JSON.stringify(value) ?? 'undefined';

/** One tensor through one op, in one of the types; with a gradient where it is single precision. */
const moved = (
  op: string,
  shape: number[],
  attributes: string,
  fn: (x: tf.Tensor) => tf.Tensor | tf.Tensor[],
  types: fc.Arbitrary<Type> = typeOf,
  hasGradient = true,
): Cases =>
  fc
    .tuple(tensorOf(shape, lattice), types)
    .map(([x, type]) =>
      parityCase(op, `${type}, ${attributes}`, [x], ([t]) => fn(typed(t, type)), { hasGradient: hasGradient && type === 'float32' }),
    );

type Reduce = (x: tf.Tensor, axis: number | number[] | undefined, keepDims: boolean) => tf.Tensor;
/** All axes, one, some or none, from either end. @param isTotal has it a value over nothing? */
const reduction = (op: string, fn: Reduce, types: Type[], isTotal: boolean): Cases =>
  fc.tuple(shapeOf(0, 4, isTotal ? extent : positiveExtent), fc.boolean()).chain(([shape, keepDims]) => {
    const all = shape.map((_, i) => i);
    const some = fc
      .subarray(all)
      .chain((axes) =>
        fc.tuple(fc.shuffledSubarray(axes, { minLength: axes.length }), fc.array(fc.boolean(), { minLength: 4, maxLength: 4 })),
      )
      .map(([axes, fromEnd]) => axes.map((axis, i) => (fromEnd[i] ? axis - shape.length : axis)));
    const axes = fc.oneof<[fc.Arbitrary<undefined>, fc.Arbitrary<number | number[]>]>(
      fc.constant(undefined),
      shape.length === 0 ? some : fc.oneof(axisOf(shape.length), some),
    );
    return fc.tuple(axes, tensorOf(shape, lattice, normal), fc.constantFrom(...types)).map(([axis, x, type]) =>
      parityCase(op, `${type}, ${text(axis)}, ${keepDims}`, [x], ([t]) => fn(typed(t, type), axis, keepDims), {
        hasGradient: type === 'float32',
      }),
    );
  });

const flip = (rows: number, columns: number, isFlipped: boolean): number[] => (isFlipped ? [columns, rows] : [rows, columns]);
const product = fc.record({
  rows: extent,
  inner: extent,
  columns: extent,
  left: fc.boolean(),
  right: fc.boolean(),
  isWhole: fc.integer({ min: 0, max: 4 }).map((k) => k === 0),
});
/**
 * Plain and batched products, with transposes. tfjs's cpu backend repeats the smaller batch in turn, which is
 * broadcasting only where one batch ends as the other does; elsewhere the reference tiles first, as NumPy would.
 */
const matMul: Cases = fc
  .tuple(product, shapeOf(0, 2), fc.constantFrom('same', 'left', 'right', 'both'), fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }))
  .chain(([{ rows, inner, columns, left, right, isWhole }, batch, broadcast, ones]) => {
    const shrunk = (offset: number): number[] => batch.map((size, i) => (ones[offset + i] ? 1 : size));
    const batches = [
      broadcast === 'left' || broadcast === 'both' ? shrunk(0) : batch,
      broadcast === 'right' || broadcast === 'both' ? shrunk(2) : batch,
    ] as const;
    const shapes = [
      [...batches[0], ...flip(rows, inner, left)],
      [...batches[1], ...flip(inner, columns, right)],
    ];
    const whole = tf.broadcast_util.assertAndGetBroadcastShape([...batches[0]], [...batches[1]]);
    const type: Type = isWhole ? 'int32' : 'float32';
    const isSame = String(batches[0]) === String(batches[1]);
    const tiled = (x: tf.Tensor): tf.Tensor => tf.broadcastTo(x, [...whole, ...x.shape.slice(-2)]);
    return tensorsOf(shapes, lattice, normal).map((inputs) =>
      parityCase('matMul', `${type}, ${left}, ${right}`, inputs, ([a, b]) => tf.matMul(typed(a, type), typed(b, type), left, right), {
        // tfjs does not sum the gradient over a broadcast batch.
        hasGradient: isSame && type === 'float32',
        ...(isSame || whole.includes(0)
          ? {}
          : { expected: ([a, b]) => tf.matMul(tiled(typed(a, type)), tiled(typed(b, type)), left, right) }),
      }),
    );
  });

const reshape: Cases = shapeOf().chain((shape) =>
  fc.tuple(fc.shuffledSubarray([...shape, 1, 1].slice(0, 5), { minLength: shape.length }), fc.nat(4)).chain(([shuffled, hole]) => {
    const fits = sizeOf(shuffled) === sizeOf(shape);
    const target = fits ? shuffled : [sizeOf(shape)];
    // tfjs cannot infer an extent of an empty tensor.
    const given = sizeOf(shape) > 0 && hole < target.length ? target.with(hole, -1) : target;
    return moved('reshape', shape, text(given), (x) => x.reshape(given));
  }),
);

const expandDims: Cases = shapeOf(0, 3).chain((shape) =>
  axisOf(shape.length + 1).chain((axis) => moved('expandDims', shape, text(axis), (x) => x.expandDims(axis))),
);

const transpose: Cases = shapeOf().chain((shape) =>
  fc
    .option(
      fc.shuffledSubarray(
        shape.map((_, i) => i),
        { minLength: shape.length },
      ),
      { nil: undefined, freq: 4 },
    )
    .chain((perm) => moved('transpose', shape, text(perm), (x) => x.transpose(perm))),
);

/** Begins and sizes in all the forms that tfjs takes: for every axis, for the first few, one number, -1 for the rest. */
const slice: Cases = shapeOf(1, 4).chain((shape) =>
  fc
    .tuple(
      fc.tuple(
        ...shape.map((size) =>
          fc.integer({ min: 0, max: size }).chain((begin) => fc.tuple(fc.constant(begin), fc.integer({ min: -1, max: size - begin }))),
        ),
      ),
      fc.integer({ min: 1, max: shape.length }),
      fc.nat(3),
    )
    .chain(([ranges, given, form]) => {
      const begin = ranges.map(([first]) => first).slice(0, form === 0 ? shape.length : given);
      const size = ranges.map(([, count]) => count).slice(0, begin.length);
      if (form === 1) return moved('slice', shape, text(begin[0]), (x) => x.slice(begin[0] as number));
      if (form === 2) return moved('slice', shape, text([begin[0], size[0]]), (x) => x.slice(begin[0] as number, size[0]));
      return moved('slice', shape, text([begin, size]), (x) => x.slice(begin, size));
    }),
);

const pad: Cases = fc
  .tuple(shapeOf(1, 4), typeOf)
  .chain(([shape, type]) =>
    fc
      .tuple(
        fc.array(fc.tuple(fc.nat(2), fc.nat(2)), { minLength: shape.length, maxLength: shape.length }),
        type === 'bool' ? fc.nat(1) : fc.constantFrom(0, 0, -1.5, 2),
      )
      .chain(([paddings, value]) => moved('pad', shape, `${text(paddings)}, ${value}`, (x) => x.pad(paddings, value), fc.constant(type))),
  );

const concat: Cases = fc.tuple(shapeOf(1, 4), typeOf).chain(([shape, type]) =>
  fc.tuple(axisOf(shape.length), fc.array(extent, { minLength: 1, maxLength: 12, size: 'max' })).chain(([axis, sizes]) =>
    tensorsOf(
      sizes.map((size) => shape.with(axis, size)),
      lattice,
    ).map((inputs) =>
      parityCase(
        'concat',
        `${type}, ${axis}`,
        inputs,
        (all) =>
          tf.concat(
            all.map((x) => typed(x, type)),
            axis,
          ),
        { hasGradient: type === 'float32' },
      ),
    ),
  ),
);

const pack: Cases = fc.tuple(shapeOf(0, 3), fc.integer({ min: 1, max: 9 }), typeOf).chain(([shape, count, type]) =>
  fc
    .tuple(
      axisOf(shape.length + 1),
      tensorsOf(
        Array.from({ length: count }, () => shape),
        lattice,
      ),
    )
    .map(([axis, inputs]) =>
      parityCase(
        'stack',
        `${type}, ${axis}`,
        inputs,
        (all) =>
          tf.stack(
            all.map((x) => typed(x, type)),
            axis,
          ),
        { hasGradient: type === 'float32' },
      ),
    ),
);

const unpack: Cases = shapeOf(1, 4).chain((shape) =>
  axisOf(shape.length).chain((axis) => {
    const filled = shape.with(axis, Math.max(1, shape.at(axis) as number));
    // tfjs has no gradient where there is one part: it expects an array.
    return moved('unstack', filled, text(axis), (x) => tf.unstack(x, axis), typeOf, filled.at(axis) !== 1);
  }),
);

const split: Cases = fc
  .tuple(shapeOf(1, 4), fc.array(fc.nat(3), { minLength: 1, maxLength: 5 }), fc.integer({ min: 1, max: 3 }), fc.nat(2))
  .chain(([shape, sizes, equal, form]) =>
    axisOf(shape.length).chain((axis) => {
      const total = sizes.reduce((sum, size) => sum + size, 0);
      // Equal parts by their count, parts by their sizes, or with one size left to be found (tfjs errs where it is the first).
      const isCounted = form === 0;
      const given = isCounted ? equal : form === 1 || sizes.length === 1 ? sizes : sizes.with(-1, -1);
      // tfjs has no gradient where there is one part: it expects an array.
      const hasGradient = (isCounted ? equal : sizes.length) > 1;
      return moved(
        'split',
        shape.with(axis, isCounted ? equal * (sizes[0] as number) : total),
        `${text(given)}, ${axis}`,
        (x) => tf.split(x, typeof given === 'number' ? given : [...given], axis),
        typeOf,
        hasGradient,
      );
    }),
  );

const tile: Cases = shapeOf().chain((shape) =>
  fc
    .array(fc.oneof({ weight: 5, arbitrary: fc.integer({ min: 1, max: 3 }) }, { weight: 1, arbitrary: fc.constant(0) }), {
      minLength: shape.length,
      maxLength: shape.length,
    })
    // tfjs has no gradient of a tiled scalar.
    .chain((reps) => moved('tile', shape, text(reps), (x) => x.tile(reps), typeOf, shape.length > 0)),
);

export const shapeProperties: Readonly<Record<string, Cases>> = {
  Sum: reduction('sum', (x, axis, keepDims) => x.sum(axis, keepDims), ['float32', 'float32', 'int32', 'bool'], true),
  Mean: reduction('mean', (x, axis, keepDims) => x.mean(axis, keepDims), ['float32', 'float32', 'int32', 'bool'], true),
  Max: reduction('max', (x, axis, keepDims) => x.max(axis, keepDims), ['float32', 'float32', 'int32'], false),
  Min: reduction('min', (x, axis, keepDims) => x.min(axis, keepDims), ['float32', 'float32', 'int32'], false),
  BatchMatMul: matMul,
  Reshape: reshape,
  ExpandDims: expandDims,
  Transpose: transpose,
  Slice: slice,
  PadV2: pad,
  Concat: concat,
  Pack: pack,
  Unpack: unpack,
  SplitV: split,
  Tile: tile,
};
