// What a program is to the engine: a pure function over named tensors, written with tfjs ops, that is traced
// once and then executed by a device.
import type { Tensor } from '@tensorflow/tfjs';

export type NamedShapes = Readonly<Record<string, readonly number[]>>;
export type NamedTensors = Record<string, Tensor>;
/** Values by name, row-major, single precision. */
export type NamedArrays = Record<string, Float32Array>;

/** Shapes of everything that a program is given besides the state. Scalars have shape []. */
export interface ProgramSignature {
  batch: NamedShapes;
  /** Standard normal numbers, drawn by the caller from seeded streams. */
  noise: NamedShapes;
  /** What a person may turn during a run. */
  controls: NamedShapes;
}

export interface ProgramInputs {
  state: NamedTensors;
  batch: NamedTensors;
  noise: NamedTensors;
  controls: NamedTensors;
}

export interface ProgramOutputs {
  /** The entries of the state that change, by name; the others stay. */
  state: NamedTensors;
  diagnostics: NamedTensors;
}

export interface ProgramDeclaration {
  name: string;
  signature: ProgramSignature;
  fn: (inputs: ProgramInputs) => ProgramOutputs;
}

/** A program made ready on a device. */
export interface Program {
  readonly name: string;
  /**
   * Runs once: reads the engine's state, replaces what changed, and gives the diagnostics. The arrays
   * returned are reused by the next run.
   * @throws NonFiniteError where the program changes state and a diagnostic, or what it makes of the state, is not finite:
   *   nothing is replaced then
   */
  run(inputs: { batch: NamedArrays; noise: NamedArrays; controls: NamedArrays }): Promise<NamedArrays>;
}

/** A state on a device and the programs over it. One belongs to one agent of one run. */
export interface Engine {
  readonly device: string;
  readonly stateShapes: NamedShapes;
  compile(declaration: ProgramDeclaration): Promise<Program>;
  /** A copy of the whole state. */
  readState(): Promise<NamedArrays>;
  /** Replaces the whole state. @throws when a name or size differs. */
  writeState(values: NamedArrays): Promise<void>;
  /**
   * The program as an ONNX file with the present state inside it as weights: inputs are its batch and noise
   * (controls are baked in from `controls`), outputs its diagnostics, all under their plain names.
   */
  exportOnnx(declaration: ProgramDeclaration, options?: { controls?: NamedArrays }): Promise<Uint8Array>;
  dispose(): Promise<void>;
}
