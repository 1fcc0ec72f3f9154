// Random cases of every kernel that computes entry by entry.
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import {
  broadcastShapes,
  lattice,
  normal,
  parityCase,
  positive,
  shapeOf,
  tensorOf,
  tensorsOf,
  unsigned,
  type Values,
  whole,
  wide,
} from './arbitraries.ts';
import type { ParityCase } from './parity.ts';

type Cases = fc.Arbitrary<ParityCase>;
type Unary = (x: tf.Tensor) => tf.Tensor;
type Binary = (a: tf.Tensor, b: tf.Tensor) => tf.Tensor;
type Type = 'float32' | 'int32' | 'bool';

/** Gives numbers a type inside the program, whose inputs are all single precision. */
const typed = (x: tf.Tensor, type: Type): tf.Tensor => (type === 'bool' ? x.greater(0) : type === 'int32' ? x.cast('int32') : x);

function unary(op: string, fn: Unary, kinds: Values[] = [lattice, normal, wide], types: Type[] = ['float32']): Cases {
  return fc
    .tuple(shapeOf(), fc.constantFrom(...types))
    .chain(([shape, type]) =>
      tensorOf(shape, ...kinds).map((x) =>
        parityCase(op, type, [x], ([t]) => fn(typed(t as tf.Tensor, type)), { hasGradient: type === 'float32' }),
      ),
    );
}

interface BinaryOptions {
  kinds?: Values[];
  types?: Type[];
  /** Comparisons have no gradient. */
  isFlat?: boolean;
  /** Does tfjs 4.22 forget to sum the gradient over what an input was broadcast along? Then it raises, eagerly too. */
  keepsBroadcastGradient?: boolean;
}
function binary(
  op: string,
  fn: Binary,
  { kinds = [lattice, normal], types = ['float32', 'int32'], isFlat = false, keepsBroadcastGradient = false }: BinaryOptions = {},
): Cases {
  return fc.tuple(broadcastShapes(2), fc.constantFrom(...types)).chain(([shapes, type]) => {
    const isSame = String(shapes[0]) === String(shapes[1]);
    // tfjs has no gradient where an extent of 1 is broadcast to 0.
    const isEmpty = shapes.some((shape) => shape.includes(0));
    const hasGradient = !isFlat && type === 'float32' && (isSame || (!keepsBroadcastGradient && !isEmpty));
    return tensorsOf(shapes, ...kinds).map((inputs) =>
      parityCase(op, type, inputs, ([a, b]) => fn(typed(a as tf.Tensor, type), typed(b as tf.Tensor, type)), { hasGradient }),
    );
  });
}

const comparison = (op: string, fn: Binary, types: Type[] = ['float32', 'int32', 'bool']): Cases =>
  binary(op, fn, { kinds: [lattice], types, isFlat: true });

/** Real powers of positive numbers, whole powers of all. */
const power: Cases = broadcastShapes(2).chain((shapes) => {
  const [base, exponent] = shapes as [number[], number[]];
  const hasGradient = !shapes.some((shape) => shape.includes(0));
  const of = (bases: Values, exponents: Values): Cases =>
    fc
      .tuple(tensorOf(base, bases), tensorOf(exponent, exponents))
      .map((inputs) => parityCase('pow', '', inputs, ([a, b]) => tf.pow(a as tf.Tensor, b as tf.Tensor), { hasGradient }));
  return fc.oneof(of(positive, normal), of(unsigned, unsigned), of(lattice, whole));
});

const clip: Cases = fc
  .tuple(
    shapeOf(),
    fc.constantFrom<Type>('float32', 'float32', 'int32'),
    fc.constantFrom(-Infinity, -2, -0.75, 0, 0.5),
    fc.constantFrom(0, 0.5, 1.5, Infinity),
  )
  .chain(([shape, type, gap, width]) => {
    const [low, high] = gap === -Infinity ? [-Infinity, width - 1] : [gap, gap + width];
    return tensorOf(shape, lattice, normal).map((x) =>
      // Equal bounds are filled in by tfjs, without a gradient.
      parityCase('clipByValue', `${type}, ${low}, ${high}`, [x], ([t]) => typed(t as tf.Tensor, type).clipByValue(low, high), {
        hasGradient: type === 'float32' && low < high,
      }),
    );
  });

const step: Cases = fc
  .tuple(fc.constantFrom(0, 0.3, -1), fc.constantFrom<Type>('float32', 'int32'), shapeOf())
  .chain(([alpha, type, shape]) =>
    tensorOf(shape, lattice).map((x) =>
      parityCase('step', `${type}, ${alpha}`, [x], ([t]) => typed(t as tf.Tensor, type).step(alpha), { hasGradient: type === 'float32' }),
    ),
  );

const cast: Cases = fc
  .tuple(shapeOf(), fc.constantFrom<Type>('float32', 'int32', 'bool'), fc.constantFrom<Type>('float32', 'int32', 'bool'))
  .chain(([shape, from, to]) =>
    tensorOf(shape, lattice).map((x) =>
      parityCase('cast', `${from} to ${to}`, [x], ([t]) => typed(t as tf.Tensor, from).cast(to), { hasGradient: from === 'float32' }),
    ),
  );

/** tfjs broadcasts an extent of 1 to any but 0 here. */
const choiceShapes = fc.oneof(
  broadcastShapes(3, true),
  broadcastShapes(3).filter((shapes) => !shapes.some((shape) => shape.includes(0))),
);
const select: Cases = fc
  .tuple(choiceShapes, fc.constantFrom<[Type, Type]>(['float32', 'float32'], ['int32', 'int32'], ['int32', 'float32'], ['bool', 'int32']))
  .chain(([shapes, types]) =>
    tensorsOf(shapes, lattice).map((inputs) =>
      parityCase(
        'where',
        types.join(),
        inputs,
        ([c, yes, no]) => tf.where((c as tf.Tensor).greater(0), typed(yes as tf.Tensor, types[0]), typed(no as tf.Tensor, types[1])),
        { hasGradient: false },
      ),
    ),
  );
/** With a gradient: the condition comes from outside, since tfjs gives it one of no use. */
const selectGradient: Cases = broadcastShapes(2, true).chain((shapes) =>
  tensorsOf(shapes, lattice).map((inputs) =>
    parityCase('where', 'every third', inputs, ([yes, no]) => {
      const { shape, size } = yes as tf.Tensor;
      return tf.where(
        tf.tensor(
          Array.from({ length: size }, (_, i) => i % 3 === 0),
          shape,
          'bool',
        ),
        yes as tf.Tensor,
        no as tf.Tensor,
      );
    }),
  ),
);

const addN: Cases = fc
  .tuple(shapeOf(), fc.integer({ min: 1, max: 7 }), fc.constantFrom<Type>('float32', 'float32', 'int32'))
  .chain(([shape, count, type]) =>
    tensorsOf(
      Array.from({ length: count }, () => shape),
      lattice,
    ).map((inputs) =>
      parityCase('addN', type, inputs, (all) => tf.addN(all.map((x) => typed(x, type))), { hasGradient: type === 'float32' }),
    ),
  );

const fill: Cases = fc
  .tuple(
    shapeOf(),
    fc.constantFrom<[number | boolean, Type?]>([0], [-2.5], [3, 'float32'], [-2.5, 'int32'], [1, 'int32'], [true], [false, 'bool']),
  )
  .chain(([shape, [value, type]]) =>
    tensorOf(shape, lattice).map((x) =>
      parityCase('fill', `${type}, ${value}`, [x], ([t]) => [
        tf.fill(shape, value as number, type),
        (t as tf.Tensor).mul(tf.fill(shape, Number(value))),
      ]),
    ),
  );
const like = (op: string, fn: Unary): Cases =>
  fc.oneof(
    unary(op, fn, [lattice], ['float32', 'int32', 'bool']),
    unary(`${op}, in a product,`, (x) => x.mul(fn(x)).add(fn(x))),
  );

export const elementwiseProperties: Readonly<Record<string, Cases>> = {
  Add: binary('add', (a, b) => a.add(b)),
  AddN: addN,
  Sub: binary('sub', (a, b) => a.sub(b)),
  Multiply: binary('mul', (a, b) => a.mul(b)),
  RealDiv: binary('div', (a, b) => a.div(b), { kinds: [lattice, positive], types: ['float32'] }),
  Minimum: binary('minimum', tf.minimum, { keepsBroadcastGradient: true }),
  Maximum: binary('maximum', tf.maximum, { keepsBroadcastGradient: true }),
  SquaredDifference: binary('squaredDifference', tf.squaredDifference, { keepsBroadcastGradient: true }),
  Pow: power,
  Greater: comparison('greater', (a, b) => a.greater(b)),
  GreaterEqual: comparison('greaterEqual', (a, b) => a.greaterEqual(b)),
  Less: comparison('less', (a, b) => a.less(b)),
  LessEqual: comparison('lessEqual', (a, b) => a.lessEqual(b)),
  Equal: comparison('equal', (a, b) => a.equal(b)),
  NotEqual: comparison('notEqual', (a, b) => a.notEqual(b)),
  LogicalAnd: comparison('logicalAnd', (a, b) => a.logicalAnd(b), ['bool']),
  LogicalOr: comparison('logicalOr', (a, b) => a.logicalOr(b), ['bool']),
  LogicalNot: unary('logicalNot', (x) => x.logicalNot(), [lattice], ['bool']),
  Abs: unary('abs', (x) => x.abs(), [lattice, normal], ['float32', 'int32']),
  Exp: unary('exp', (x) => x.exp()),
  Log: unary('log', (x) => x.log(), [lattice, positive]),
  Neg: unary('neg', (x) => x.neg(), [lattice], ['float32', 'int32']),
  Reciprocal: unary('reciprocal', (x) => x.reciprocal(), [lattice, positive]),
  Relu: unary('relu', (x) => x.relu(), [lattice, normal], ['float32', 'int32']),
  Rsqrt: unary('rsqrt', (x) => x.rsqrt(), [lattice, positive]),
  Sigmoid: unary('sigmoid', (x) => x.sigmoid()),
  Sign: unary('sign', (x) => x.sign(), [lattice, normal], ['float32', 'int32']),
  Softplus: unary('softplus', (x) => x.softplus()),
  Sqrt: unary('sqrt', (x) => x.sqrt(), [lattice, positive]),
  Square: unary('square', (x) => x.square(), [lattice, normal], ['float32', 'int32']),
  Tanh: unary('tanh', (x) => x.tanh()),
  Step: step,
  ClipByValue: clip,
  Cast: cast,
  Identity: unary('clone', (x) => x.clone(), [lattice], ['float32', 'int32', 'bool']),
  Select: fc.oneof(select, selectGradient),
  Fill: fill,
  ZerosLike: like('zerosLike', tf.zerosLike),
  OnesLike: like('onesLike', tf.onesLike),
};
