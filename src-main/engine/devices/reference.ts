// The `reference` device: tfjs computes each op as it is called, on its plain JavaScript backend. Slow; tests
// hold the other devices against it.
import * as tf from '@tensorflow/tfjs';
import { exportProgram } from '../onnx/export.ts';
import type { Engine, NamedArrays, NamedShapes, NamedTensors, Program, ProgramDeclaration } from '../program.ts';
import { checkArrays, checkState } from './checks.ts';

const open = (shapes: NamedShapes, arrays: NamedArrays): NamedTensors =>
  Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, tf.tensor((arrays[name] as Float32Array).slice(), [...shape], 'float32')]));
const read = (tensors: NamedTensors): NamedArrays =>
  Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, Float32Array.from(tensor.dataSync())]));

export class ReferenceEngine implements Engine {
  readonly device = 'reference';
  readonly stateShapes: NamedShapes;
  #state: NamedArrays;

  constructor(stateShapes: NamedShapes) {
    this.stateShapes = stateShapes;
    this.#state = Object.fromEntries(
      Object.entries(stateShapes).map(([name, shape]) => [name, new Float32Array(shape.reduce((size, extent) => size * extent, 1))]),
    );
  }

  async compile(declaration: ProgramDeclaration): Promise<Program> {
    return {
      name: declaration.name,
      run: async (given) => {
        checkArrays(declaration, given);
        tf.enableProdMode(); // else tfjs advertises another backend on the console
        await tf.setBackend('cpu');
        let diagnostics: NamedArrays = {};
        tf.tidy(() => {
          const { batch, noise, controls } = declaration.signature;
          const outputs = declaration.fn({
            state: open(this.stateShapes, this.#state),
            batch: open(batch, given.batch),
            noise: open(noise, given.noise),
            controls: open(controls, given.controls),
          });
          diagnostics = read(outputs.diagnostics);
          this.#state = { ...this.#state, ...read(outputs.state) };
        });
        return diagnostics;
      },
    };
  }

  async readState(): Promise<NamedArrays> {
    return Object.fromEntries(Object.entries(this.#state).map(([name, array]) => [name, array.slice()]));
  }

  async writeState(values: NamedArrays): Promise<void> {
    checkState(this.stateShapes, values);
    this.#state = Object.fromEntries(Object.keys(this.stateShapes).map((name) => [name, (values[name] as Float32Array).slice()]));
  }

  async exportOnnx(declaration: ProgramDeclaration, options: { controls?: NamedArrays } = {}): Promise<Uint8Array> {
    return exportProgram(declaration, this.stateShapes, this.#state, options.controls ?? {});
  }

  async dispose(): Promise<void> {
    this.#state = {};
  }
}
