// Graphs as ONNX files: values get their names.
import type { ConstantData, Node, Value } from '../tracing/graph.ts';
import { type FileTensor, writeOnnxFile } from './file.ts';

export interface OnnxGraph {
  name: string;
  /** In the order of computation. */
  nodes: readonly Node[];
  /** Values given at run time, by name. */
  inputs: ReadonlyMap<string, Value>;
  /** Values given here (weights), by name. */
  weights: ReadonlyMap<string, { value: Value; data: Float32Array }>;
  outputs: ReadonlyMap<string, Value>;
}

/** The file's bytes. The same graph gives the same bytes. */
export function writeOnnx(graph: OnnxGraph): Uint8Array {
  const names = new Map<Value, string>();
  for (const [name, value] of graph.inputs) names.set(value, name);
  for (const [name, { value }] of graph.weights) names.set(value, name);
  const nodes = [...graph.nodes];
  const produced = new Set(nodes.flatMap((node) => node.outputs));
  const outputs = new Map<string, Value>();
  for (const [name, value] of graph.outputs) {
    // An output that is an input, a constant or already an output is copied, for it to have a name of its own.
    if (produced.has(value) && !names.has(value)) {
      names.set(value, name);
      outputs.set(name, value);
    } else {
      const copy: Value = { ...value, data: null };
      nodes.push({ op: 'Identity', inputs: [value], outputs: [copy], attributes: {} });
      names.set(copy, name);
      outputs.set(name, copy);
    }
  }
  const nameOf = (value: Value): string => {
    const known = names.get(value);
    if (known !== undefined) return known;
    const made = `v${value.id}`;
    names.set(value, made);
    return made;
  };
  const constants = new Set(nodes.flatMap((node) => node.inputs.filter((value) => value.data !== null)));
  const tensorOf = ({ shape, type }: Value, data: ConstantData): FileTensor => ({ shape, type, data });
  return writeOnnxFile({
    name: graph.name,
    nodes: nodes.map(({ op, inputs, outputs: results, attributes }) => ({
      op,
      inputs: inputs.map(nameOf),
      outputs: results.map(nameOf),
      attributes,
    })),
    tensors: new Map([
      ...[...constants].map((value): [string, FileTensor] => [nameOf(value), tensorOf(value, value.data as ConstantData)]),
      ...[...graph.weights].map(([name, { value, data }]): [string, FileTensor] => [name, tensorOf(value, data)]),
    ]),
    inputs: graph.inputs,
    outputs,
  });
}
