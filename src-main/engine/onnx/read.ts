// Reads ONNX files that Elbow wrote, this version or an earlier one: the inverse of file.ts.
import type { Attribute, ConstantData, ValueType } from '../tracing/graph.ts';
import { sizeOf } from '../tracing/graph.ts';
import { attributeTypes, elementTypes, type FileNode, type FileTensor, type FileValue, type OnnxFile, opsetVersion } from './file.ts';
import { Message } from './protobuf-reader.ts';

/** The bytes are no ONNX file, or one with what Elbow does not write. */
export class OnnxFileError extends Error {
  override name = 'OnnxFileError';
}

/**
 * What `writeOnnxFile` was given, documentation and metadata left out.
 * @throws OnnxFileError where it is damaged, no ONNX file, or not like Elbow's own
 */
export function readOnnxFile(bytes: Uint8Array): OnnxFile {
  try {
    const model = new Message(bytes);
    const [graph] = model.messages(7);
    if (graph === undefined) throw new Error('it holds no graph');
    const [opset, ...others] = model.messages(8);
    if (opset === undefined || others.length > 0 || opset.text(1) !== '' || opset.integer(2) !== opsetVersion) {
      throw new Error(`it uses other operators than ONNX's own of version ${opsetVersion}`);
    }
    return {
      name: graph.text(2),
      nodes: graph.messages(1).map(readNode),
      tensors: new Map(graph.messages(5).map((tensor) => [tensor.text(8), readTensor(tensor)])),
      inputs: new Map(graph.messages(11).map((value) => [value.text(1), readValueInfo(value)])),
      outputs: new Map(graph.messages(12).map((value) => [value.text(1), readValueInfo(value)])),
    };
  } catch (error) {
    throw new OnnxFileError(
      `this is no ONNX file of Elbow's, or a damaged one: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    );
  }
}

function readNode(node: Message): FileNode {
  return {
    op: node.text(4),
    inputs: node.texts(1),
    outputs: node.texts(2),
    attributes: Object.fromEntries(node.messages(5).map((attribute) => [attribute.text(1), readAttribute(attribute)])),
  };
}

function readAttribute(attribute: Message): Attribute {
  const type = attribute.integer(20);
  if (type === attributeTypes.integer) return attribute.integer(3);
  if (type === attributeTypes.text) return attribute.text(4);
  if (type === attributeTypes.integers) return attribute.integers(8);
  const [bytes] = attribute.blobs(2);
  if (type === attributeTypes.float && bytes?.length === 4)
    return { float: new DataView(bytes.buffer, bytes.byteOffset).getFloat32(0, true) };
  throw new Error(`an attribute named ${attribute.text(1)} has the unknown type ${type}`);
}

function readTensor(tensor: Message): FileTensor {
  const name = tensor.text(8);
  const shape = tensor.integers(1);
  const type = readType(tensor.integer(2), name);
  const [raw] = tensor.blobs(9);
  if (raw === undefined) throw new Error(`the tensor ${name} holds its numbers in another way than as raw data`);
  const data = readNumbers(raw, type);
  if (data.length !== sizeOf(shape))
    throw new Error(`the tensor ${name} holds ${data.length} numbers, but its shape [${shape.join(', ')}] ${sizeOf(shape)}`);
  return { shape, type, data };
}

/** Copied, since the numbers of a file lie at any offset (and the slice of a Buffer is none). */
function readNumbers(raw: Uint8Array, type: ValueType): ConstantData {
  const { buffer, byteLength } = new Uint8Array(raw);
  const entryBytes = { float32: 4, int32: 4, int64: 8, bool: 1 }[type];
  if (byteLength % entryBytes !== 0) throw new Error(`${byteLength} bytes are no whole count of ${type} numbers`);
  if (type === 'float32') return new Float32Array(buffer);
  if (type === 'int32') return new Int32Array(buffer);
  if (type === 'int64') return new BigInt64Array(buffer);
  return new Uint8Array(buffer);
}

function readValueInfo(value: Message): FileValue {
  const name = value.text(1);
  const tensor = value.messages(2)[0]?.messages(1)[0];
  const shape = tensor?.messages(2)[0];
  if (tensor === undefined || shape === undefined) throw new Error(`"${name}" is no tensor of a known shape`);
  return {
    type: readType(tensor.integer(1), name),
    shape: shape.messages(1).map((dimension) => (dimension.has(2) ? dimension.text(2) : dimension.integer(1))),
  };
}

function readType(code: number, name: string): ValueType {
  const found = (Object.entries(elementTypes) as [ValueType, number][]).find(([, known]) => known === code);
  if (found === undefined) throw new Error(`"${name}" is of an unknown type, ${code}`);
  return found[0];
}
