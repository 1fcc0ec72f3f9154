// What a traced program needs besides for a graphics card: its diagnostics as one vector, since each output costs a wait
// for the card, and before them the number that it was sent, as a sign of life; and no operation that the provider lacks.
import type { Node, Value } from '../tracing/graph.ts';
import type { Trace } from '../tracing/trace.ts';

/** The input [1] that is sent. */
export const pulsePort = 'pulse';
/** The output [1 + n] that begins with it. */
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
    const size = value.shape.reduce((product, extent) => product * extent, 1);
    const real = value.type === 'float32' ? value : graph.node('Cast', [value], { to: 1 }, value.shape);
    parts.push(graph.node('Reshape', [real, graph.integers([size])], {}, [size]));
  }
  const length = parts.reduce((sum, { shape }) => sum + (shape[0] as number), 0);
  return packed.set(reportPort, graph.node('Concat', parts, { axis: 0 }, [length]));
}

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
