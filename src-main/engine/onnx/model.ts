// Graphs as ONNX files. Field numbers: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
import type { Attribute, ConstantData, Node, Value, ValueType } from '../tracing/graph.ts';
import { ProtobufWriter } from './protobuf.ts';

/** Opset 18 is what onnxruntime-node and onnxruntime-web of any recent version run. */
const irVersion = 8;
const opsetVersion = 18;
const elementTypes: Record<ValueType, number> = { float32: 1, int32: 6, int64: 7, bool: 9 };

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
  const outputNames = new Map<string, Value>();
  for (const [name, value] of graph.outputs) {
    // An output that is an input, a constant or already an output is copied, for it to have a name of its own.
    if (produced.has(value) && !names.has(value)) {
      names.set(value, name);
      outputNames.set(name, value);
    } else {
      const copy: Value = { ...value, data: null };
      nodes.push({ op: 'Identity', inputs: [value], outputs: [copy], attributes: {} });
      names.set(copy, name);
      outputNames.set(name, copy);
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

  return new ProtobufWriter()
    .integer(1, irVersion)
    .text(2, 'Elbow')
    .message(7, (body) => {
      for (const node of nodes) body.message(1, (writer) => writeNode(writer, node, nameOf));
      body.text(2, graph.name);
      for (const value of constants) {
        body.message(5, (writer) => writeTensor(writer, nameOf(value), value.shape, value.type, value.data as ConstantData));
      }
      for (const [name, { value, data }] of graph.weights) {
        body.message(5, (writer) => writeTensor(writer, name, value.shape, value.type, data));
      }
      for (const [name, value] of graph.inputs) body.message(11, (writer) => writeValueInfo(writer, name, value));
      for (const [name, value] of outputNames) body.message(12, (writer) => writeValueInfo(writer, name, value));
    })
    .message(8, (opset) => opset.text(1, '').integer(2, opsetVersion))
    .finish();
}

function writeNode(writer: ProtobufWriter, node: Node, nameOf: (value: Value) => string): void {
  for (const value of node.inputs) writer.text(1, nameOf(value));
  for (const value of node.outputs) writer.text(2, nameOf(value));
  writer.text(4, node.op);
  for (const [name, attribute] of Object.entries(node.attributes)) {
    writer.message(5, (entry) => writeAttribute(entry.text(1, name), attribute));
  }
}

function writeAttribute(writer: ProtobufWriter, attribute: Attribute): void {
  if (typeof attribute === 'number') writer.integer(3, attribute).integer(20, 2);
  else if (typeof attribute === 'string') writer.text(4, attribute).integer(20, 3);
  else if ('float' in attribute) writer.float(2, attribute.float).integer(20, 1);
  else {
    for (const entry of attribute) writer.integer(8, entry);
    writer.integer(20, 7);
  }
}

function writeTensor(writer: ProtobufWriter, name: string, shape: readonly number[], type: ValueType, data: ConstantData): void {
  for (const extent of shape) writer.integer(1, extent);
  writer.integer(2, elementTypes[type]).text(8, name);
  // raw_data is little-endian, as every platform that Elbow runs on.
  writer.bytes(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

function writeValueInfo(writer: ProtobufWriter, name: string, value: Value): void {
  writer.text(1, name).message(2, (type) =>
    type.message(1, (tensor) => {
      tensor.integer(1, elementTypes[value.type]).message(2, (shape) => {
        for (const extent of value.shape) shape.message(1, (dimension) => dimension.integer(1, extent));
      });
    }),
  );
}
