// Memory that JavaScript, WebAssembly and ONNX Runtime share: it has one size and stays at one address.
import { sizeOf } from '../tracing/graph.ts';
import { NativeTensor } from './session.ts';

const pageBytes = 65_536;
const alignment = 64;

/** Bytes that a tensor takes here. */
export const paddedBytes = (shape: readonly number[]): number => Math.ceil(Math.max(1, 4 * sizeOf(shape)) / alignment) * alignment;

export class SharedMemory {
  readonly memory: WebAssembly.Memory;
  #used = 0;

  /** @param isShared whether more than one thread of JavaScript and WebAssembly reads and writes it */
  constructor(bytes: number, isShared: boolean) {
    const pages = Math.ceil(bytes / pageBytes) + 1;
    this.memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: isShared });
  }

  /** New and zero. @throws RangeError where there is no room */
  allocate(shape: readonly number[]): NativeTensor {
    const tensor = this.at(this.#used, shape);
    this.#used += paddedBytes(shape);
    return tensor;
  }

  /** Over what lies there. @throws RangeError where there is no room */
  at(offset: number, shape: readonly number[]): NativeTensor {
    return new NativeTensor(shape, new Float32Array(this.memory.buffer, offset, sizeOf(shape)));
  }
}
