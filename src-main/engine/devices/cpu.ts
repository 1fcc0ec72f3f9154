// The `cpu` device: traced programs, their matrix products run by ONNX Runtime and what lies between by kernels of our own, over
// memory that both share.
import { Lanes } from '../native/lanes.ts';
import { SharedMemory, paddedBytes } from '../native/memory.ts';
import { canSetFlushing } from '../native/subnormals.ts';
import { exportProgram } from '../onnx/export.ts';
import type { Engine, NamedArrays, NamedShapes, ProgramDeclaration } from '../program.ts';
import { trace } from '../tracing/trace.ts';
import { checkState } from './checks.ts';
import { CpuProgram, type StateEntry } from './cpu-program.ts';

export class CpuEngine implements Engine {
  readonly device = 'cpu';
  readonly stateShapes: NamedShapes;
  readonly #threads: number;
  readonly #lanes: Lanes;
  readonly #memory: SharedMemory;
  readonly #state = new Map<string, StateEntry>();
  readonly #programs: CpuProgram[] = [];

  constructor(stateShapes: NamedShapes, threads: number) {
    this.stateShapes = stateShapes;
    this.#threads = threads;
    this.#lanes = new Lanes(threads);
    const stateBytes = Object.values(stateShapes).reduce((sum, shape) => sum + paddedBytes(shape), 0);
    this.#memory = new SharedMemory(2 * stateBytes, threads > 1);
    for (const [name, shape] of Object.entries(stateShapes)) {
      this.#state.set(name, { current: this.#memory.allocate(shape), spare: this.#memory.allocate(shape) });
    }
  }

  async compile(declaration: ProgramDeclaration): Promise<CpuProgram> {
    const traced = await trace(declaration, this.stateShapes);
    const program = new CpuProgram(declaration, traced, {
      threads: this.#threads,
      lanes: this.#lanes,
      canDivide: canSetFlushing(),
      shapes: this.stateShapes,
      state: this.#state,
      memory: this.#memory,
    });
    this.#programs.push(program);
    await program.load();
    return program;
  }

  async readState(): Promise<NamedArrays> {
    return Object.fromEntries([...this.#state].map(([name, { current }]) => [name, current.data.slice()]));
  }

  async writeState(values: NamedArrays): Promise<void> {
    checkState(this.stateShapes, values);
    for (const [name, { current }] of this.#state) current.data.set(values[name] as Float32Array);
  }

  async exportOnnx(declaration: ProgramDeclaration, options: { controls?: NamedArrays } = {}): Promise<Uint8Array> {
    return exportProgram(declaration, this.stateShapes, await this.readState(), options.controls ?? {});
  }

  async dispose(): Promise<void> {
    await this.#lanes.end();
    for (const program of this.#programs.splice(0)) program.release();
    for (const { current, spare } of this.#state.values()) for (const tensor of [current, spare]) tensor.release();
    this.#state.clear();
  }
}
