// From a file that takes one row to the same file for any number of rows. Stored policies take one observation at a time.
import type { FileNode, FileTensor, OnnxFile } from './file.ts';
import { OnnxFileError } from './read.ts';

/**
 * Of tracing's operators those of one number each, so that what they do to a row does not depend on other rows. Operands
 * are broadcast.
 */
const elementwise = new Set([
  'Abs',
  'Add',
  'And',
  'Cast',
  'Clip',
  'Div',
  'Equal',
  'Exp',
  'Greater',
  'GreaterOrEqual',
  'Identity',
  'Less',
  'LessOrEqual',
  'Log',
  'Max',
  'Min',
  'Mul',
  'Neg',
  'Not',
  'Or',
  'Pow',
  'Reciprocal',
  'Relu',
  'Sigmoid',
  'Sign',
  'Softplus',
  'Sqrt',
  'Sub',
  'Sum',
  'Tanh',
  'Where',
]);
const rowsName = 'n';

/**
 * The file with [n, …] in place of [1, …] for its inputs and outputs, where that is sound: every node between an input and
 * an output computes each row from that row alone. Nodes that depend on no input stay as they are; an output that depends
 * on none is repeated for each row.
 *
 * Why looking at the operators is enough: the ones allowed never lower a value's rank and never drop its first axis, so a
 * value with another first extent than 1 would show in an output, and the outputs are [1, …].
 * @throws OnnxFileError naming the operator where it is not
 */
export function freeRows(file: OnnxFile): OnnxFile {
  const input = [...file.inputs.keys()][0];
  for (const [name, { shape }] of [...file.inputs, ...file.outputs]) {
    if (shape.length !== 2 || shape[0] !== 1) throw new OnnxFileError(`"${name}" has the shape [${shape.join(', ')}], not one row`);
  }
  if (input === undefined) throw new OnnxFileError('the file has no input');
  const tensors = new Map(file.tensors);
  const rows = new Set(file.inputs.keys());
  const nodes: FileNode[] = [];
  for (const node of file.nodes) {
    const isRow = node.inputs.map((name) => rows.has(name));
    if (!isRow.some(Boolean)) {
      nodes.push(node);
      continue;
    }
    nodes.push(freeNode(node, isRow, tensors));
    for (const name of node.outputs) rows.add(name);
  }
  repeatConstants(file, input, { rows, nodes, tensors });
  const free = <T extends { shape: readonly (number | string)[] }>(values: ReadonlyMap<string, T>): Map<string, T> =>
    new Map([...values].map(([name, value]) => [name, { ...value, shape: [rowsName, ...value.shape.slice(1)] }]));
  const read = new Set(nodes.flatMap((node) => node.inputs));
  const kept = new Map([...tensors].filter(([name]) => read.has(name)));
  return { ...file, nodes, tensors: kept, inputs: free(file.inputs), outputs: free(file.outputs) };
}

function freeNode(node: FileNode, isRow: readonly boolean[], tensors: Map<string, FileTensor>): FileNode {
  const { op, attributes } = node;
  const onlyFirst = isRow.every((is, index) => is === (index === 0));
  if (elementwise.has(op)) return node;
  if (op === 'Gemm' && onlyFirst && (attributes['transA'] ?? 0) === 0) return node;
  if (op === 'MatMul' && onlyFirst) return node;
  if (op === 'Concat' && isRow.every(Boolean) && (attributes['axis'] === 1 || attributes['axis'] === -1)) return node;
  if (op === 'Split' && onlyFirst && (attributes['axis'] === 1 || attributes['axis'] === -1)) return node;
  if (op === 'Slice' && onlyFirst) return freeSlice(node, tensors);
  throw new OnnxFileError(`it can only take one observation at a time: its operation ${op} is none that this version of Elbow can widen`);
}

/** A slice of columns alone: the row's own begin and end are left out. */
function freeSlice(node: FileNode, tensors: Map<string, FileTensor>): FileNode {
  const [given = '', ...bounds] = node.inputs;
  const numbers = bounds.map((name) => Array.from<number | bigint>(tensors.get(name)?.data.values() ?? []).map(Number));
  const [begins = [], ends = [], axes = [], steps = axes.map(() => 1)] = numbers;
  const columns = axes.flatMap((axis, index) => (axis === 1 ? [index] : []));
  const row = axes.indexOf(0);
  const keepsRow = row < 0 || (begins[row] === 0 && (ends[row] ?? 0) >= 1 && steps[row] === 1);
  const isKnown = [begins, ends, steps].every(({ length }) => length === axes.length) && columns.length + (row < 0 ? 0 : 1) === axes.length;
  if (columns.length !== 1 || !keepsRow || !isKnown) throw new OnnxFileError('it can only take one observation at a time: it slices rows');
  return {
    ...node,
    inputs: [
      given,
      ...bounds.map((name, index) => {
        const kept = BigInt64Array.from(columns, (column) => BigInt(numbers[index]?.[column] as number));
        const made = `columns/${node.outputs[0]}/${name}`;
        tensors.set(made, { shape: [kept.length], type: 'int64', data: kept });
        return made;
      }),
    ],
  };
}

/** An output without any input before it, such as a deterministic policy's σ = 0, for as many rows as the input has. */
function repeatConstants(
  file: OnnxFile,
  input: string,
  made: { rows: ReadonlySet<string>; nodes: FileNode[]; tensors: Map<string, FileTensor> },
): void {
  const { rows, nodes, tensors } = made;
  const constant = [...file.outputs].filter(([name]) => !rows.has(name));
  if (constant.length === 0) return;
  tensors.set('rows/one', { shape: [1], type: 'int64', data: BigInt64Array.of(1n) });
  nodes.push({ op: 'Shape', inputs: [input], outputs: ['rows/count'], attributes: { start: 0, end: 1 } });
  nodes.push({ op: 'Concat', inputs: ['rows/count', 'rows/one'], outputs: ['rows/shape'], attributes: { axis: 0 } });
  for (const [name] of constant) {
    const source = `rows/${name}`;
    nodes.forEach((node, index) => {
      if (node.outputs.includes(name) || node.inputs.includes(name)) {
        nodes[index] = {
          ...node,
          inputs: node.inputs.map((each) => (each === name ? source : each)),
          outputs: node.outputs.map((each) => (each === name ? source : each)),
        };
      }
    });
    nodes.push({ op: 'Expand', inputs: [source, 'rows/shape'], outputs: [name], attributes: {} });
  }
}
