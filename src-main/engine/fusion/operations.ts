// Which nodes kernels can compute, and how each reads its operands: entry by entry, by row, by column, or as sums.
import { type Node, sizeOf, type Value } from '../tracing/graph.ts';
import type { VectorOperation } from './assembler.ts';
import type { StepProduct } from './step-layout.ts';
import { stepProductOf } from './step-rule.ts';
import { mathFunctions } from './vector-math.ts';

/** How an entry of the output finds an operand's entry, both counted row by row. */
export type Access =
  | { kind: 'each' }
  /** One number for all. */
  | { kind: 'one' }
  /** A row of so many entries, the same in every row. */
  | { kind: 'row'; columns: number }
  /** A number for each row of so many entries. */
  | { kind: 'column'; columns: number }
  /** The columns of the output are some of the operand's, from `first` on. */
  | { kind: 'part'; columns: number; first: number; of: number };

export type Comparison = Extract<VectorOperation, 'Less' | 'LessOrEqual' | 'Greater' | 'GreaterOrEqual'>;

export interface Operand {
  value: Value;
  access: Access;
}

/** What a kernel does for a node. */
export type Computation =
  /** An entry from the operands' entries; with a comparison, 1 where it holds, else 0. */
  | { kind: 'entries'; operands: readonly Operand[]; comparison?: Comparison }
  /** The sum of each run of so many entries, or their mean. */
  | { kind: 'sums'; of: Value; length: number; isMean: boolean }
  /** The sum of each column of a matrix, or of its products with a column of factors. */
  | { kind: 'column sums'; of: Value; factors: Value | null; rows: number; columns: number }
  /** Matrices side by side. */
  | { kind: 'beside'; parts: readonly { value: Value; columns: number }[] }
  /** A product with a gradient of zeros and ones, in the operands' order. */
  | { kind: 'step product'; product: StepProduct; operands: readonly Value[] };

/** By ONNX's names. */
const comparisons: Record<string, Comparison> = {
  Less: 'Less',
  LessOrEqual: 'LessOrEqual',
  Greater: 'Greater',
  GreaterOrEqual: 'GreaterOrEqual',
};
const binary: ReadonlySet<string> = new Set(['Add', 'Sub', 'Mul', 'Div', 'Min', 'Max']);
const unary: ReadonlySet<string> = new Set(['Sqrt', 'Neg', 'Abs', 'Relu', 'Reshape', 'HardSigmoid', 'Clip', ...mathFunctions]);
/** Entries of a sum from which ONNX Runtime's own, which adds in a tree, is the more exact. */
const longestSum = 16_384;

/** Null where ONNX Runtime has to compute it. */
export function computationOf(node: Node, producers: ReadonlyMap<Value, Node>): Computation | null {
  const [output, scratch] = node.outputs;
  const product = stepProductOf(node);
  if (product !== null) return { kind: 'step product', product, operands: node.inputs };
  if (output === undefined || scratch !== undefined || !isKnown(output)) return null;
  const [first] = node.inputs;
  if (first === undefined || (!isKnown(first) && node.op !== 'Cast')) return null;
  switch (node.op) {
    case 'ReduceSum':
    case 'ReduceMean':
      return sums(node, first, output);
    case 'Concat':
      return beside(node, output);
    case 'Slice':
      return part(node, first, output);
    case 'Cast':
      return comparisonAsNumber(first, output, producers);
    case 'Gemm':
      return outerProduct(node, output) ?? productWithColumn(node);
    default: {
      const count = binary.has(node.op) ? 2 : unary.has(node.op) ? 1 : 0;
      // Bounds and shapes are constants.
      if (count === 0 || node.inputs.slice(count).some(({ data }) => data === null)) return null;
      return entries(node.inputs.slice(0, count), output, producers);
    }
  }
}

/** A float tensor of a size that is known before the program runs. */
const isKnown = ({ type, shape }: Value): boolean => type === 'float32' && shape.every((extent) => extent > 0);

function entries(inputs: readonly Value[], output: Value, producers: ReadonlyMap<Value, Node>): Computation | null {
  const operands = inputs.map((value) => operandOf(value, output.shape, producers));
  if (!operands.every((operand) => operand !== null) || operands.every(({ value }) => value.data !== null)) return null;
  return { kind: 'entries', operands };
}

/** A conversion's result, where what it converts is a comparison: that is not made then. */
function comparisonAsNumber(flag: Value, output: Value, producers: ReadonlyMap<Value, Node>): Computation | null {
  const maker = producers.get(flag);
  const comparison = maker && comparisons[maker.op];
  if (maker === undefined || comparison === undefined || !maker.inputs.every(isKnown)) return null;
  const found = entries(maker.inputs, output, producers);
  return found?.kind === 'entries' ? { ...found, comparison } : null;
}

function operandOf(given: Value, shape: readonly number[], producers: ReadonlyMap<Value, Node>): Operand | null {
  const maker = producers.get(given);
  const [spread] = maker?.inputs ?? [];
  // A constant number in every entry is that number.
  const value = maker?.op === 'Expand' && spread?.data?.length === 1 ? spread : given;
  if (value.type !== 'float32' || (value.data !== null && value.data.length !== 1)) return null;
  const access = accessOf(value.shape, shape);
  return access === null ? null : { value, access };
}

function accessOf(own: readonly number[], shape: readonly number[]): Access | null {
  const [size, whole] = [sizeOf(own), sizeOf(shape)];
  if (size === whole) return { kind: 'each' };
  if (size === 1) return { kind: 'one' };
  const padded = [...Array.from({ length: shape.length - own.length }, () => 1), ...own];
  const leading = padded.findIndex((extent) => extent !== 1);
  if (padded.slice(leading).join() === shape.slice(leading).join()) return { kind: 'row', columns: size };
  const trailing = padded.findLastIndex((extent) => extent !== 1) + 1;
  if (padded.slice(0, trailing).join() === shape.slice(0, trailing).join()) return { kind: 'column', columns: whole / size };
  return null;
}

/** Over all entries, or over the last axes. */
function sums({ op, inputs: [, axes] }: Node, of: Value, output: Value): Computation | null {
  if (axes?.data === null) return null;
  const [rows = 0, columns = 0] = of.shape;
  if (op === 'ReduceSum' && of.shape.length === 2 && axes?.data.length === 1 && Number(axes.data[0]) === 0 && columns > 1)
    return columnSums(of, null, rows, columns);
  const rank = of.shape.length;
  const given: readonly (number | bigint)[] = axes?.data ? [...axes.data] : [...of.shape.keys()];
  const reduced = new Set(given.map((axis) => (Number(axis) + rank) % rank));
  const lastKept = of.shape.findLastIndex((extent, axis) => !reduced.has(axis) && extent > 1);
  const isSuffix = of.shape.every((extent, axis) => extent === 1 || reduced.has(axis) === axis > lastKept);
  const length = sizeOf(of.shape) / sizeOf(output.shape);
  return isSuffix && length > 1 && length <= longestSum ? { kind: 'sums', of, length, isMean: op === 'ReduceMean' } : null;
}

function columnSums(of: Value, factors: Value | null, rows: number, columns: number): Computation | null {
  return rows > longestSum || of.data !== null || factors?.data ? null : { kind: 'column sums', of, factors, rows, columns };
}

/** A matrix, turned, times a column. */
function productWithColumn({ inputs: [a, b, bias], attributes }: Node): Computation | null {
  if (
    a === undefined ||
    b === undefined ||
    bias !== undefined ||
    !isKnown(b) ||
    attributes['transA'] !== 1 ||
    attributes['transB'] === 1 ||
    attributes['alpha'] !== undefined
  )
    return null;
  const [rows = 0, columns = 0] = a.shape;
  return b.shape[1] === 1 ? columnSums(a, b, rows, columns) : null;
}

function beside({ inputs, attributes }: Node, output: Value): Computation | null {
  const isLast = output.shape.length === 2 && (attributes['axis'] === 1 || attributes['axis'] === -1);
  if (!isLast || !inputs.every((value) => isKnown(value) && value.data === null)) return null;
  return { kind: 'beside', parts: inputs.map((value) => ({ value, columns: value.shape[1] as number })) };
}

/** Columns of a matrix. */
function part({ inputs: [, ...limits] }: Node, of: Value, output: Value): Computation | null {
  const [starts = [], , axes = [], ...steps] = limits.map((value) => Array.from(value.data ?? [], Number));
  const [top, first] = starts;
  const [rows = 0, columns = 0] = of.shape;
  const isOfMatrix = of.data === null && of.shape.length === 2 && axes.join() === '0,1' && steps.length === 0;
  if (!isOfMatrix || top !== 0 || first === undefined || first < 0 || output.shape[0] !== rows) return null;
  return { kind: 'entries', operands: [{ value: of, access: { kind: 'part', columns: output.shape[1] as number, first, of: columns } }] };
}

/** A product over one inner entry. */
function outerProduct({ inputs: [a, b, bias], attributes }: Node, output: Value): Computation | null {
  if (a === undefined || b === undefined || bias !== undefined || a.data !== null || b.data !== null || !isKnown(b)) return null;
  const [rows = 0, columns = 0] = output.shape;
  if (sizeOf(a.shape) !== rows || sizeOf(b.shape) !== columns || rows < 2 || columns < 2 || attributes['alpha'] !== undefined) return null;
  return {
    kind: 'entries',
    operands: [
      { value: a, access: { kind: 'column', columns } },
      { value: b, access: { kind: 'row', columns } },
    ],
  };
}
