// Programs as ONNX files with their weights inside: what a policy snapshot is.
import type { NamedArrays, NamedShapes, ProgramDeclaration } from '../program.ts';
import { fuseBias, liveNodes, type Node, sizeOf, type Value, type ValueType } from '../tracing/graph.ts';
import { trace, type Trace } from '../tracing/trace.ts';
import { writeOnnx } from './model.ts';

const bytesPerEntry: Record<ValueType, number> = { float32: 4, int32: 4, int64: 8, bool: 1 };

/** The graph's nodes in their final form, with the graph inputs that they read. */
export function finishGraph(traced: Trace): { nodes: Node[]; inputs: Map<string, Value> } {
  const results = new Set(traced.results.values());
  const nodes = fuseBias(liveNodes(traced.graph, results), results);
  const read = new Set([...results, ...nodes.flatMap((node) => node.inputs)]);
  return { nodes, inputs: new Map([...traced.graph.inputs].filter(([, value]) => read.has(value))) };
}

/** How many nodes a program comes to, and the bytes that they read and write when it runs once. */
export async function measureGraph(declaration: ProgramDeclaration, stateShapes: NamedShapes): Promise<{ nodes: number; bytes: number }> {
  const { nodes } = finishGraph(await trace(declaration, stateShapes));
  const bytesOf = ({ type, shape }: Value): number => bytesPerEntry[type] * sizeOf(shape);
  const bytes = nodes.flatMap(({ inputs, outputs }) => [...inputs, ...outputs]).reduce((sum, value) => sum + bytesOf(value), 0);
  return { nodes: nodes.length, bytes };
}

/** A program as an ONNX file with the state inside; inputs and outputs carry their plain names. */
export async function exportProgram(declaration: ProgramDeclaration, stateShapes: NamedShapes, state: NamedArrays, controls: NamedArrays): Promise<Uint8Array> {
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
  const outputs = new Map([...traced.results].filter(([key]) => key.startsWith('diagnostic/')).map(([key, value]) => [key.slice('diagnostic/'.length), value]));
  return writeOnnx({ name: declaration.name, nodes, inputs: plain, weights, outputs });
}
