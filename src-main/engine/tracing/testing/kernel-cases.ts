// One program for each kernel, with its gradient where it has one: what every device is held against.
import * as tf from '@tensorflow/tfjs';
import type { NamedArrays, NamedShapes, NamedTensors, ProgramDeclaration } from '../../program.ts';

export interface KernelCase {
  /** The kernel that the function must call. */
  kernel: string;
  shapes: NamedShapes;
  fn: (x: NamedTensors) => tf.Tensor | tf.Tensor[];
  /** Maps standard normal numbers into the op's domain. */
  domain?: (z: number) => number;
  /** Has the op no gradient (comparisons, signs)? */
  isFlat?: boolean;
  label?: string;
}

const positive = (z: number): number => 0.2 + Math.abs(z);
const x34 = { x: [3, 4] };
const ab = { a: [3, 4], b: [3, 4] };
const row = { a: [3, 4], b: [4] };
const X = (t: NamedTensors): tf.Tensor => t['x'] as tf.Tensor;
const A = (t: NamedTensors): tf.Tensor => t['a'] as tf.Tensor;
const B = (t: NamedTensors): tf.Tensor => t['b'] as tf.Tensor;
const mask = (): tf.Tensor =>
  tf.tensor(
    Array.from({ length: 12 }, (_, i) => i % 3 === 0),
    [3, 4],
    'bool',
  );
const asFloat = (t: tf.Tensor): tf.Tensor => t.cast('float32');

export const kernelCases: readonly KernelCase[] = [
  { kernel: 'Add', shapes: row, fn: (t) => A(t).add(B(t)) },
  { kernel: 'AddN', shapes: ab, fn: (t) => tf.addN([A(t), B(t), A(t)]) },
  { kernel: 'Sub', shapes: row, fn: (t) => A(t).sub(B(t)) },
  { kernel: 'Multiply', shapes: row, fn: (t) => A(t).mul(B(t)) },
  { kernel: 'RealDiv', shapes: row, fn: (t) => A(t).div(B(t)), domain: positive },
  // tfjs 4.22 forgets to sum the gradient of a broadcast input of these three, eagerly too.
  { kernel: 'Minimum', shapes: ab, fn: (t) => tf.minimum(A(t), B(t)) },
  { kernel: 'Maximum', shapes: ab, fn: (t) => tf.maximum(A(t), B(t)) },
  { kernel: 'Pow', shapes: row, fn: (t) => tf.pow(A(t), B(t)), domain: positive },
  { kernel: 'Greater', shapes: ab, fn: (t) => asFloat(A(t).greater(B(t))), isFlat: true },
  { kernel: 'GreaterEqual', shapes: ab, fn: (t) => asFloat(A(t).greaterEqual(tf.maximum(A(t), B(t)))), isFlat: true },
  { kernel: 'Less', shapes: ab, fn: (t) => asFloat(A(t).less(B(t))), isFlat: true },
  { kernel: 'LessEqual', shapes: ab, fn: (t) => asFloat(A(t).lessEqual(B(t))), isFlat: true },
  { kernel: 'Equal', shapes: ab, fn: (t) => asFloat(A(t).equal(tf.maximum(A(t), B(t)))), isFlat: true },
  { kernel: 'NotEqual', shapes: ab, fn: (t) => asFloat(A(t).notEqual(tf.maximum(A(t), B(t)))), isFlat: true },
  { kernel: 'LogicalAnd', shapes: ab, fn: (t) => asFloat(A(t).greater(0).logicalAnd(B(t).greater(0))), isFlat: true },
  { kernel: 'LogicalOr', shapes: ab, fn: (t) => asFloat(A(t).greater(0).logicalOr(B(t).greater(0))), isFlat: true },
  { kernel: 'LogicalNot', shapes: ab, fn: (t) => asFloat(A(t).greater(0).logicalNot()), isFlat: true },
  { kernel: 'SquaredDifference', shapes: ab, fn: (t) => tf.squaredDifference(A(t), B(t)) },
  { kernel: 'Abs', shapes: x34, fn: (t) => X(t).abs() },
  { kernel: 'Exp', shapes: x34, fn: (t) => X(t).exp() },
  { kernel: 'Log', shapes: x34, fn: (t) => X(t).log(), domain: positive },
  { kernel: 'Neg', shapes: x34, fn: (t) => X(t).neg() },
  { kernel: 'Relu', shapes: x34, fn: (t) => X(t).relu() },
  { kernel: 'Reciprocal', shapes: x34, fn: (t) => X(t).reciprocal(), domain: positive },
  { kernel: 'Sigmoid', shapes: x34, fn: (t) => X(t).sigmoid() },
  { kernel: 'Sign', shapes: x34, fn: (t) => X(t).sign(), isFlat: true },
  { kernel: 'Softplus', shapes: x34, fn: (t) => X(t).softplus(), domain: (z) => 12 * z },
  { kernel: 'Sqrt', shapes: x34, fn: (t) => X(t).sqrt(), domain: positive },
  { kernel: 'Tanh', shapes: x34, fn: (t) => X(t).tanh() },
  { kernel: 'Rsqrt', shapes: x34, fn: (t) => X(t).rsqrt(), domain: positive },
  { kernel: 'Square', shapes: x34, fn: (t) => X(t).square() },
  { kernel: 'Step', shapes: x34, fn: (t) => X(t).step(), isFlat: true },
  { kernel: 'Step', label: 'Step with a slope', shapes: x34, fn: (t) => X(t).step(0.3), isFlat: true },
  { kernel: 'ClipByValue', shapes: x34, fn: (t) => X(t).clipByValue(-0.7, 0.4) },
  { kernel: 'Cast', shapes: x34, fn: (t) => mask().cast('float32').mul(X(t)) },
  { kernel: 'Identity', shapes: x34, fn: (t) => X(t).clone() },
  { kernel: 'Select', shapes: ab, fn: (t) => tf.where(mask(), A(t), B(t)) },
  { kernel: 'Sum', shapes: { x: [2, 3, 4] }, fn: (t) => X(t).sum([0, 2]) },
  { kernel: 'Sum', label: 'Sum of all', shapes: x34, fn: (t) => X(t).sum() },
  { kernel: 'Sum', label: 'Sum keeping dimensions', shapes: x34, fn: (t) => X(t).sum(1, true) },
  { kernel: 'Mean', shapes: x34, fn: (t) => X(t).mean(0) },
  { kernel: 'Max', shapes: x34, fn: (t) => X(t).max(1) },
  { kernel: 'Min', shapes: x34, fn: (t) => X(t).min(1) },
  { kernel: 'BatchMatMul', shapes: { a: [3, 4], b: [4, 5] }, fn: (t) => tf.matMul(A(t), B(t)) },
  { kernel: 'BatchMatMul', label: 'transposed product', shapes: { a: [4, 3], b: [5, 4] }, fn: (t) => tf.matMul(A(t), B(t), true, true) },
  { kernel: 'BatchMatMul', label: 'batched product', shapes: { a: [2, 3, 4], b: [2, 4, 5] }, fn: (t) => tf.matMul(A(t), B(t)) },
  {
    kernel: 'BatchMatMul',
    label: 'batched transposed product',
    shapes: { a: [2, 4, 3], b: [2, 5, 4] },
    fn: (t) => tf.matMul(A(t), B(t), true, true),
  },
  {
    kernel: 'BatchMatMul',
    label: 'product with a bias',
    shapes: { a: [3, 4], b: [4, 5], x: [5] },
    fn: (t) => tf.matMul(A(t), B(t)).add(X(t)).tanh(),
  },
  { kernel: 'Reshape', shapes: x34, fn: (t) => X(t).reshape([2, 6]) },
  { kernel: 'ExpandDims', shapes: x34, fn: (t) => X(t).expandDims(1) },
  { kernel: 'Transpose', shapes: { x: [2, 3, 4] }, fn: (t) => X(t).transpose([2, 0, 1]) },
  { kernel: 'Slice', shapes: x34, fn: (t) => X(t).slice([1, 0], [2, 3]) },
  {
    kernel: 'PadV2',
    shapes: x34,
    fn: (t) =>
      X(t).pad(
        [
          [1, 2],
          [0, 1],
        ],
        0.5,
      ),
  },
  { kernel: 'Concat', shapes: { a: [3, 2], b: [3, 4] }, fn: (t) => tf.concat([A(t), B(t)], 1) },
  { kernel: 'Pack', shapes: ab, fn: (t) => tf.stack([A(t), B(t)], 1) },
  { kernel: 'Unpack', shapes: x34, fn: (t) => tf.unstack(X(t), 1) },
  { kernel: 'Pack', label: 'Pack along the last axis', shapes: ab, fn: (t) => tf.stack([A(t), B(t)], -1) },
  { kernel: 'Unpack', label: 'Unpack along the last axis', shapes: x34, fn: (t) => tf.unstack(X(t), -1) },
  { kernel: 'ExpandDims', label: 'ExpandDims at the end', shapes: x34, fn: (t) => X(t).expandDims(-1) },
  { kernel: 'SplitV', shapes: x34, fn: (t) => tf.split(X(t), [1, 3], 1) },
  { kernel: 'Tile', shapes: x34, fn: (t) => X(t).tile([2, 3]) },
  { kernel: 'Fill', shapes: x34, fn: (t) => X(t).mul(tf.fill([3, 4], 2.5)) },
  { kernel: 'ZerosLike', shapes: x34, fn: (t) => X(t).add(tf.zerosLike(X(t))) },
  { kernel: 'OnesLike', shapes: x34, fn: (t) => X(t).mul(tf.onesLike(X(t))) },
];

/** Values for a case's inputs. @param normal draws a standard normal number */
export function inputsOf({ shapes, domain = (z) => z }: KernelCase, normal: () => number): NamedArrays {
  return Object.fromEntries(
    Object.entries(shapes).map(([key, shape]) => [
      key,
      Float32Array.from({ length: shape.reduce((n, extent) => n * extent, 1) }, () => domain(normal())),
    ]),
  );
}

/** The outputs as `output-N`, and the gradients of a weighted sum of them as `gradient-INPUT`. */
export function programOf({ kernel, label = kernel, shapes, fn, isFlat }: KernelCase): ProgramDeclaration {
  const names = Object.keys(shapes);
  const results = (t: NamedTensors): tf.Tensor[] => [fn(t)].flat();
  return {
    name: label,
    signature: { batch: shapes, noise: {}, controls: {} },
    fn: ({ batch: t }) => {
      const outputs = Object.fromEntries(results(t).map((tensor, i) => [`output-${i}`, tensor]));
      if (isFlat) return { state: {}, diagnostics: outputs };
      // A weighted sum, for every element to have a gradient of its own.
      const loss = (...tensors: tf.Tensor[]): tf.Scalar =>
        tf.addN(
          results(Object.fromEntries(names.map((name, i) => [name, tensors[i] as tf.Tensor]))).map((tensor) => {
            const weights = tf.tensor(
              Float32Array.from({ length: tensor.size }, (_, i) => Math.cos(1.7 * i + 0.4)),
              tensor.shape,
            );
            return tensor.mul(weights).sum();
          }),
        ) as tf.Scalar;
      const { grads } = tf.valueAndGrads(loss)(names.map((name) => t[name] as tf.Tensor));
      return { state: {}, diagnostics: { ...outputs, ...Object.fromEntries(grads.map((grad, i) => [`gradient-${names[i]}`, grad])) } };
    },
  };
}
