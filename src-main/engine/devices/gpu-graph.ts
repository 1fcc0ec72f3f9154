// What a traced program needs besides for a graphics card: its diagnostics as one vector, since each output costs a wait
// for the card, with the number that it was sent before them, as a sign of life, and a sum of the state that it makes after
// them; and no operation that the provider lacks.
import { type Graph, type Node, sizeOf, type Value } from '../tracing/graph.ts';
import type { Trace } from '../tracing/trace.ts';

/** The input [1] that is sent. */
export const pulsePort = 'pulse';
/** The output: the pulse, the diagnostics one after another and, where the program changes state, its sum. */
export const reportPort = 'report';

/** Appends the packing to the graph. Gives the results with one vector in the diagnostics' place. */
export function packReport({ graph, results }: Trace): Map<string, Value> {
  const packed = new Map<string, Value>();
  const parts: Value[] = [graph.input(pulsePort, [1])];
  for (const [name, value] of results) {
    if (name.startsWith('next/')) {
      packed.set(name, value);
      continue;
    }
    const real = value.type === 'float32' ? value : graph.node('Cast', [value], { to: 1 }, value.shape);
    parts.push(flat(graph, real));
  }
  if (packed.size > 0) parts.push(sumOf(graph, [...packed.values()]));
  return packed.set(reportPort, joined(graph, parts));
}

/**
 * The sum of all entries [1], which is not finite where one of them is not. Rows are summed before they are joined, since
 * the provider gives each sum to one group of the card's threads.
 */
function sumOf(graph: Graph, values: readonly Value[]): Value {
  const sums = values.map((value) => {
    const kept = value.shape.slice(0, -1);
    return flat(graph, kept.length === 0 ? value : graph.node('ReduceSum', [value, graph.integers([kept.length])], { keepdims: 0 }, kept));
  });
  return graph.node('ReduceSum', [joined(graph, sums), graph.integers([0])], { keepdims: 1 }, [1]);
}

const flat = (graph: Graph, value: Value): Value =>
  graph.node('Reshape', [value, graph.integers([sizeOf(value.shape)])], {}, [sizeOf(value.shape)]);
const joined = (graph: Graph, vectors: readonly Value[]): Value =>
  graph.node('Concat', vectors, { axis: 0 }, [vectors.reduce((sum, { shape }) => sum + sizeOf(shape), 0)]);

/** ONNX Runtime 1.30's WebGPU provider has no Sum, which would take its inputs to the processor and back: additions instead. */
export function withoutSums(nodes: readonly Node[]): Node[] {
  let id = 0;
  return nodes.flatMap((node) => {
    const [first, ...rest] = node.inputs;
    const output = node.outputs[0];
    if (node.op !== 'Sum' || !first || !output || rest.length === 0) return [node];
    let sum = first;
    return rest.map((value, i) => {
      // Names come from ids: those of the graph's own values are not negative.
      const next = i === rest.length - 1 ? output : { ...output, id: (id -= 1) };
      const added: Node = { op: 'Add', inputs: [sum, value], outputs: [next], attributes: {} };
      sum = next;
      return added;
    });
  });
}
