// A state in the processor's memory, for a card whose buffers the binding of ONNX Runtime cannot hold: CUDA's. Each run
// carries to the card what it reads, and back what it changes.
import type * as ort from 'onnxruntime-node';
import type { NamedArrays, NamedShapes } from '../program.ts';
import { type Buffers, createTensor, type StateBuffers } from './gpu-state.ts';

export class HostState implements StateBuffers {
  readonly #buffers: Map<string, Buffers>;

  constructor(shapes: NamedShapes) {
    this.#buffers = new Map(
      Object.entries(shapes).map(([name, shape]) => [name, { current: createTensor(shape), spare: createTensor(shape) }]),
    );
  }

  entry(name: string): Buffers {
    return this.#buffers.get(name) as Buffers;
  }

  async read(which: keyof Buffers = 'current'): Promise<NamedArrays> {
    return Object.fromEntries([...this.#buffers].map(([name, buffers]) => [name, dataOf(buffers[which]).slice()]));
  }

  async write(values: NamedArrays): Promise<void> {
    for (const [name, { current }] of this.#buffers) dataOf(current).set(values[name] as Float32Array);
  }

  async dispose(): Promise<void> {
    this.#buffers.clear();
  }
}

const dataOf = (tensor: ort.Tensor): Float32Array => tensor.data as Float32Array;
