// One kernel call as its tracer sees it, and the graph steps that the tracers share.
import { backend_util, type TensorInfo } from '@tensorflow/tfjs';
import type { Graph, Value, ValueType } from './graph.ts';

export interface KernelCall {
  graph: Graph;
  inputs: Record<string, TensorInfo | TensorInfo[]>;
  attrs: Record<string, unknown>;
}
export type KernelTracer = (call: KernelCall) => Value | readonly Value[];
export type KernelTable = Readonly<Record<string, KernelTracer>>;

const asValue = (info: TensorInfo): Value => info.dataId as unknown as Value;

/** The value of an input, seen with the shape that the tensor has. */
export function input(call: KernelCall, name: string): Value {
  const info = call.inputs[name];
  if (info === undefined || Array.isArray(info)) throw new Error(`kernel input ${name} is missing`);
  return reshape(call.graph, asValue(info), info.shape);
}

export function inputList(call: KernelCall): Value[] {
  return Object.values(call.inputs)
    .flat()
    .map((info) => reshape(call.graph, asValue(info), info.shape));
}

export const sameShape = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((extent, i) => extent === b[i]);
export const broadcastShape = (a: readonly number[], b: readonly number[]): number[] =>
  backend_util.assertAndGetBroadcastShape([...a], [...b]);

export function reshape(graph: Graph, x: Value, shape: readonly number[]): Value {
  if (sameShape(x.shape, shape)) return x;
  if (x.data) return graph.constant(x.data, shape, x.type);
  // Without allowzero, a 0 in the shape means "the input's extent".
  return graph.node('Reshape', [x, graph.integers(shape)], shape.includes(0) ? { allowzero: 1 } : {}, shape, x.type);
}

const elementCodes: Partial<Record<string, number>> = { float32: 1, int32: 6, int64: 7, bool: 9 };

export function castTo(graph: Graph, x: Value, type: ValueType): Value {
  if (x.type === type) return x;
  const to = elementCodes[type];
  if (to === undefined) throw new Error(`no cast to ${type} is known; use float32, int32 or bool`);
  return graph.node('Cast', [x], { to }, x.shape, type);
}

/** A scalar of a type; whole numbers are cut towards zero, as tfjs's typed arrays do. */
export function scalarOf(graph: Graph, value: number, type: ValueType): Value {
  const data = type === 'float32' ? Float32Array.of(value) : type === 'int32' ? Int32Array.of(value) : Uint8Array.of(value ? 1 : 0);
  return graph.constant(data, [], type);
}

export function filled(graph: Graph, shape: readonly number[], value: number, type: ValueType): Value {
  const scalar = scalarOf(graph, value, type);
  return shape.length === 0 ? scalar : graph.node('Expand', [scalar, graph.integers(shape)], {}, shape, type);
}

/** An axis counted from the end where it is negative; the first where none is given. */
export function wrapAxis(axis: unknown, rank: number): number {
  const given = Number(axis ?? 0);
  return given < 0 ? given + rank : given;
}

/** @throws Error naming the types, where ONNX Runtime has no kernel of that type. */
export function requireType(x: Value, ...types: ValueType[]): void {
  if (!types.includes(x.type)) throw new Error(`it takes ${types.join(' or ')} tensors, and was given ${x.type}; cast it first`);
}
