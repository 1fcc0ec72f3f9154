// ONNX files as plain data, and how they are written. Field numbers: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
import type { Attribute, ConstantData, ValueType } from '../tracing/graph.ts';
import { ProtobufWriter } from './protobuf.ts';

/** Opset 18 is what onnxruntime-node and onnxruntime-web of any recent version run. */
const irVersion = 8;
export const opsetVersion = 18;
export const elementTypes: Record<ValueType, number> = { float32: 1, int32: 6, int64: 7, bool: 9 };

/** ONNX's AttributeProto.AttributeType of the four kinds that Elbow's nodes have. */
export const attributeTypes = { float: 1, integer: 2, text: 3, integers: 7 } as const;

export interface FileNode {
  op: string;
  inputs: readonly string[];
  outputs: readonly string[];
  attributes: Readonly<Record<string, Attribute>>;
}

export interface FileTensor {
  shape: readonly number[];
  type: ValueType;
  data: ConstantData;
}

/** An input or output of the file. */
export interface FileValue {
  type: ValueType;
  /** An extent is a number, or the name of one that the caller chooses. */
  shape: readonly (number | string)[];
  /** For a person who looks at the file. */
  text?: string;
}

export interface OnnxFile {
  /** Of the graph. */
  name: string;
  /** In the order of computation. */
  nodes: readonly FileNode[];
  /** Constants and weights. */
  tensors: ReadonlyMap<string, FileTensor>;
  inputs: ReadonlyMap<string, FileValue>;
  outputs: ReadonlyMap<string, FileValue>;
  /** The program that wrote it, beside its name, Elbow. */
  version?: string;
  text?: string;
  metadata?: Readonly<Record<string, string>>;
}

/** The file's bytes. The same file gives the same bytes. */
export function writeOnnxFile(file: OnnxFile): Uint8Array {
  const model = new ProtobufWriter().integer(1, irVersion).text(2, 'Elbow');
  if (file.version !== undefined) model.text(3, file.version);
  if (file.text !== undefined) model.text(6, file.text);
  model
    .message(7, (body) => {
      for (const node of file.nodes) body.message(1, (writer) => writeNode(writer, node));
      body.text(2, file.name);
      for (const [name, tensor] of file.tensors) body.message(5, (writer) => writeTensor(writer, name, tensor));
      for (const [name, value] of file.inputs) body.message(11, (writer) => writeValueInfo(writer, name, value));
      for (const [name, value] of file.outputs) body.message(12, (writer) => writeValueInfo(writer, name, value));
    })
    .message(8, (opset) => opset.text(1, '').integer(2, opsetVersion));
  for (const [key, value] of Object.entries(file.metadata ?? {})) model.message(14, (entry) => entry.text(1, key).text(2, value));
  return model.finish();
}

function writeNode(writer: ProtobufWriter, node: FileNode): void {
  for (const name of node.inputs) writer.text(1, name);
  for (const name of node.outputs) writer.text(2, name);
  writer.text(4, node.op);
  for (const [name, attribute] of Object.entries(node.attributes)) {
    writer.message(5, (entry) => writeAttribute(entry.text(1, name), attribute));
  }
}

function writeAttribute(writer: ProtobufWriter, attribute: Attribute): void {
  if (typeof attribute === 'number') writer.integer(3, attribute).integer(20, attributeTypes.integer);
  else if (typeof attribute === 'string') writer.text(4, attribute).integer(20, attributeTypes.text);
  else if ('float' in attribute) writer.float(2, attribute.float).integer(20, attributeTypes.float);
  else {
    for (const entry of attribute) writer.integer(8, entry);
    writer.integer(20, attributeTypes.integers);
  }
}

function writeTensor(writer: ProtobufWriter, name: string, { shape, type, data }: FileTensor): void {
  for (const extent of shape) writer.integer(1, extent);
  writer.integer(2, elementTypes[type]).text(8, name);
  // raw_data is little-endian, as every platform that Elbow runs on.
  writer.bytes(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

function writeValueInfo(writer: ProtobufWriter, name: string, { type, shape, text }: FileValue): void {
  writer.text(1, name).message(2, (kind) =>
    kind.message(1, (tensor) => {
      tensor.integer(1, elementTypes[type]).message(2, (extents) => {
        for (const extent of shape) {
          extents.message(1, (dimension) => (typeof extent === 'number' ? dimension.integer(1, extent) : dimension.text(2, extent)));
        }
      });
    }),
  );
  if (text !== undefined) writer.text(3, text);
}
