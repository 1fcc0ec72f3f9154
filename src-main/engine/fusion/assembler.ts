// WebAssembly in bytes: instructions as lists of numbers, and a module of functions over imported memories.
// Binary format: https://webassembly.github.io/spec/core/binary, SIMD's opcodes in its section 5.4.9.

export type Code = number[];

const simdPrefix = 0xfd;
export const [i32, f32, v128] = [0x7f, 0x7d, 0x7b];

/** Vectors of four 32-bit lanes: opcodes after the SIMD prefix. */
const simd = {
  load: 0x00,
  loadSplat: 0x09,
  store: 0x0b,
  constant: 0x0c,
  shuffle: 0x0d,
  splat: 0x13,
  extractInteger: 0x1b,
  extractLane: 0x1f,
  storeLane: 0x5a,
  Less: 0x43,
  Greater: 0x44,
  LessOrEqual: 0x45,
  GreaterOrEqual: 0x46,
  And: 0x4e,
  Or: 0x50,
  Select: 0x52,
  Nearest: 0x6a,
  SignBits: 0xa4,
  ShiftLeft: 0xab,
  ShiftRight: 0xac,
  AddInteger: 0xae,
  SubInteger: 0xb1,
  Abs: 0xe0,
  Neg: 0xe1,
  Sqrt: 0xe3,
  Add: 0xe4,
  Sub: 0xe5,
  Mul: 0xe6,
  Div: 0xe7,
  Min: 0xe8,
  Max: 0xe9,
  // Of two numbers the second where it is the smaller, or larger, else the first, NaN too: a single instruction of the processor.
  AtMost: 0xea,
  NotBelow: 0xeb,
  ToInteger: 0xf8,
  FromInteger: 0xfa,
} as const;

export type VectorOperation = keyof typeof simd;

/** LEB128 of a whole number from 0. */
export function unsigned(value: number): Code {
  const bytes: Code = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 0x80) return [...bytes, rest];
    bytes.push((rest & 0x7f) | 0x80);
  }
}

/** LEB128 with a sign, for i32.const. */
function signed(value: number): Code {
  const bytes: Code = [];
  for (let rest = value; ; rest >>= 7) {
    const low = rest & 0x7f;
    if (rest >> 6 === 0 || rest >> 6 === -1) return [...bytes, low];
    bytes.push(low | 0x80);
  }
}

const vector = (entries: readonly (readonly number[])[]): Code => [...unsigned(entries.length), ...entries.flat()];
const text = (of: string): Code => vector([...new TextEncoder().encode(of)].map((byte) => [byte]));
const section = (id: number, content: readonly number[]): Code => [id, ...unsigned(content.length), ...content];

export const get = (local: number): Code => [0x20, ...unsigned(local)];
export const set = (local: number): Code => [0x21, ...unsigned(local)];
const tee = (local: number): Code => [0x22, ...unsigned(local)];
export const call = (index: number): Code => [0x10, ...unsigned(index)];
export const integer = (value: number): Code => [0x41, ...signed(value)];
/** A float of 32 bits. */
export const number = (value: number): Code => [0x43, ...new Uint8Array(Float32Array.of(value).buffer)];
export const addIntegers: Code = [0x6a];
export const multiplyIntegers: Code = [0x6c];
export const orIntegers: Code = [0x72];
export const addFloats: Code = [0x92];

/** A vector's operation, after its operands. */
export const operation = (name: VectorOperation): Code => [simdPrefix, ...unsigned(simd[name])];
/** A bit shift of each lane. */
export const shift = (name: 'ShiftLeft' | 'ShiftRight', bits: number): Code => [...integer(bits), ...operation(name)];
export const extractLane = (lane: number): Code => [...operation('extractLane'), lane];
export const extractInteger = (lane: number): Code => [...operation('extractInteger'), lane];
/** Four lanes of two vectors, 0 to 3 of the first and 4 to 7 of the second. */
export const shuffle = (lanes: readonly number[]): Code => [
  ...operation('shuffle'),
  ...lanes.flatMap((lane) => [0, 1, 2, 3].map((byte) => 4 * lane + byte)),
];
export const shiftLeft = (bits: number): Code => [...integer(bits), 0x74];

/** The same 32-bit float in each lane. */
export const constant = (value: number): Code => constantBits(new Uint8Array(Float32Array.of(value).buffer));
export const integerConstant = (value: number): Code => constantBits(new Uint8Array(Int32Array.of(value).buffer));
const constantBits = (bytes: Uint8Array): Code => [...operation('constant'), ...bytes, ...bytes, ...bytes, ...bytes];

/** Where in which of the module's memories an address on the stack, plus an offset in bytes, points. */
export interface Target {
  memory: number;
  offset: number;
}
const entryAlignment = 2;
const shortAlignment = 1;
const namesMemory = 0x40;
const target = ({ memory, offset }: Target, alignment = entryAlignment): Code => [
  alignment | namesMemory,
  ...unsigned(memory),
  ...unsigned(offset),
];

/** Reads four floats, or one into all lanes. */
export const load = (isOne: boolean, from: Target): Code => [...operation(isOne ? 'loadSplat' : 'load'), ...target(from)];
/** Writes four floats, or the first lane alone; the address is below the vector on the stack. */
export const store = (isOne: boolean, to: Target): Code => [
  ...operation(isOne ? 'storeLane' : 'store'),
  ...target(to),
  ...(isOne ? [0] : []),
];

/** Whole numbers of 32 bits, and of 16 bits without a sign. */
export const loadInteger = (from: Target): Code => [0x28, ...target(from)];
export const storeInteger = (to: Target): Code => [0x36, ...target(to)];
export const loadShort = (from: Target): Code => [0x2f, ...target(from, shortAlignment)];
export const storeShort = (to: Target): Code => [0x3b, ...target(to, shortAlignment)];
/** 1 where a float of 32 bits at the address on the stack is not 0, else 0. */
export const isNotZero = (from: Target): Code => [0x2a, ...target(from), ...number(0), 0x5c];
/** Zeros in so many bytes of a memory from the address on the stack on. */
export const clear = (bytes: number, memory: number): Code => [...integer(0), ...integer(bytes), 0xfc, 0x0b, memory];
/** The body where the two whole numbers differ. */
export const ifDifferent = (a: Code, b: Code, body: Code): Code => [...a, ...b, 0x47, 0x04, 0x40, ...body, 0x0b];

/** `body` again and again, while the local `counter`, which grows by `step` after each time, is less than `end`. It runs at least once. */
export function repeat(body: readonly number[], counter: number, step: number, end: number | Code): Code {
  const next = [
    ...get(counter),
    ...integer(step),
    ...addIntegers,
    ...tee(counter),
    ...(typeof end === 'number' ? integer(end) : end),
    0x49,
    0x0d,
    0x00,
  ];
  return [0x03, 0x40, ...body, ...next, 0x0b];
}

export interface WasmFunction {
  parameters: readonly number[];
  /** Null: none. */
  result: number | null;
  locals: readonly { count: number; type: number }[];
  body: readonly number[];
}

/** Of a memory that is imported: at least one page; one that threads share also at most as many as there can be. */
const limitsOf = ({ buffer }: WebAssembly.Memory): Code =>
  isShared(buffer) ? [0x03, ...unsigned(1), ...unsigned(mostPages)] : [0x00, 0x01];
const mostPages = 65_536;
const isShared = (buffer: unknown): boolean => buffer instanceof SharedArrayBuffer;

/** A module that exports `f0`, `f1` and so on, to be instantiated over these memories. */
export function assemble(functions: readonly WasmFunction[], memories: readonly WebAssembly.Memory[]): WebAssembly.Module {
  const bodies = functions.map(({ locals, body }) => [
    ...vector(locals.map(({ count, type }) => [...unsigned(count), type])),
    ...body,
    0x0b,
  ]);
  const bytes = Uint8Array.from([
    0x00,
    0x61,
    0x73,
    0x6d,
    0x01,
    0x00,
    0x00,
    0x00,
    ...section(
      1,
      vector(
        functions.map(({ parameters, result }) => [
          0x60,
          ...vector(parameters.map((type) => [type])),
          ...vector(result === null ? [] : [[result]]),
        ]),
      ),
    ),
    ...section(2, vector(memories.map((memory, i) => [...text('memory'), ...text(`m${i}`), 0x02, ...limitsOf(memory)]))),
    ...section(3, vector(functions.map((_, i) => unsigned(i)))),
    ...section(7, vector(functions.map((_, i) => [...text(`f${i}`), 0x00, ...unsigned(i)]))),
    ...section(10, vector(bodies.map((body) => [...unsigned(body.length), ...body]))),
  ]);
  return new WebAssembly.Module(bytes);
}

/** In the calling thread; the memories are those that the module was assembled for, in their order. */
export function instantiate(module: WebAssembly.Module, memories: readonly WebAssembly.Memory[]): WebAssembly.Exports {
  return new WebAssembly.Instance(module, { memory: Object.fromEntries(memories.map((memory, i) => [`m${i}`, memory])) }).exports;
}
