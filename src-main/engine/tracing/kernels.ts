// tfjs kernels in ONNX's vocabulary: what each kernel call appends to the graph instead of computing.
// Semantics: https://onnx.ai/onnx/operators (opset 18) and tfjs-core 4.22's kernel names.
import { backend_util, util, type TensorInfo } from '@tensorflow/tfjs';
import { type Graph, sizeOf, type Value, type ValueType } from './graph.ts';

export interface KernelCall {
  graph: Graph;
  inputs: Record<string, TensorInfo | TensorInfo[]>;
  attrs: Record<string, unknown>;
}
export type KernelTracer = (call: KernelCall) => Value | readonly Value[];

const asValue = (info: TensorInfo): Value => info.dataId as unknown as Value;
/** The value of an input, seen with the shape that the tensor has. */
function input(call: KernelCall, name: string): Value {
  const info = call.inputs[name];
  if (info === undefined || Array.isArray(info)) throw new Error(`kernel input ${name} is missing`);
  return reshape(call.graph, asValue(info), info.shape);
}
function inputList(call: KernelCall): Value[] {
  return Object.values(call.inputs).flat().map((info) => reshape(call.graph, asValue(info), info.shape));
}

const sameShape = (a: readonly number[], b: readonly number[]): boolean => a.length === b.length && a.every((extent, i) => extent === b[i]);

function reshape(graph: Graph, x: Value, shape: readonly number[]): Value {
  if (sameShape(x.shape, shape)) return x;
  if (x.data) return graph.constant(x.data, shape, x.type);
  return graph.node('Reshape', [x, graph.integers(shape)], {}, shape, x.type);
}

function binary(op: string, type: ValueType | null = null): KernelTracer {
  return (call) => {
    const [a, b] = [input(call, 'a'), input(call, 'b')];
    return call.graph.node(op, [a, b], {}, broadcastShape(a, b), type ?? a.type);
  };
}
const broadcastShape = (a: Value, b: Value): number[] => backend_util.assertAndGetBroadcastShape([...a.shape], [...b.shape]);

function unary(op: string): KernelTracer {
  return (call) => {
    const x = input(call, 'x');
    return call.graph.node(op, [x], {}, x.shape, x.type);
  };
}

function castTo(graph: Graph, x: Value, type: ValueType): Value {
  const codes = { float32: 1, int32: 6, int64: 7, bool: 9 };
  return x.type === type ? x : graph.node('Cast', [x], { to: codes[type] }, x.shape, type);
}

/** Sum, mean, maximum or minimum over axes. */
function reduce(op: string): KernelTracer {
  return (call) => {
    const x = input(call, 'x');
    const axes = util.parseAxisParam((call.attrs['axis'] ?? call.attrs['reductionIndices'] ?? null) as number | number[], [...x.shape]);
    const keepDims = call.attrs['keepDims'] === true;
    const shape = keepDims ? x.shape.map((extent, i) => (axes.includes(i) ? 1 : extent)) : x.shape.filter((_, i) => !axes.includes(i));
    if (axes.length === 0) return x;
    return call.graph.node(op, [x, call.graph.integers(axes)], { keepdims: keepDims ? 1 : 0 }, shape, x.type);
  };
}

/** A matrix product: Gemm takes the transposes itself for two dimensions. */
function matMul(graph: Graph, a: Value, b: Value, transposeA: boolean, transposeB: boolean): Value {
  const rows = a.shape.at(transposeA ? -1 : -2) as number;
  const columns = b.shape.at(transposeB ? -2 : -1) as number;
  if (a.shape.length === 2 && b.shape.length === 2) {
    return graph.node('Gemm', [a, b], { transA: transposeA ? 1 : 0, transB: transposeB ? 1 : 0 }, [rows, columns]);
  }
  const flip = (x: Value): Value => {
    const order = x.shape.map((_, i) => i);
    [order[order.length - 2], order[order.length - 1]] = [order.length - 1, order.length - 2];
    return graph.node('Transpose', [x], { perm: order }, order.map((axis) => x.shape[axis] as number), x.type);
  };
  const batch = backend_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  return graph.node('MatMul', [transposeA ? flip(a) : a, transposeB ? flip(b) : b], {}, [...batch, rows, columns]);
}

function filled(graph: Graph, shape: readonly number[], value: number, type: ValueType): Value {
  const data = type === 'float32' ? Float32Array.of(value) : type === 'int32' ? Int32Array.of(value) : Uint8Array.of(value ? 1 : 0);
  const scalar = graph.constant(data, [], type);
  return shape.length === 0 ? scalar : graph.node('Expand', [scalar, graph.integers(shape)], {}, shape, type);
}

function concat(graph: Graph, values: readonly Value[], axis: number): Value {
  const kept = values.filter((value) => sizeOf(value.shape) > 0);
  const first = kept[0] ?? values[0];
  if (!first) throw new Error('Concat needs at least one tensor');
  if (kept.length === 1) return first;
  const shape = backend_util.computeOutShape(kept.map((value) => [...value.shape]), axis);
  return graph.node('Concat', kept, { axis }, shape, first.type);
}

function slice(graph: Graph, x: Value, begin: readonly number[], size: readonly number[]): Value {
  if (sameShape(size, x.shape)) return x;
  const ends = begin.map((start, i) => start + (size[i] as number));
  return graph.node('Slice', [x, graph.integers(begin), graph.integers(ends), graph.integers(begin.map((_, i) => i))], {}, size, x.type);
}

/** Parts of x along an axis, of the given sizes. */
function split(graph: Graph, x: Value, sizes: readonly number[], axis: number): Value[] {
  let offset = 0;
  return sizes.map((size) => {
    const begin = x.shape.map((_, i) => (i === axis ? offset : 0));
    offset += size;
    return slice(graph, x, begin, x.shape.map((extent, i) => (i === axis ? size : extent)));
  });
}

/** An axis counted from the end where it is negative; the first where none is given. */
function wrapAxis(axis: unknown, rank: number): number {
  const given = Number(axis ?? 0);
  return given < 0 ? given + rank : given;
}

const comparison = (op: string): KernelTracer => binary(op, 'bool');

export const kernelTracers: Readonly<Record<string, KernelTracer>> = {
  Add: binary('Add'),
  AddN: (call) => {
    const values = inputList(call);
    const first = values[0] as Value;
    return values.length === 1 ? first : call.graph.node('Sum', values, {}, first.shape, first.type);
  },
  Sub: binary('Sub'),
  Multiply: binary('Mul'),
  RealDiv: binary('Div'),
  Minimum: binary('Min'),
  Maximum: binary('Max'),
  Pow: binary('Pow'),
  Greater: comparison('Greater'),
  GreaterEqual: comparison('GreaterOrEqual'),
  Less: comparison('Less'),
  LessEqual: comparison('LessOrEqual'),
  Equal: comparison('Equal'),
  NotEqual: (call) => {
    const [a, b] = [input(call, 'a'), input(call, 'b')];
    const shape = broadcastShape(a, b);
    return call.graph.node('Not', [call.graph.node('Equal', [a, b], {}, shape, 'bool')], {}, shape, 'bool');
  },
  LogicalAnd: comparison('And'),
  LogicalOr: comparison('Or'),
  LogicalNot: unary('Not'),
  SquaredDifference: (call) => {
    const [a, b] = [input(call, 'a'), input(call, 'b')];
    const difference = call.graph.node('Sub', [a, b], {}, broadcastShape(a, b));
    return call.graph.node('Mul', [difference, difference], {}, difference.shape);
  },

  Abs: unary('Abs'),
  Exp: unary('Exp'),
  Log: unary('Log'),
  Neg: unary('Neg'),
  Relu: unary('Relu'),
  Reciprocal: unary('Reciprocal'),
  Sigmoid: unary('Sigmoid'),
  Sign: unary('Sign'),
  Softplus: unary('Softplus'),
  Sqrt: unary('Sqrt'),
  Tanh: unary('Tanh'),
  Rsqrt: (call) => {
    const x = input(call, 'x');
    return call.graph.node('Reciprocal', [call.graph.node('Sqrt', [x], {}, x.shape)], {}, x.shape);
  },
  Square: (call) => {
    const x = input(call, 'x');
    return call.graph.node('Mul', [x, x], {}, x.shape, x.type);
  },
  Step: (call) => {
    const x = input(call, 'x');
    const positive = call.graph.node('Greater', [x, call.graph.scalar(0)], {}, x.shape, 'bool');
    const alpha = Number(call.attrs['alpha'] ?? 0);
    if (alpha === 0) return castTo(call.graph, positive, 'float32');
    return call.graph.node('Where', [positive, call.graph.scalar(1), call.graph.scalar(alpha)], {}, x.shape);
  },
  ClipByValue: (call) => {
    const x = input(call, 'x');
    const bounds = [call.graph.scalar(Number(call.attrs['clipValueMin'])), call.graph.scalar(Number(call.attrs['clipValueMax']))];
    return call.graph.node('Clip', [x, ...bounds], {}, x.shape);
  },
  Cast: (call) => castTo(call.graph, input(call, 'x'), call.attrs['dtype'] as ValueType),
  Identity: (call) => input(call, 'x'),
  Select: (call) => {
    const [yes, no] = [input(call, 't'), input(call, 'e')];
    const condition = input(call, 'condition');
    return call.graph.node('Where', [castTo(call.graph, condition, 'bool'), yes, no], {}, yes.shape, yes.type);
  },

  Sum: reduce('ReduceSum'),
  Mean: reduce('ReduceMean'),
  Max: reduce('ReduceMax'),
  Min: reduce('ReduceMin'),
  BatchMatMul: (call) => matMul(call.graph, input(call, 'a'), input(call, 'b'), call.attrs['transposeA'] === true, call.attrs['transposeB'] === true),

  Reshape: (call) => {
    const x = input(call, 'x');
    return reshape(call.graph, x, util.inferFromImplicitShape(call.attrs['shape'] as number[], sizeOf(x.shape)));
  },
  ExpandDims: (call) => {
    const x = input(call, 'input');
    return reshape(call.graph, x, x.shape.toSpliced(wrapAxis(call.attrs['dim'], x.shape.length + 1), 0, 1));
  },
  Transpose: (call) => {
    const x = input(call, 'x');
    const perm = call.attrs['perm'] as number[];
    return call.graph.node('Transpose', [x], { perm }, perm.map((axis) => x.shape[axis] as number), x.type);
  },
  Slice: (call) => {
    const x = input(call, 'x');
    const begin = call.attrs['begin'] as number[];
    const size = (call.attrs['size'] as number[]).map((extent, i) => (extent < 0 ? (x.shape[i] as number) - (begin[i] as number) : extent));
    return slice(call.graph, x, begin, size);
  },
  PadV2: (call) => {
    const x = input(call, 'x');
    const paddings = call.attrs['paddings'] as [number, number][];
    const pads = call.graph.integers([...paddings.map(([before]) => before), ...paddings.map(([, after]) => after)]);
    const shape = x.shape.map((extent, i) => extent + (paddings[i]?.[0] ?? 0) + (paddings[i]?.[1] ?? 0));
    return call.graph.node('Pad', [x, pads, call.graph.scalar(Number(call.attrs['constantValue'] ?? 0))], {}, shape, x.type);
  },
  Concat: (call) => {
    const values = inputList(call);
    return concat(call.graph, values, util.parseAxisParam(Number(call.attrs['axis']), [...(values[0]?.shape ?? [])])[0] as number);
  },
  Pack: (call) => {
    const values = inputList(call);
    const axis = wrapAxis(call.attrs['axis'], (values[0]?.shape.length ?? 0) + 1);
    return concat(call.graph, values.map((value) => reshape(call.graph, value, value.shape.toSpliced(axis, 0, 1))), axis);
  },
  Unpack: (call) => {
    const x = input(call, 'value');
    const axis = wrapAxis(call.attrs['axis'], x.shape.length);
    const parts = split(call.graph, x, Array.from({ length: x.shape[axis] as number }, () => 1), axis);
    return parts.map((part) => reshape(call.graph, part, part.shape.toSpliced(axis, 1)));
  },
  SplitV: (call) => {
    const x = input(call, 'x');
    const axis = util.parseAxisParam(Number(call.attrs['axis']), [...x.shape])[0] as number;
    return split(call.graph, x, backend_util.prepareSplitSize({ shape: [...x.shape] } as never, call.attrs['numOrSizeSplits'] as number, axis), axis);
  },
  Tile: (call) => {
    const x = input(call, 'x');
    const reps = call.attrs['reps'] as number[];
    return call.graph.node('Tile', [x, call.graph.integers(reps)], {}, x.shape.map((extent, i) => extent * (reps[i] as number)), x.type);
  },
  Fill: (call) => filled(call.graph, call.attrs['shape'] as number[], Number(call.attrs['value']), (call.attrs['dtype'] ?? 'float32') as ValueType),
  ZerosLike: (call) => { const x = input(call, 'x'); return filled(call.graph, x.shape, 0, x.type); },
  OnesLike: (call) => { const x = input(call, 'x'); return filled(call.graph, x.shape, 1, x.type); },
};
