// Groups of elementwise nodes as WebAssembly functions, four entries at a time (128-bit SIMD): every tensor is read or written
// once. Each operation rounds as the same operation of ONNX Runtime does, so that the bits are the same.
// Binary format: https://webassembly.github.io/spec/core/binary, SIMD's opcodes in its section 5.4.6.
import { sizeOf, type Value } from '../tracing/graph.ts';
import type { Group } from './groups.ts';

/** Opcodes after the SIMD prefix. */
const simd = {
  load: [0x00], loadSplat: [0x09], store: [0x0b], constant: [0x0c], extractLane: [0x1f],
  Abs: [0xe0, 0x01], Neg: [0xe1, 0x01], Sqrt: [0xe3, 0x01], Add: [0xe4, 0x01], Sub: [0xe5, 0x01], Mul: [0xe6, 0x01], Div: [0xe7, 0x01],
} as const;
const prefix = 0xfd;
const [i32, f32, v128] = [0x7f, 0x7d, 0x7b];
const bytesPerStep = 16;

/**
 * Runs a group over memory.
 * @param bytes of one tensor, rounded up to 16
 * @param places byte offsets of the group's inputs, then its outputs
 * @returns 0, or NaN where an output holds a number that is not finite
 */
export type Kernel = (bytes: number, ...places: number[]) => number;

/** One kernel a group; groups of the same shape of computation share theirs. */
export function compileKernels(groups: readonly Group[], memory: WebAssembly.Memory): Kernel[] {
  const bodies = new Map<string, { body: number[]; arity: number }>();
  const keys = groups.map((group) => {
    const body = functionBody(group);
    const key = body.join();
    if (!bodies.has(key)) bodies.set(key, { body, arity: 1 + group.inputs.length + group.outputs.length });
    return key;
  });
  const functions = [...bodies.values()];
  const bytes = Uint8Array.of(
    0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00,
    ...section(1, vector(functions.map(({ arity }) => [0x60, ...vector(Array.from({ length: arity }, () => [i32])), ...vector([[f32]])]))),
    ...section(2, vector([[...name('engine'), ...name('memory'), 0x02, 0x00, 0x01]])),
    ...section(3, vector(functions.map((_, i) => unsigned(i)))),
    ...section(7, vector(functions.map((_, i) => [...name(`k${i}`), 0x00, ...unsigned(i)]))),
    ...section(10, vector(functions.map(({ body }) => [...unsigned(body.length), ...body]))),
  );
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { engine: { memory } });
  const names = [...bodies.keys()];
  return keys.map((key) => instance.exports[`k${names.indexOf(key)}`] as Kernel);
}

/** A loop over the entries: load, compute, store, and remember whether something was not finite. */
function functionBody({ nodes, inputs, outputs }: Group): number[] {
  const parameters = 1 + inputs.length + outputs.length;
  const isNumber = (value: Value): boolean => sizeOf(value.shape) === 1;
  // Locals: the loop's offset, then one vector each for the check, the inputs, the constants and the nodes.
  const [end, offset, check] = [0, parameters, parameters + 1];
  const locals = new Map<Value, number>();
  const local = (value: Value): number => {
    const known = locals.get(value);
    if (known !== undefined) return known;
    const made = check + 1 + locals.size;
    locals.set(value, made);
    return made;
  };
  const get = (index: number): number[] => [0x20, ...unsigned(index)];
  const set = (index: number): number[] => [0x21, ...unsigned(index)];
  const vectorOp = (op: keyof typeof simd): number[] => [prefix, ...simd[op]];
  const aligned = (log2: number): number[] => [log2, 0x00];
  const address = (parameter: number): number[] => [...get(parameter), ...get(offset), 0x6a];

  const before: number[] = [];
  for (const value of new Set(nodes.flatMap((node) => node.inputs))) {
    if (value.data === null) continue;
    const number = new Uint8Array(Float32Array.of(Number(value.data[0])).buffer);
    before.push(...vectorOp('constant'), ...number, ...number, ...number, ...number, ...set(local(value)));
  }
  inputs.forEach((value, i) => {
    if (isNumber(value)) before.push(...get(1 + i), ...vectorOp('loadSplat'), ...aligned(2), ...set(local(value)));
  });

  const loop: number[] = [];
  inputs.forEach((value, i) => {
    if (!isNumber(value)) loop.push(...address(1 + i), ...vectorOp('load'), ...aligned(4), ...set(local(value)));
  });
  for (const { op, inputs: operands, outputs: [output] } of nodes) {
    loop.push(...operands.flatMap((value) => get(local(value))), ...vectorOp(op as keyof typeof simd), ...set(local(output as Value)));
  }
  outputs.forEach((value, i) => {
    loop.push(...address(1 + inputs.length + i), ...get(local(value)), ...vectorOp('store'), ...aligned(4));
    // x − x is 0 for every finite x, and NaN else.
    loop.push(...get(check), ...get(local(value)), ...get(local(value)), ...vectorOp('Sub'), ...vectorOp('Add'), ...set(check));
  });
  loop.push(...get(offset), 0x41, ...unsigned(bytesPerStep), 0x6a, 0x22, ...unsigned(offset), ...get(end), 0x49, 0x0d, 0x00);

  const lane = (k: number): number[] => [...get(check), ...vectorOp('extractLane'), k];
  const sum = [...lane(0), ...lane(1), 0x92, ...lane(2), 0x92, ...lane(3), 0x92];
  const declared = vector([[0x01, i32], [...unsigned(1 + locals.size), v128]]);
  return [...declared, ...before, 0x03, 0x40, ...loop, 0x0b, ...sum, 0x0b];
}

/** LEB128; for i32.const only up to 63. */
function unsigned(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 0x80) return [...bytes, rest];
    bytes.push((rest & 0x7f) | 0x80);
  }
}
const vector = (entries: readonly (readonly number[])[]): number[] => [...unsigned(entries.length), ...entries.flat()];
const name = (text: string): number[] => vector([...new TextEncoder().encode(text)].map((byte) => [byte]));
const section = (id: number, content: readonly number[]): number[] => [id, ...unsigned(content.length), ...content];
