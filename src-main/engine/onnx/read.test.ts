// Reading ONNX files back, and files that are none.
import { gunzipSync } from 'node:zlib';
import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type OnnxFile, writeOnnxFile } from './file.ts';
import { ProtobufWriter } from './protobuf.ts';
import { OnnxFileError, readOnnxFile } from './read.ts';

const file: OnnxFile = {
  name: 'a graph',
  nodes: [
    { op: 'Gemm', inputs: ['x', 'w'], outputs: ['v1'], attributes: { transA: 0, alpha: { float: 0.5 } } },
    { op: 'Split', inputs: ['v1', 'sizes'], outputs: ['a', 'b'], attributes: { axis: -1 } },
    { op: 'ReduceSum', inputs: ['a'], outputs: ['y'], attributes: { axes: [0, -2], mode: 'größte' } },
  ],
  tensors: new Map([
    ['w', { shape: [2, 2], type: 'float32', data: Float32Array.of(1, -0, Infinity, 1e-40) }],
    ['sizes', { shape: [2], type: 'int64', data: BigInt64Array.of(1n, -(2n ** 60n)) }],
    ['i', { shape: [1], type: 'int32', data: Int32Array.of(-7) }],
    ['flag', { shape: [], type: 'bool', data: Uint8Array.of(1) }],
  ]),
  inputs: new Map([['x', { type: 'float32', shape: [1, 2] }]]),
  outputs: new Map([
    ['y', { type: 'float32', shape: ['n', 2] }],
    ['b', { type: 'int64', shape: [] }],
  ]),
};
const bytes = writeOnnxFile(file);

it('reads what was written', () => {
  expect(readOnnxFile(bytes)).toEqual(file);
  expect(readOnnxFile(Buffer.concat([Buffer.from([0]), bytes]).subarray(1))).toEqual(file);
});

it('reads it with documentation and metadata, which it leaves out', () => {
  const described = writeOnnxFile({ ...file, version: '1', text: 'words', metadata: { a: 'b', c: '' } });
  expect(described.length).toBeGreaterThan(bytes.length);
  expect(readOnnxFile(described)).toEqual(file);
});

describe('files that are none', () => {
  const model = (...parts: ((writer: ProtobufWriter) => unknown)[]): Uint8Array => {
    const writer = new ProtobufWriter();
    for (const part of parts) part(writer);
    return writer.finish();
  };
  const opset = (writer: ProtobufWriter): unknown => writer.message(8, (inner) => inner.integer(2, 18));
  const tensor =
    (write: (inner: ProtobufWriter) => void) =>
    (writer: ProtobufWriter): unknown =>
      writer.message(7, (graph) => graph.message(5, write));
  it.each<[string, Uint8Array, RegExp]>([
    ['nothing', new Uint8Array(0), /holds no graph/],
    ['a text', new TextEncoder().encode('This is a text.'), /ends in the middle|unknown kind|no valid number/],
    ['a PNG', Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a), /ends in the middle|unknown kind|no valid number/],
    ['zeros', new Uint8Array(64), /no valid number/],
    ['a number without end', new Uint8Array(32).fill(0xff), /longer than 64 bits/],
    [
      'another opset',
      model(
        (w) => w.message(7, () => undefined),
        (w) => w.message(8, (inner) => inner.integer(2, 9)),
      ),
      /other operators than ONNX's own of version 18/,
    ],
    [
      'operators of another domain',
      model(
        (w) => w.message(7, () => undefined),
        opset,
        (w) => w.message(8, (inner) => inner.text(1, 'com.example').integer(2, 1)),
      ),
      /other operators/,
    ],
    ['a number in place of the graph', model((w) => w.integer(7, 3), opset), /field 7 is a number where bytes belong/],
    [
      'a tensor without raw data',
      model(
        tensor((t) => t.text(8, 'w').integer(2, 1)),
        opset,
      ),
      /the tensor w holds its numbers in another way/,
    ],
    [
      'a tensor of text',
      model(
        tensor((t) => t.text(8, 'w').integer(2, 8).bytes(9, new Uint8Array(4))),
        opset,
      ),
      /"w" is of an unknown type, 8/,
    ],
    [
      'a tensor with too few numbers',
      model(
        tensor((t) => t.integer(1, 3).integer(2, 1).text(8, 'w').bytes(9, new Uint8Array(4))),
        opset,
      ),
      /the tensor w holds 1 numbers, but its shape \[3\] 3/,
    ],
    [
      'a tensor with half a number',
      model(
        tensor((t) => t.integer(1, 1).integer(2, 1).text(8, 'w').bytes(9, new Uint8Array(3))),
        opset,
      ),
      /3 bytes are no whole count of float32/,
    ],
    [
      'a negative extent',
      model(
        tensor((t) => t.integer(1, -1).integer(2, 1).text(8, 'w').bytes(9, new Uint8Array(0))),
        opset,
      ),
      /the tensor w/,
    ],
    [
      'an input without a shape',
      model((w) => w.message(7, (graph) => graph.message(11, (value) => value.text(1, 'x'))), opset),
      /"x" is no tensor of a known shape/,
    ],
  ])('refuses %s', (_, given, message) => {
    expect(() => readOnnxFile(given)).toThrow(OnnxFileError);
    expect(() => readOnnxFile(given)).toThrow(message);
  });

  it('refuses a file that is cut off anywhere', () => {
    for (let length = 0; length < bytes.length; length += 1)
      expect(() => readOnnxFile(bytes.subarray(0, length)), `${length} bytes`).toThrow(OnnxFileError);
  });

  it('reads or refuses any damaged file, and never fails otherwise', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ at: fc.nat(bytes.length - 1), to: fc.nat(255) }), { minLength: 1, maxLength: 8 }), (changes) => {
        const damaged = bytes.slice();
        for (const { at, to } of changes) damaged[at] = to;
        try {
          readOnnxFile(damaged);
        } catch (error) {
          expect(error).toBeInstanceOf(OnnxFileError);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('refuses a compressed file', () => {
    const compressed = readFileSync(new URL('../../../test/reference/stable-baselines3/sac.json.gz', import.meta.url));
    expect(() => readOnnxFile(compressed)).toThrow(OnnxFileError);
    expect(() => readOnnxFile(gunzipSync(compressed).subarray(0, 4096))).toThrow(OnnxFileError);
  });
});
