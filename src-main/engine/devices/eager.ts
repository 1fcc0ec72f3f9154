// A device that computes each op as the program calls it, on a tfjs backend. The state stays in that backend's tensors
// between runs; everything else that a run makes is disposed of before it returns.
import * as tf from '@tensorflow/tfjs';
import { findNonFinite, hasNonFinite } from '../non-finite.ts';
import { exportProgram } from '../onnx/export.ts';
import type { Engine, NamedArrays, NamedShapes, NamedTensors, Program, ProgramDeclaration } from '../program.ts';
import { sizeOf } from '../tracing/graph.ts';
import { useBackend } from '../tracing/use-backend.ts';
import { checkArrays, checkReturnedState, checkState } from './checks.ts';

/** Copies: backends keep the array that a tensor was made from and upload it later, or never. */
const open = (shapes: NamedShapes, arrays: NamedArrays): NamedTensors =>
  Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [name, tf.tensor((arrays[name] as Float32Array).slice(), [...shape], 'float32')]),
  );
const read = (tensors: NamedTensors): NamedArrays =>
  Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, Float32Array.from(tensor.dataSync())]));
const disposeOf = (tensors: NamedTensors): void => Object.values(tensors).forEach((tensor) => tensor.dispose());

export class EagerEngine implements Engine {
  readonly device: string;
  readonly stateShapes: NamedShapes;
  readonly #backend: string;
  #state: NamedTensors;

  /** @param backend a registered tfjs backend that starts synchronously */
  constructor(device: string, backend: string, stateShapes: NamedShapes) {
    this.device = device;
    this.stateShapes = stateShapes;
    this.#backend = backend;
    tf.enableProdMode(); // else tfjs advertises another backend on the console
    useBackend(backend);
    this.#state = open(
      stateShapes,
      Object.fromEntries(Object.entries(stateShapes).map(([name, shape]) => [name, new Float32Array(sizeOf(shape))])),
    );
  }

  async compile(declaration: ProgramDeclaration): Promise<Program> {
    return {
      name: declaration.name,
      run: async (given) => {
        checkArrays(declaration, given);
        return this.#run(declaration, given);
      },
    };
  }

  #run(declaration: ProgramDeclaration, given: { batch: NamedArrays; noise: NamedArrays; controls: NamedArrays }): NamedArrays {
    const { name, signature, fn } = declaration;
    useBackend(this.#backend);
    let diagnostics: NamedArrays = {};
    let isSuspect = false;
    const changed: NamedTensors = {};
    tf.tidy(() => {
      const outputs = fn({
        state: { ...this.#state },
        batch: open(signature.batch, given.batch),
        noise: open(signature.noise, given.noise),
        controls: open(signature.controls, given.controls),
      });
      checkReturnedState(name, this.stateShapes, outputs.state);
      diagnostics = read(outputs.diagnostics);
      const next = Object.values(outputs.state);
      isSuspect =
        next.length > 0 && (hasNonFinite(diagnostics) || !Number.isFinite(tf.addN(next.map((tensor) => tensor.sum())).dataSync()[0]));
      // Clones share the data and count as tensors of their own: what is returned may be an entry of the old state, or one tensor twice.
      for (const [entry, tensor] of Object.entries(outputs.state)) changed[entry] = tf.keep(tensor.clone());
    });
    const error = isSuspect
      ? findNonFinite(declaration, this.stateShapes, { given, diagnostics, state: read(this.#state), next: read(changed) })
      : null;
    if (error !== null) {
      disposeOf(changed);
      throw error;
    }
    for (const entry in changed) this.#state[entry]?.dispose();
    Object.assign(this.#state, changed);
    return diagnostics;
  }

  async readState(): Promise<NamedArrays> {
    return read(this.#state);
  }

  async writeState(values: NamedArrays): Promise<void> {
    checkState(this.stateShapes, values);
    useBackend(this.#backend);
    disposeOf(this.#state);
    this.#state = open(this.stateShapes, values);
  }

  async exportOnnx(declaration: ProgramDeclaration, options: { controls?: NamedArrays } = {}): Promise<Uint8Array> {
    return exportProgram(declaration, this.stateShapes, read(this.#state), options.controls ?? {});
  }

  async dispose(): Promise<void> {
    disposeOf(this.#state);
    this.#state = {};
  }
}
