// Gradients through the smaller of two values: each row of the batch belongs to one of two networks, and the other's gradient
// there is zero. Products are made of the rows that belong to each, which halves the work; those rows are gathered before and
// put in their places after.
import { Graph, liveNodes, type Node, sizeOf, type Value } from './graph.ts';
import type { Trace } from './trace.ts';

/** Extent of an axis that is known only when the program runs. */
export const unknownExtent = -1;
/** Columns from which gathering pays. */
const fewestColumns = 64;

/** The rows of a matrix that may differ from zero. */
interface Rows {
  /** [k, columns], in order. */
  rows: Value;
  /** [k], their places. */
  places: Value;
  /** Of the whole matrix. */
  shape: readonly number[];
}

class Rewriter {
  readonly graph = new Graph();
  readonly #dense = new Map<Value, Value>();
  readonly #sparse = new Map<Value, Rows>();
  readonly #producers = new Map<Value, Node>();
  /** Columns [n] or [n, 1] of the new graph that are zero where a condition [n] does not hold. */
  readonly #conditions = new Map<Value, Value>();
  readonly #places = new Map<Value, Value>();

  input(name: string, value: Value): void {
    this.#dense.set(value, this.graph.input(name, value.shape, value.type));
  }

  node(node: Node): void {
    this.graph.currentKernel = node.outputs[0]?.origin ?? '';
    const rows = this.#rowsOf(node);
    if (rows !== null) {
      this.#sparse.set(node.outputs[0] as Value, rows);
      return;
    }
    const inputs = node.inputs.map((value) => this.whole(value));
    const outputs = this.graph.multiNode(node.op, inputs, { ...node.attributes }, node.outputs.map(({ shape, type }) => ({ shape, type })));
    node.outputs.forEach((value, i) => this.#dense.set(value, outputs[i] as Value));
    const [output] = outputs as [Value];
    this.#producers.set(output, { ...node, inputs, outputs });
    const condition = this.#conditionOf(node.op, inputs, output);
    if (condition !== null) this.#conditions.set(output, condition);
  }

  /** The value with all its rows. */
  whole(value: Value): Value {
    const known = this.#dense.get(value);
    if (known !== undefined) return known;
    const sparse = this.#sparse.get(value);
    const made = sparse === undefined ? this.graph.constant(value.data as NonNullable<Value['data']>, value.shape, value.type) : this.#scatter(sparse);
    this.#dense.set(value, made);
    return made;
  }

  /** Of a node whose output is zero outside some rows, and wide enough: those rows; null else. */
  #rowsOf({ op, inputs: [first, second, third], attributes, outputs: [output] }: Node): Rows | null {
    if (first === undefined || second === undefined || third !== undefined || output === undefined) return null;
    if (op === 'Gemm' && attributes['transA'] !== 1) {
      const rows = this.#sparse.get(first) ?? this.#begin(first, output);
      if (rows === null || this.#sparse.has(second)) return null;
      const product = this.graph.node('Gemm', [rows.rows, this.whole(second)], { ...attributes }, [unknownExtent, output.shape[1] as number]);
      return { ...rows, rows: product, shape: output.shape };
    }
    if (op !== 'Mul') return null;
    const [rows, other] = this.#sparse.has(first) ? [this.#sparse.get(first), second] : [this.#sparse.get(second), first];
    if (rows === undefined || this.#sparse.has(other) || output.shape.join() !== rows.shape.join()) return null;
    const factor = sizeOf(other.shape) === 1 ? this.whole(other) : other.shape.join() === rows.shape.join() ? this.#gather(this.whole(other), rows.places) : null;
    if (factor === null) return null;
    return { ...rows, rows: this.graph.node('Mul', [rows.rows, factor], {}, rows.rows.shape) };
  }

  /** A column under a condition, at the beginning of products that are wide. */
  #begin(column: Value, output: Value): Rows | null {
    const whole = this.#dense.get(column);
    const condition = whole && this.#conditions.get(whole);
    if (whole === undefined || condition === undefined || whole.shape.length !== 2 || (output.shape[1] ?? 0) < fewestColumns) return null;
    let places = this.#places.get(condition);
    if (places === undefined) {
      const found = this.graph.node('NonZero', [condition], {}, [1, unknownExtent], 'int64');
      places = this.graph.node('Reshape', [found, this.graph.integers([-1])], {}, [unknownExtent], 'int64');
      this.#places.set(condition, places);
    }
    return { rows: this.#gather(whole, places), places, shape: whole.shape };
  }

  /** Rows of a value; of a step, the step of its rows. */
  #gather(value: Value, places: Value): Value {
    const producer = this.#producers.get(value);
    const [before] = producer?.inputs ?? [];
    const shape = [unknownExtent, ...value.shape.slice(1)];
    if (producer?.op === 'HardSigmoid' && before !== undefined) return this.graph.node('HardSigmoid', [this.#gather(before, places)], { ...producer.attributes }, shape);
    return this.graph.node('Gather', [value, places], { axis: 0 }, shape);
  }

  #scatter({ rows, places, shape }: Rows): Value {
    const zeros = this.graph.node('Expand', [this.graph.scalar(0), this.graph.integers(shape)], {}, shape);
    const column = this.graph.node('Reshape', [places, this.graph.integers([-1, 1])], {}, [unknownExtent, 1], 'int64');
    return this.graph.node('ScatterND', [zeros, column, rows], {}, shape);
  }

  /** The condition outside which a new value [n] or [n, 1] is zero. */
  #conditionOf(op: string, inputs: readonly Value[], output: Value): Value | null {
    const [n = 0, columns = 1] = output.shape;
    if (output.shape.length > 2 || columns !== 1 || n < 2) return null;
    const known = inputs.map((value) => this.#conditions.get(value)).find((condition) => condition !== undefined);
    const isKept = op === 'Reshape' || op === 'Neg' || (op === 'Mul' && inputs.every((value) => sizeOf(value.shape) === 1 || sizeOf(value.shape) === n));
    if (known !== undefined) return isKept ? known : null;
    const [flag] = inputs;
    return op === 'Cast' && output.type === 'float32' && flag?.type === 'bool' && flag.shape.join() === String(n) ? flag : null;
  }
}

/** Inputs and results keep their names. */
export function computeMaskedRowsOnly({ graph, results }: Trace): Trace {
  const rewriter = new Rewriter();
  for (const [name, value] of graph.inputs) rewriter.input(name, value);
  for (const node of liveNodes(graph, results.values())) rewriter.node(node);
  return { graph: rewriter.graph, results: new Map([...results].map(([name, value]) => [name, rewriter.whole(value)])) };
}
