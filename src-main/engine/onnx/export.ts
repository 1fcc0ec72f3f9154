// Programs as ONNX files with their weights inside: what a policy snapshot is.
import type { NamedArrays, NamedShapes, ProgramDeclaration } from '../program.ts';
import { fuseBias, liveNodes, type Node, type Value } from '../tracing/graph.ts';
import { trace, type Trace } from '../tracing/trace.ts';
import { writeOnnx } from './model.ts';

/** The graph's nodes in their final form, with the graph inputs that they read. */
export function finishGraph(traced: Trace): { nodes: Node[]; inputs: Map<string, Value> } {
  const results = new Set(traced.results.values());
  const nodes = fuseBias(liveNodes(traced.graph, results), results);
  const read = new Set([...results, ...nodes.flatMap((node) => node.inputs)]);
  return { nodes, inputs: new Map([...traced.graph.inputs].filter(([, value]) => read.has(value))) };
}

/** A program as an ONNX file with the state inside; inputs and outputs carry their plain names. */
export async function exportProgram(
  declaration: ProgramDeclaration,
  stateShapes: NamedShapes,
  state: NamedArrays,
  controls: NamedArrays,
): Promise<Uint8Array> {
  const traced = await trace(declaration, stateShapes);
  const { nodes, inputs } = finishGraph(traced);
  const plain = new Map<string, Value>();
  const weights = new Map<string, { value: Value; data: Float32Array }>();
  for (const [key, value] of inputs) {
    const [kind, ...rest] = key.split('/');
    const name = rest.join('/');
    const data = kind === 'state' ? state[name] : kind === 'control' ? controls[name] : undefined;
    if (data) weights.set(key, { value, data });
    else if (kind === 'control') throw new Error(`the export of ${declaration.name} needs a value for the control ${name}`);
    else plain.set(name, value);
  }
  const outputs = new Map(
    [...traced.results].filter(([key]) => key.startsWith('diagnostic/')).map(([key, value]) => [key.slice('diagnostic/'.length), value]),
  );
  return writeOnnx({ name: declaration.name, nodes, inputs: plain, weights, outputs });
}
