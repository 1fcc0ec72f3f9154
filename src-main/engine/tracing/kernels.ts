// tfjs kernels in ONNX's vocabulary: what each kernel call appends to the graph instead of computing.
// Semantics: https://onnx.ai/onnx/operators (opset 18) and tfjs-core 4.22's kernel names.
import { util } from '@tensorflow/tfjs';
import { type Graph, sizeOf, type Value } from './graph.ts';
import {
  broadcastShape,
  castTo,
  filled,
  input,
  requireType,
  type KernelCall,
  type KernelTable,
  type KernelTracer,
} from './kernels-call.ts';
import { elementwiseTracers } from './kernels-elementwise.ts';
import { shapeTracers } from './kernels-shapes.ts';

/** The axes that a call reduces, from 0, with the shapes of what is left. */
function reduction(call: KernelCall, x: Value): { axes: number[]; shape: number[]; keepdims: number } {
  const axes = util.parseAxisParam((call.attrs['axis'] ?? call.attrs['reductionIndices'] ?? null) as number | number[], [...x.shape]);
  const keepDims = call.attrs['keepDims'] === true;
  const shape = keepDims ? x.shape.map((extent, i) => (axes.includes(i) ? 1 : extent)) : x.shape.filter((_, i) => !axes.includes(i));
  return { axes, shape, keepdims: keepDims ? 1 : 0 };
}

/** A sum or mean over axes; over nothing it is 0, as in tfjs. */
function total(op: string): KernelTracer {
  return (call) => {
    const given = input(call, 'x');
    const x =
      op === 'ReduceMean' ? castTo(call.graph, given, 'float32') : given.type === 'bool' ? castTo(call.graph, given, 'int32') : given;
    const { axes, shape, keepdims } = reduction(call, x);
    if (axes.length === 0) return x;
    if (sizeOf(x.shape) === 0) return filled(call.graph, shape, 0, x.type);
    return call.graph.node(op, [x, call.graph.integers(axes)], { keepdims }, shape, x.type);
  };
}

/**
 * A maximum or minimum over axes. ONNX Runtime's passes over NaN where a number stands beside it. In tfjs NaN wins, and
 * so it does here: entries clipped to [0, 0] sum to 0, or to NaN where there is one.
 */
function extreme(op: string): KernelTracer {
  return (call) => {
    const x = input(call, 'x');
    requireType(x, 'float32', 'int32');
    const { axes, shape, keepdims } = reduction(call, x);
    if (axes.length === 0) return x;
    if (sizeOf(x.shape) === 0 && sizeOf(shape) > 0) throw new Error(`it has no value over an empty axis of [${x.shape.join(', ')}]`);
    const reduced = call.graph.node(op, [x, call.graph.integers(axes)], { keepdims }, shape, x.type);
    if (x.type !== 'float32') return reduced;
    const zero = call.graph.scalar(0);
    const taint = call.graph.node(
      'ReduceSum',
      [call.graph.node('Clip', [x, zero, zero], {}, x.shape), call.graph.integers(axes)],
      { keepdims },
      shape,
    );
    return call.graph.node('Add', [reduced, taint], {}, shape);
  };
}

function flipped(graph: Graph, x: Value): Value {
  const order = x.shape.map((_, i) => i);
  [order[order.length - 2], order[order.length - 1]] = [order.length - 1, order.length - 2];
  return graph.node(
    'Transpose',
    [x],
    { perm: order },
    order.map((axis) => x.shape[axis] as number),
    x.type,
  );
}

/** A matrix product: Gemm takes the transposes itself for two dimensions. */
function matMul(graph: Graph, a: Value, b: Value, transposeA: boolean, transposeB: boolean): Value {
  const rows = a.shape.at(transposeA ? -1 : -2) as number;
  const columns = b.shape.at(transposeB ? -2 : -1) as number;
  const shape = [...broadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2)), rows, columns];
  // ONNX Runtime does not broadcast the batches of empty tensors.
  if (sizeOf(a.shape) === 0 || sizeOf(b.shape) === 0) return filled(graph, shape, 0, a.type);
  if (a.shape.length === 2 && b.shape.length === 2 && a.type === 'float32') {
    return graph.node('Gemm', [a, b], { transA: transposeA ? 1 : 0, transB: transposeB ? 1 : 0 }, shape);
  }
  return graph.node('MatMul', [transposeA ? flipped(graph, a) : a, transposeB ? flipped(graph, b) : b], {}, shape, a.type);
}

export const kernelTracers: KernelTable = {
  ...elementwiseTracers,
  ...shapeTracers,
  Sum: total('ReduceSum'),
  Mean: total('ReduceMean'),
  Max: extreme('ReduceMax'),
  Min: extreme('ReduceMin'),
  BatchMatMul: (call) =>
    matMul(call.graph, input(call, 'a'), input(call, 'b'), call.attrs['transposeA'] === true, call.attrs['transposeB'] === true),
};
