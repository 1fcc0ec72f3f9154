// The graph that tracing builds: values and nodes in ONNX's vocabulary, each distinct computation once.

export type ValueType = 'float32' | 'int32' | 'int64' | 'bool';
export type ConstantData = Float32Array | Int32Array | BigInt64Array | Uint8Array;
export type Attribute = number | string | readonly number[] | { float: number };

/** Something computed, given or constant. It is also the tfjs `dataId` of the tensor that it stands for. */
export interface Value {
  id: number;
  shape: readonly number[];
  type: ValueType;
  /** Which kernel or input it came from, for messages. */
  origin: string;
  /** The numbers, where it is a constant; null else. */
  data: ConstantData | null;
}

export interface Node {
  op: string;
  inputs: readonly Value[];
  outputs: readonly Value[];
  attributes: Readonly<Record<string, Attribute>>;
}

export function sizeOf(shape: readonly number[]): number {
  let size = 1;
  for (const extent of shape) size *= extent;
  return size;
}

const bytesPerEntry: Record<ValueType, number> = { float32: 4, int32: 4, int64: 8, bool: 1 };

export const bytesOf = ({ type, shape }: Value): number => bytesPerEntry[type] * sizeOf(shape);

export class Graph {
  readonly nodes: Node[] = [];
  readonly inputs = new Map<string, Value>();
  /** The tfjs kernel being traced: it names the origin of new values. */
  currentKernel = 'input';
  readonly #known = new Map<string, readonly Value[]>();
  #nextId = 0;

  #value(shape: readonly number[], type: ValueType, data: ConstantData | null = null): Value {
    return { id: this.#nextId++, shape: [...shape], type, origin: this.currentKernel, data };
  }

  input(name: string, shape: readonly number[], type: ValueType = 'float32'): Value {
    const value = this.#value(shape, type);
    value.origin = name;
    this.inputs.set(name, value);
    return value;
  }

  /** A constant; equal small constants are one value. */
  constant(data: ConstantData, shape: readonly number[], type: ValueType): Value {
    const entries: readonly (number | bigint)[] = Array.from<number | bigint>(data.values());
    if (data.length > 16) {
      // A tensor of one repeated number (tf.ones, tf.zeros) is stored as that number.
      if (entries.every((entry) => Object.is(entry, entries[0]))) {
        return this.node('Expand', [this.constant(data.subarray(0, 1), [], type), this.integers(shape)], {}, shape, type);
      }
      return this.#value(shape, type, data.slice());
    }
    const key = `constant ${type} [${shape.join()}] ${entries.map((entry) => (Object.is(entry, -0) ? '-0' : String(entry))).join()}`;
    return this.#once(key, () => [this.#value(shape, type, data.slice())])[0] as Value;
  }

  scalar(number: number): Value {
    return this.constant(Float32Array.of(number), [], 'float32');
  }

  /** A constant vector of 64-bit integers, as ONNX takes shapes, axes and offsets. */
  integers(entries: readonly number[]): Value {
    return this.constant(BigInt64Array.from(entries, BigInt), [entries.length], 'int64');
  }

  /** Appends a node with one output. The same operation on the same inputs is computed once. */
  node(
    op: string,
    inputs: readonly Value[],
    attributes: Record<string, Attribute>,
    shape: readonly number[],
    type: ValueType = 'float32',
  ): Value {
    return this.multiNode(op, inputs, attributes, [{ shape, type }])[0] as Value;
  }

  /** Appends a node with several outputs. */
  multiNode(
    op: string,
    inputs: readonly Value[],
    attributes: Record<string, Attribute>,
    outputs: readonly { shape: readonly number[]; type: ValueType }[],
  ): readonly Value[] {
    const key = `${op}(${inputs.map((value) => value.id).join()}) ${JSON.stringify(attributes)} ${JSON.stringify(outputs)}`;
    return this.#once(key, () => {
      const values = outputs.map(({ shape, type }) => this.#value(shape, type));
      this.nodes.push({ op, inputs, outputs: values, attributes });
      return values;
    });
  }

  #once(key: string, make: () => readonly Value[]): readonly Value[] {
    const known = this.#known.get(key);
    if (known) return known;
    const made = make();
    this.#known.set(key, made);
    return made;
  }
}

/** The nodes that the results depend on, in their order. */
export function liveNodes(graph: Graph, results: Iterable<Value>): Node[] {
  const needed = new Set<Value>(results);
  const live: Node[] = [];
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some((value) => needed.has(value))) continue;
    live.push(node);
    for (const value of node.inputs) needed.add(value);
  }
  return live.reverse();
}

/**
 * Adds a bias inside its matrix product: Add(Gemm(A, B), c) becomes Gemm(A, B, c) where nothing else reads the
 * product and c has one entry a column.
 */
export function fuseBias(nodes: readonly Node[], results: ReadonlySet<Value>): Node[] {
  const producers = new Map<Value, Node>();
  const readers = new Map<Value, number>();
  for (const node of nodes) {
    for (const value of node.outputs) producers.set(value, node);
    for (const value of node.inputs) readers.set(value, (readers.get(value) ?? 0) + 1);
  }
  const replaced = new Map<Node, Node>();
  const dropped = new Set<Node>();
  for (const node of nodes) {
    if (node.op !== 'Add') continue;
    const [left, right] = node.inputs;
    if (!left || !right) continue;
    const product = producers.get(left);
    if (product?.op !== 'Gemm' || product.inputs.length !== 2 || readers.get(left) !== 1 || results.has(left)) continue;
    const columns = left.shape[1];
    const isRow = right.shape.at(-1) === columns && sizeOf(right.shape) === columns && right.shape.length <= 2;
    if (!isRow || node.outputs[0]?.shape.length !== 2) continue;
    dropped.add(product);
    replaced.set(node, { op: 'Gemm', inputs: [...product.inputs, right], outputs: node.outputs, attributes: product.attributes });
  }
  return nodes.filter((node) => !dropped.has(node)).map((node) => replaced.get(node) ?? node);
}
