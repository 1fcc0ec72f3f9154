// Kernels that move numbers without computing: reshapes, transposes, slices, pads, joins and splits.
import { backend_util, slice_util, util, type TensorInfo } from '@tensorflow/tfjs';
import { type Graph, sizeOf, type Value } from './graph.ts';
import { filled, input, inputList, reshape, sameShape, scalarOf, wrapAxis, type KernelTable } from './kernels-call.ts';

/** Joins along an axis; tensors of the same type. */
function concat(graph: Graph, values: readonly Value[], axis: number): Value {
  const [first] = values;
  if (!first) throw new Error('it needs at least one tensor');
  const shape = backend_util.computeOutShape(
    values.map((value) => [...value.shape]),
    axis,
  );
  const kept = values.filter((value) => sizeOf(value.shape) > 0);
  if (kept.length === 0) return filled(graph, shape, 0, first.type);
  return kept.length === 1 ? (kept[0] as Value) : graph.node('Concat', kept, { axis }, shape, first.type);
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
    return slice(graph, x, begin, x.shape.with(axis, size));
  });
}

const infoOf = (x: Value): TensorInfo => ({ dataId: x, shape: [...x.shape], dtype: x.type as 'float32' });

export const shapeTracers: KernelTable = {
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
    return call.graph.node(
      'Transpose',
      [x],
      { perm },
      perm.map((axis) => x.shape[axis] as number),
      x.type,
    );
  },
  Slice: (call) => {
    const x = input(call, 'x');
    const [begin, size] = slice_util.parseSliceParams(
      infoOf(x),
      call.attrs['begin'] as number | number[],
      call.attrs['size'] as number | number[],
    ) as [number[], number[]];
    slice_util.assertParamsValid(infoOf(x), begin, size);
    return slice(call.graph, x, begin, size);
  },
  PadV2: (call) => {
    const x = input(call, 'x');
    const paddings = call.attrs['paddings'] as [number, number][];
    const pads = call.graph.integers([...paddings.map(([before]) => before), ...paddings.map(([, after]) => after)]);
    const shape = x.shape.map((extent, i) => extent + (paddings[i]?.[0] ?? 0) + (paddings[i]?.[1] ?? 0));
    const constant = Number(call.attrs['constantValue'] ?? 0);
    if (sizeOf(x.shape) === 0) return filled(call.graph, shape, constant, x.type);
    return call.graph.node('Pad', [x, pads, scalarOf(call.graph, constant, x.type)], {}, shape, x.type);
  },
  Concat: (call) => {
    const values = inputList(call);
    return concat(call.graph, values, util.parseAxisParam(Number(call.attrs['axis']), [...(values[0]?.shape ?? [])])[0] as number);
  },
  Pack: (call) => {
    const values = inputList(call);
    const axis = wrapAxis(call.attrs['axis'], (values[0]?.shape.length ?? 0) + 1);
    return concat(
      call.graph,
      values.map((value) => reshape(call.graph, value, value.shape.toSpliced(axis, 0, 1))),
      axis,
    );
  },
  Unpack: (call) => {
    const x = input(call, 'value');
    const axis = wrapAxis(call.attrs['axis'], x.shape.length);
    const parts = split(
      call.graph,
      x,
      Array.from({ length: x.shape[axis] as number }, () => 1),
      axis,
    );
    return parts.map((part) => reshape(call.graph, part, part.shape.toSpliced(axis, 1)));
  },
  SplitV: (call) => {
    const x = input(call, 'x');
    const axis = util.parseAxisParam(Number(call.attrs['axis']), [...x.shape])[0] as number;
    const given = call.attrs['numOrSizeSplits'] as number | number[];
    // prepareSplitSize writes what a size of -1 stands for into the array that it is given.
    return split(call.graph, x, backend_util.prepareSplitSize(infoOf(x) as never, Array.isArray(given) ? [...given] : given, axis), axis);
  },
  Tile: (call) => {
    const x = input(call, 'x');
    const reps = call.attrs['reps'] as number[];
    if (reps.every((count) => count === 1)) return x;
    return call.graph.node(
      'Tile',
      [x, call.graph.integers(reps)],
      {},
      x.shape.map((extent, i) => extent * (reps[i] as number)),
      x.type,
    );
  },
};
