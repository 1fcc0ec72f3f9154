// The state in buffers on a graphics card: for each entry a current one and a spare one, which swap places when a program
// has written the spare.
import * as ort from 'onnxruntime-node';
import { writeOnnx } from '../onnx/model.ts';
import type { NamedArrays, NamedShapes } from '../program.ts';
import { Graph, sizeOf, type Value } from '../tracing/graph.ts';
import { createGpuSession } from './gpu-session.ts';

export interface Buffers {
  current: ort.Tensor;
  spare: ort.Tensor;
}

/** The entries of a state, of the names and sizes that it was made for. */
export interface StateBuffers {
  entry(name: string): Buffers;
  /** A copy in the processor's memory, of the current buffers or of the spare ones. */
  read(which?: keyof Buffers): Promise<NamedArrays>;
  write(values: NamedArrays): Promise<void>;
  dispose(): Promise<void>;
}

export const createTensor = (shape: readonly number[], data: Float32Array = new Float32Array(sizeOf(shape))): ort.Tensor =>
  new ort.Tensor('float32', data as Float32Array<ArrayBuffer>, [...shape]);

export class GpuState implements StateBuffers {
  readonly #shapes: NamedShapes;
  readonly #upload: ort.InferenceSession;
  readonly #download: ort.InferenceSession;
  readonly #buffers = new Map<string, Buffers>();

  private constructor(shapes: NamedShapes, upload: ort.InferenceSession, download: ort.InferenceSession) {
    this.#shapes = shapes;
    this.#upload = upload;
    this.#download = download;
  }

  /** A state of zeros. */
  static async create(shapes: NamedShapes, device: string): Promise<GpuState> {
    const file = writeCopy(shapes);
    const state = new GpuState(
      shapes,
      await createGpuSession(file, { device, keepsOutputs: true }),
      await createGpuSession(file, { device }),
    );
    const zeros = Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, new Float32Array(sizeOf(shape))]));
    const [current, spare] = [await state.#allocate(zeros), await state.#allocate(zeros)];
    for (const name of Object.keys(shapes))
      state.#buffers.set(name, { current: current[name] as ort.Tensor, spare: spare[name] as ort.Tensor });
    return state;
  }

  entry(name: string): Buffers {
    return this.#buffers.get(name) as Buffers;
  }

  async read(which: keyof Buffers = 'current'): Promise<NamedArrays> {
    const copies = await this.#download.run({
      [life]: createTensor([1]),
      ...Object.fromEntries([...this.#buffers].map(([name, buffers]) => [name, buffers[which]])),
    });
    return Object.fromEntries([...this.#buffers.keys()].map((name) => [name, (copies[copyOf(name)] as ort.Tensor).data as Float32Array]));
  }

  async write(values: NamedArrays): Promise<void> {
    const written = await this.#allocate(values);
    for (const [name, buffers] of this.#buffers) {
      buffers.current.dispose();
      buffers.current = written[name] as ort.Tensor;
    }
  }

  async dispose(): Promise<void> {
    for (const { current, spare } of this.#buffers.values()) for (const buffer of [current, spare]) buffer.dispose();
    this.#buffers.clear();
    await this.#upload.release();
    await this.#download.release();
  }

  /** New buffers with these values. */
  async #allocate(values: NamedArrays): Promise<Record<string, ort.Tensor>> {
    const copies = await this.#upload.run({
      [life]: createTensor([1]),
      ...Object.fromEntries(Object.entries(this.#shapes).map(([name, shape]) => [name, createTensor(shape, values[name])])),
    });
    (copies[copyOf(life)] as ort.Tensor).dispose();
    return Object.fromEntries(Object.keys(this.#shapes).map((name) => [name, copies[copyOf(name)] as ort.Tensor]));
  }
}

/** An input beside the state's, since a graph without any cannot be opened. */
const life = 'no entry of the state';
const copyOf = (name: string): string => `copy/${name}`;

/** An ONNX file whose outputs are its inputs. */
function writeCopy(shapes: NamedShapes): Uint8Array {
  const graph = new Graph();
  const outputs = new Map(
    Object.entries({ ...shapes, [life]: [1] }).map(([name, shape]): [string, Value] => [copyOf(name), graph.input(name, shape)]),
  );
  return writeOnnx({ name: 'copy', nodes: [], inputs: graph.inputs, weights: new Map(), outputs });
}
