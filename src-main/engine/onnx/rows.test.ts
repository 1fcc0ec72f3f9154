// Which files can take any number of rows.
import { describe, expect, it } from 'vitest';
import { type FileNode, type FileTensor, type OnnxFile, writeOnnxFile } from './file.ts';
import { freeRows } from './rows.ts';
import { openFile } from './testing.ts';

const integers = (...entries: number[]): FileTensor => ({
  shape: [entries.length],
  type: 'int64',
  data: BigInt64Array.from(entries, BigInt),
});
const floats = (shape: number[], ...entries: number[]): FileTensor => ({ shape, type: 'float32', data: Float32Array.from(entries) });
const node = (op: string, inputs: string[], outputs: string[], attributes: FileNode['attributes'] = {}): FileNode => ({
  op,
  inputs,
  outputs,
  attributes,
});
/** From x [1, 2] to y [1, columns]. */
const file = (nodes: FileNode[], tensors: Record<string, FileTensor> = {}, columns = 2): OnnxFile => ({
  name: 'test',
  nodes,
  tensors: new Map(Object.entries(tensors)),
  inputs: new Map([['x', { type: 'float32', shape: [1, 2] }]]),
  outputs: new Map([['y', { type: 'float32', shape: [1, columns] }]]),
});

const x = Float32Array.of(1, 2, 3, 4, 5, 6);
const bounds = { zeros: integers(0, 0), ends: integers(1, 1), axes: integers(0, 1) };

describe('what works on each row alone', () => {
  it.each<[string, OnnxFile, number[]]>([
    ['a product', file([node('Gemm', ['x', 'w', 'b'], ['y'])], { w: floats([2, 1], 10, 1), b: floats([1], 0.5) }, 1), [12.5, 34.5, 56.5]],
    ['a product without bias', file([node('MatMul', ['x', 'w'], ['y'])], { w: floats([2, 1], 10, 1) }, 1), [12, 34, 56]],
    ['a constant row added', file([node('Add', ['x', 'c'], ['y'])], { c: floats([1, 2], 10, 20) }), [11, 22, 13, 24, 15, 26]],
    ['a slice of columns, its row given too', file([node('Slice', ['x', 'zeros', 'ends', 'axes'], ['y'])], bounds, 1), [1, 3, 5]],
    [
      'a slice of columns alone',
      file([node('Slice', ['x', 'from', 'to', 'axis'], ['y'])], { from: integers(1), to: integers(2), axis: integers(1) }, 1),
      [2, 4, 6],
    ],
    ['a split', file([node('Split', ['x', 'sizes'], ['y', 'rest'], { axis: 1 })], { sizes: integers(1, 1) }, 1), [1, 3, 5]],
    ['rows side by side', file([node('Concat', ['x', 'x'], ['y'], { axis: 1 })], {}, 4), [1, 2, 1, 2, 3, 4, 3, 4, 5, 6, 5, 6]],
    [
      'an output that does not depend on the input',
      file([node('Identity', ['c'], ['y'])], { c: floats([1, 2], 7, 8) }),
      [7, 8, 7, 8, 7, 8],
    ],
    [
      'one that something else reads too',
      file([node('Expand', ['c', 's'], ['y']), node('Neg', ['y'], ['z'])], { c: floats([], 7), s: integers(1, 2) }),
      [7, 7, 7, 7, 7, 7],
    ],
    [
      'weights that are put together first',
      file([node('Reshape', ['flat', 's'], ['w']), node('MatMul', ['x', 'w'], ['y'])], { flat: floats([2], 10, 1), s: integers(2, 1) }, 1),
      [12, 34, 56],
    ],
  ])('%s', async (_, given, expected) => {
    const opened = await openFile('onnxruntime-node', writeOnnxFile(freeRows(given)));
    expect([...((await opened.run(3, { x }))['y'] as Float32Array)]).toEqual(expected);
    await opened.close();
  });
});

describe('what does not', () => {
  it.each<[string, OnnxFile, RegExp]>([
    ['a sum over rows', file([node('ReduceSum', ['x', 'axis'], ['y'])], { axis: integers(0) }), /operation ReduceSum is none/],
    ['another shape', file([node('Reshape', ['x', 's'], ['y'])], { s: integers(1, 2) }), /operation Reshape is none/],
    [
      'a product of the transpose',
      file([node('Gemm', ['x', 'w'], ['y'], { transA: 1 })], { w: floats([1, 2], 1, 1) }),
      /operation Gemm is none/,
    ],
    ['a product with itself', file([node('MatMul', ['w', 'x'], ['y'])], { w: floats([1, 1], 1) }), /operation MatMul is none/],
    ['rows below one another', file([node('Concat', ['x', 'x'], ['y'], { axis: 0 })]), /operation Concat is none/],
    [
      'a row beside a constant one',
      file([node('Concat', ['x', 'c'], ['y'], { axis: 1 })], { c: floats([1, 1], 1) }, 3),
      /operation Concat is none/,
    ],
    ['a split into rows', file([node('Split', ['x', 'sizes'], ['y'], { axis: 0 })], { sizes: integers(1) }), /operation Split is none/],
    [
      'a slice from the second row on',
      file([node('Slice', ['x', 'from', 'ends', 'axes'], ['y'])], { ...bounds, from: integers(1, 0) }, 1),
      /slices rows/,
    ],
    [
      'a slice of rows alone',
      file([node('Slice', ['x', 'from', 'to', 'axis'], ['y'])], { from: integers(0), to: integers(1), axis: integers(0) }),
      /slices rows/,
    ],
    [
      'a slice whose bounds are computed',
      file([node('Identity', ['zeros'], ['z']), node('Slice', ['x', 'z', 'ends', 'axes'], ['y'])], bounds, 1),
      /slices rows/,
    ],
    ['an unknown operation', file([node('Einsum', ['x'], ['y'])]), /operation Einsum is none/],
  ])('refuses %s', (_, given, message) => {
    expect(() => freeRows(given)).toThrow(message);
  });

  it.each<[string, Partial<OnnxFile>, RegExp]>([
    [
      'an input of several rows',
      { inputs: new Map([['x', { type: 'float32', shape: [2, 2] }]]) },
      /"x" has the shape \[2, 2\], not one row/,
    ],
    ['an output that is a vector', { outputs: new Map([['y', { type: 'float32', shape: [2] }]]) }, /"y" has the shape \[2\], not one row/],
    ['no input', { inputs: new Map() }, /has no input/],
  ])('refuses a file with %s', (_, change, message) => {
    expect(() => freeRows({ ...file([node('Neg', ['x'], ['y'])]), ...change })).toThrow(message);
  });
});
