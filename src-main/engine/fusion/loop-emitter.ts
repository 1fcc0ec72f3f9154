// A loop as a WebAssembly function, four entries at a time (128-bit SIMD). Each arithmetic operation rounds as the same operation
// of ONNX Runtime does; sums are added in another order, and exp, tanh and their like are those of vector-math.ts.
import type { Attribute, Value } from '../tracing/graph.ts';
import {
  addFloats,
  addIntegers,
  type Code,
  constant,
  extractLane,
  f32,
  get,
  i32,
  integer,
  load,
  multiplyIntegers,
  operation,
  repeat,
  set,
  store,
  type Target,
  v128,
  type VectorOperation,
  type WasmFunction,
} from './assembler.ts';
import { type Loop, type LoopNode, outputOf } from './loops.ts';
import type { Access, Comparison, Computation } from './operations.ts';
import { apply, mathFunctions, type MathFunction } from './vector-math.ts';

export interface KernelMemory {
  /** Of the values that change places from run to run, and of those that stay. */
  moving: WebAssembly.Memory;
  fixed: WebAssembly.Memory;
  /** Byte offset of a value's numbers that stay; null for one that moves. */
  placeOf(value: Value): number | null;
  /** Byte offset, in `fixed`, of where the byte offset of a moving value's numbers stands, a whole number of 32 bits. */
  pointerTo(value: Value): number;
  /** Outputs that must be finite. */
  checked: ReadonlySet<Value>;
}

/** Their places among the memories that a module is assembled for. */
export const [movingMemory, fixedMemory] = [0, 1];
const bytesPerEntry = 4;
const bytesPerVector = 16;
const vectorsAtOnce = 4;
const isMathFunction = (op: string): op is MathFunction => (mathFunctions as readonly string[]).includes(op);

export class LoopEmitter {
  /** What it is given the places of. */
  readonly moving: readonly Value[];
  readonly #memory: KernelMemory;
  /** Locals after the parameters: byte counters within rows, over rows and over all entries; then vectors, the first of them for the check. */
  readonly #column: number;
  readonly #row: number;
  readonly #entry: number;
  readonly #check: number;
  readonly #body: Code;
  #vectors = 1;

  constructor(loop: Loop, memory: KernelMemory) {
    this.#memory = memory;
    this.moving = [...new Set([...loop.inputs, ...loop.outputs])].filter((value) => memory.placeOf(value) === null);
    const parameters = this.moving.length;
    [this.#column, this.#row, this.#entry, this.#check] = [parameters, parameters + 1, parameters + 2, parameters + 3];
    this.#body = this.#emit(loop);
  }

  /** Of the moving values' places; it gives what a kernel gives. */
  toFunction(): WasmFunction {
    return {
      parameters: this.moving.map(() => i32),
      result: f32,
      locals: [
        { count: 3, type: i32 },
        { count: this.#vectors, type: v128 },
      ],
      body: [...this.#body, ...sumOfLanes(get(this.#check))],
    };
  }

  #emit(loop: Loop): Code {
    const [{ computation, node }] = loop.nodes as [LoopNode];
    if (computation.kind === 'sums') return this.#sums(computation, outputOf(node));
    if (computation.kind === 'column sums') return this.#columnSums(computation, outputOf(node));
    if (computation.kind === 'beside') return this.#beside(computation, outputOf(node), loop.size);
    return loop.columns === null ? this.#flat(loop) : this.#byRows(loop, loop.columns);
  }

  /** A new local vector. */
  #vector(): number {
    this.#vectors += 1;
    return this.#check + this.#vectors - 1;
  }

  /** Reads at a value's start and so many bytes more. */
  #load(value: Value, bytes: Code, isOne: boolean, offset: number): Code {
    const { address, target } = this.#targetOf(value, bytes, offset);
    return [...address, ...load(isOne, target)];
  }

  #store(value: Value, bytes: Code, vector: Code, isOne: boolean, offset: number): Code {
    const { address, target } = this.#targetOf(value, bytes, offset);
    return [...address, ...vector, ...store(isOne, target)];
  }

  #targetOf(value: Value, bytes: Code, offset: number): { address: Code; target: Target } {
    const place = this.#memory.placeOf(value);
    if (place !== null) return { address: bytes, target: { memory: fixedMemory, offset: place + offset } };
    return { address: [...get(this.moving.indexOf(value)), ...bytes, ...addIntegers], target: { memory: movingMemory, offset } };
  }

  /** x − x is 0 for every finite x, and NaN else. */
  #checkFinite(output: Value, vector: Code): Code {
    if (!this.#memory.checked.has(output)) return [];
    return [...get(this.#check), ...vector, ...vector, ...operation('Sub'), ...operation('Add'), ...set(this.#check)];
  }

  /**
   * A body for so many vectors at a time, for each vector that is left, and for each entry that is left.
   * @param body for what is `offset` bytes after the counter
   * @param after once for so many bytes
   */
  #walk(counter: number, entries: number, body: (isOne: boolean, offset: number) => Code, after: (bytes: number) => Code = () => []): Code {
    const end = entries * bytesPerEntry;
    const code: Code = [...integer(0), ...set(counter)];
    let done = 0;
    for (const step of [vectorsAtOnce * bytesPerVector, bytesPerVector, bytesPerEntry]) {
      const until = end - (end % step);
      if (until === done) continue;
      const size = Math.min(step, bytesPerVector);
      const bodies = Array.from({ length: step / size }, (_, k) => body(step === bytesPerEntry, k * size)).flat();
      code.push(...repeat([...bodies, ...after(step)], counter, step, until));
      done = until;
    }
    return code;
  }

  #flat(loop: Loop): Code {
    const locals = new Map<string, number>();
    const before = this.#readNumbers(loop, locals);
    return [
      ...before,
      ...this.#walk(this.#entry, loop.size, (isOne, offset) => this.#entries(loop, locals, isOne, offset, () => get(this.#entry))),
    ];
  }

  #byRows(loop: Loop, columns: number): Code {
    const locals = new Map<string, number>();
    const before = this.#readNumbers(loop, locals);
    const perRow: Code = [];
    for (const { value, access } of operandsOf(loop)) {
      const key = keyOf(value, access);
      if (access.kind !== 'column' || locals.has(key)) continue;
      locals.set(key, this.#vector());
      perRow.push(...this.#load(value, get(this.#row), true, 0), ...set(locals.get(key) as number));
    }
    const within = (access: Access): Code =>
      access.kind === 'row'
        ? get(this.#column)
        : access.kind === 'part'
          ? [...get(this.#row), ...integer(access.of), ...multiplyIntegers, ...get(this.#column), ...addIntegers]
          : get(this.#entry);
    const row = [
      ...perRow,
      ...this.#walk(
        this.#column,
        columns,
        (isOne, offset) => this.#entries(loop, locals, isOne, offset, within),
        (bytes) => this.#advance(bytes),
      ),
    ];
    return [
      ...before,
      ...integer(0),
      ...set(this.#entry),
      ...integer(0),
      ...set(this.#row),
      ...repeat(row, this.#row, bytesPerEntry, (loop.size / columns) * bytesPerEntry),
    ];
  }

  #advance(bytes: number): Code {
    return [...get(this.#entry), ...integer(bytes), ...addIntegers, ...set(this.#entry)];
  }

  /** What is the same for all entries: constants and single numbers. */
  #readNumbers(loop: Loop, locals: Map<string, number>): Code {
    const code: Code = [];
    for (const { value, access } of operandsOf(loop)) {
      const key = keyOf(value, access);
      if ((value.data === null && access.kind !== 'one') || locals.has(key) || isMadeIn(loop, value)) continue;
      locals.set(key, this.#vector());
      code.push(
        ...(value.data === null ? this.#load(value, integer(0), true, 0) : constant(Number(value.data[0]))),
        ...set(locals.get(key) as number),
      );
    }
    return code;
  }

  /** Loads, computes, stores, and remembers whether something was not finite. */
  #entries(loop: Loop, given: ReadonlyMap<string, number>, isOne: boolean, offset: number, bytes: (access: Access) => Code): Code {
    const locals = new Map(given);
    const code: Code = [];
    const made = new Map<Value, number>();
    for (const { node, computation } of loop.nodes) {
      if (computation.kind !== 'entries') continue;
      for (const { value, access } of computation.operands) {
        const key = keyOf(value, access);
        if (made.has(value) || locals.has(key)) continue;
        locals.set(key, this.#vector());
        const first = access.kind === 'part' ? access.first * bytesPerEntry : 0;
        code.push(...this.#load(value, bytes(access), isOne, first + offset), ...set(locals.get(key) as number));
      }
      const operands = computation.operands.map(({ value, access }) =>
        get(made.get(value) ?? (locals.get(keyOf(value, access)) as number)),
      );
      const result = this.#vector();
      made.set(outputOf(node), result);
      code.push(
        ...(computation.comparison === undefined
          ? compute(node.op, node.attributes, operands, node.inputs)
          : isTrue(computation.comparison, operands)),
        ...set(result),
      );
    }
    for (const output of loop.outputs) {
      const result = get(made.get(output) as number);
      code.push(...this.#store(output, bytes({ kind: 'each' }), result, isOne, offset));
      code.push(...this.#checkFinite(output, result));
    }
    return code;
  }

  #sums({ of, length, isMean }: Computation & { kind: 'sums' }, output: Value): Code {
    const [vectors, rest] = [this.#vector(), this.#vector()];
    const add = (isOne: boolean, offset: number): Code => {
      const sum = isOne ? rest : vectors;
      return [...get(sum), ...this.#load(of, get(this.#entry), isOne, offset), ...operation('Add'), ...set(sum)];
    };
    const total = [
      ...sumOfLanes(get(vectors)),
      ...get(rest),
      ...extractLane(0),
      ...addFloats,
      ...operation('splat'),
      ...(isMean ? [...constant(length), ...operation('Div')] : []),
    ];
    const row = [
      ...constant(0),
      ...set(vectors),
      ...constant(0),
      ...set(rest),
      ...this.#walk(this.#column, length, add, (bytes) => this.#advance(bytes)),
      ...total,
      ...set(vectors),
      ...this.#store(output, get(this.#row), get(vectors), true, 0),
      ...this.#checkFinite(output, get(vectors)),
    ];
    const count = output.shape.reduce((product, extent) => product * extent, 1);
    return [
      ...integer(0),
      ...set(this.#entry),
      ...integer(0),
      ...set(this.#row),
      ...repeat(row, this.#row, bytesPerEntry, count * bytesPerEntry),
    ];
  }

  /** Some columns at a time, from row to row. */
  #columnSums({ of, factors, rows, columns }: Computation & { kind: 'column sums' }, output: Value): Code {
    const sums = Array.from({ length: vectorsAtOnce }, () => this.#vector());
    const factor = this.#vector();
    const code: Code = [];
    let done = 0;
    for (const step of [vectorsAtOnce * bytesPerVector, bytesPerVector, bytesPerEntry]) {
      const until = columns * bytesPerEntry - ((columns * bytesPerEntry) % step);
      if (until === done) continue;
      const isOne = step === bytesPerEntry;
      const used = sums.slice(0, Math.max(1, step / bytesPerVector));
      const row = [
        ...(factors === null ? [] : [...this.#load(factors, get(this.#row), true, 0), ...set(factor)]),
        ...used.flatMap((local, k) => [
          ...get(local),
          ...this.#load(of, get(this.#entry), isOne, k * bytesPerVector),
          ...(factors === null ? [] : [...get(factor), ...operation('Mul')]),
          ...operation('Add'),
          ...set(local),
        ]),
        ...this.#advance(columns * bytesPerEntry),
      ];
      const body = [
        ...used.flatMap((local) => [...constant(0), ...set(local)]),
        ...get(this.#column),
        ...set(this.#entry),
        ...integer(0),
        ...set(this.#row),
        ...repeat(row, this.#row, bytesPerEntry, rows * bytesPerEntry),
        ...used.flatMap((local, k) => [
          ...this.#store(output, get(this.#column), get(local), isOne, k * bytesPerVector),
          ...this.#checkFinite(output, get(local)),
        ]),
      ];
      code.push(...integer(done), ...set(this.#column), ...repeat(body, this.#column, step, until));
      done = until;
    }
    return code;
  }

  #beside({ parts }: Computation & { kind: 'beside' }, output: Value, size: number): Code {
    const width = parts.reduce((sum, { columns }) => sum + columns, 0);
    const code: Code = [];
    let offset = 0;
    const inRow = (columns: number): Code => [
      ...get(this.#row),
      ...integer(columns),
      ...multiplyIntegers,
      ...get(this.#column),
      ...addIntegers,
    ];
    for (const { value, columns } of parts) {
      const [copied, from] = [this.#vector(), offset];
      const copy = (isOne: boolean, by: number): Code => [
        ...this.#load(value, inRow(columns), isOne, by),
        ...set(copied),
        ...this.#store(output, inRow(width), get(copied), isOne, from * bytesPerEntry + by),
        ...this.#checkFinite(output, get(copied)),
      ];
      code.push(
        ...integer(0),
        ...set(this.#row),
        ...repeat(this.#walk(this.#column, columns, copy), this.#row, bytesPerEntry, (size / width) * bytesPerEntry),
      );
      offset += columns;
    }
    return code;
  }
}

const operandsOf = (loop: Loop) => loop.nodes.flatMap(({ computation }) => (computation.kind === 'entries' ? computation.operands : []));
const isMadeIn = (loop: Loop, value: Value): boolean => loop.nodes.some(({ node }) => outputOf(node) === value);
const keyOf = (value: Value, access: Access): string => `${value.id} ${value.data === null ? Object.values(access).join() : 'constant'}`;
const sumOfLanes = (vector: Code): Code =>
  [0, 1, 2, 3].flatMap((lane) => [...vector, ...extractLane(lane), ...(lane > 0 ? addFloats : [])]);

/** 1 or 0 in each lane. */
const isTrue = (comparison: Comparison, operands: readonly Code[]): Code => [
  ...operands.flat(),
  ...operation(comparison),
  ...constant(1),
  ...operation('And'),
];

/** A node's result on the stack. */
function compute(op: string, attributes: Readonly<Record<string, Attribute>>, operands: readonly Code[], inputs: readonly Value[]): Code {
  const [x = []] = operands;
  const number = (name: string, otherwise: number): number => {
    const attribute = attributes[name];
    return typeof attribute === 'object' && 'float' in attribute ? attribute.float : otherwise;
  };
  const bound = (value: Value | undefined, name: VectorOperation): Code =>
    value?.data?.[0] === undefined ? [] : [...constant(Number(value.data[0])), ...operation(name)];
  if (isMathFunction(op)) return [...x, ...apply(op)];
  switch (op) {
    case 'Reshape':
    case 'Slice':
      return x;
    case 'Relu':
      return [...x, ...constant(0), ...operation('NotBelow')];
    case 'Clip':
      return [...x, ...bound(inputs[1], 'NotBelow'), ...bound(inputs[2], 'AtMost')];
    case 'HardSigmoid': {
      const [slope, offset] = [number('alpha', 0.2), number('beta', 0.5)];
      const line = [...x, ...constant(slope), ...operation('Mul'), ...(offset === 0 ? [] : [...constant(offset), ...operation('Add')])];
      return [...line, ...constant(1), ...operation('AtMost'), ...constant(0), ...operation('NotBelow')];
    }
    default:
      return [...operands.flat(), ...operation(op === 'Gemm' ? 'Mul' : (op as VectorOperation))];
  }
}
