// A program as a session of ONNX Runtime over memory that stays where it is.
import koffi from 'koffi';
import { sizeOf } from '../tracing/graph.ts';
import { check, created, type Library, openLibrary } from './library.ts';

const float32 = 1;

/** Numbers in memory that neither JavaScript nor ONNX Runtime moves, and ONNX Runtime's handle on them. */
export class NativeTensor {
  readonly data: Float32Array;
  /** Its byte offset in the memory that it is in. */
  readonly place: number;
  readonly handle: bigint;

  /** @param data given memory; else new and zero */
  constructor(shape: readonly number[], data: Float32Array | null = null) {
    const library = openLibrary();
    this.data = data ?? new Float32Array(new ArrayBuffer(4 * Math.max(1, sizeOf(shape))), 0, sizeOf(shape));
    this.place = this.data.byteOffset;
    const start = koffi.address(this.data.buffer) + BigInt(this.place);
    this.handle = created(library, (out) =>
      library.createTensor(library.memory, start, this.data.byteLength, BigInt64Array.from(shape, BigInt), shape.length, float32, out),
    );
  }

  release(): void {
    openLibrary().releaseValue(this.handle);
  }
}

export interface SessionTensors {
  /** In the order of the session's names. */
  inputs: readonly NativeTensor[];
  outputs: readonly NativeTensor[];
}

/** A run as addresses: any thread of the process can make the call. */
export interface SessionCall {
  handle: bigint;
  inputNames: bigint;
  inputs: bigint;
  inputCount: number;
  outputNames: bigint;
  outputs: bigint;
  outputCount: number;
}

/** In the calling thread, and those of the session. @throws Error with ONNX Runtime's message */
export function runSession(
  library: Library,
  { handle, inputNames, inputs, inputCount, outputNames, outputs, outputCount }: SessionCall,
): void {
  check(library, library.run(handle, null, inputNames, inputs, inputCount, outputNames, outputCount, outputs));
}

export class NativeSession {
  /** Good as long as this object is held and not released: the addresses are of what it holds. */
  readonly call: SessionCall;
  /** Handles of the tensors that a run reads and writes, in the order of the names; whoever runs the call sets them before. */
  readonly inputs: BigUint64Array;
  readonly outputs: BigUint64Array;
  readonly #library: Library;
  /** Held here, for the addresses to stay valid. */
  readonly #names: CStrings[];

  /**
   * @param file an ONNX file's bytes
   * @param threads threads of one operation, 1 or more
   * @throws Error with ONNX Runtime's message
   */
  constructor(file: Uint8Array, threads: number, names: { inputs: readonly string[]; outputs: readonly string[] }) {
    this.#library = openLibrary();
    const options = createOptions(this.#library, threads);
    let handle: bigint;
    try {
      handle = created(this.#library, (out) => this.#library.createSession(this.#library.environment, file, file.length, options, out));
    } finally {
      this.#library.releaseOptions(options);
    }
    const [inputNames, outputNames] = [new CStrings(names.inputs), new CStrings(names.outputs)];
    this.#names = [inputNames, outputNames];
    [this.inputs, this.outputs] = [fixedArray(names.inputs.length), fixedArray(names.outputs.length)];
    this.call = {
      handle,
      inputNames: koffi.address(inputNames.addresses),
      inputs: koffi.address(this.inputs),
      inputCount: names.inputs.length,
      outputNames: koffi.address(outputNames.addresses),
      outputs: koffi.address(this.outputs),
      outputCount: names.outputs.length,
    };
  }

  /** Computes the outputs' numbers, in this thread and those of the session. @throws Error with ONNX Runtime's message */
  run({ inputs, outputs }: SessionTensors): void {
    inputs.forEach(({ handle }, i) => (this.inputs[i] = handle));
    outputs.forEach(({ handle }, i) => (this.outputs[i] = handle));
    runSession(this.#library, this.call);
  }

  release(): void {
    this.#names.length = 0;
    this.#library.releaseSession(this.call.handle);
  }
}

function createOptions(library: Library, threads: number): bigint {
  const options = created(library, (out) => library.createOptions(out));
  const [sequential, allOptimisations] = [0, 99];
  check(library, library.setIntraOpThreads(options, threads));
  check(library, library.setInterOpThreads(options, 1));
  check(library, library.setExecutionMode(options, sequential));
  check(library, library.setOptimisation(options, allOptimisations));
  for (const [key, value] of Object.entries(sessionConfiguration)) check(library, library.addConfigEntry(options, key, value));
  return options;
}

/** Of every session on the processor, in ONNX Runtime's names. */
const sessionConfiguration = {
  // Adam's second moments decay into subnormal numbers, on which a processor is many times slower. The flag is the
  // calling thread's own: from the first session on, MuJoCo and JavaScript in this process flush them to zero as well.
  'session.set_denormal_as_zero': '1',
  // Threads that spin while they wait fight each other for the processors as soon as anything else runs: see the lab log.
  'session.intra_op.allow_spinning': '0',
};

/** Small typed arrays lie on JavaScript's heap and move; an ArrayBuffer that is made first does not. */
const fixedArray = (length: number): BigUint64Array => new BigUint64Array(new ArrayBuffer(8 * Math.max(1, length)));

/** Texts that end with a zero, at addresses that do not change. */
class CStrings {
  readonly addresses: BigUint64Array;
  /** Held here, for the addresses to stay valid. */
  readonly #texts: readonly ArrayBuffer[];

  constructor(texts: readonly string[]) {
    this.#texts = texts.map((text) => {
      const bytes = new TextEncoder().encode(`${text}\0`);
      const fixed = new ArrayBuffer(bytes.length);
      new Uint8Array(fixed).set(bytes);
      return fixed;
    });
    this.addresses = fixedArray(texts.length);
    this.#texts.forEach((text, i) => (this.addresses[i] = koffi.address(text)));
  }
}
