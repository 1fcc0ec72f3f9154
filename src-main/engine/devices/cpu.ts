// The `cpu` device: traced programs run by ONNX Runtime over memory of our own. What a program changes of the state is
// written into a spare tensor, which then becomes the current one.
import { NativeSession, NativeTensor } from '../native/session.ts';
import { hasNonFinite, NonFiniteError } from '../non-finite.ts';
import { exportProgram, finishGraph } from '../onnx/export.ts';
import { writeOnnx } from '../onnx/model.ts';
import type { Engine, NamedArrays, NamedShapes, Program, ProgramDeclaration } from '../program.ts';
import type { Value } from '../tracing/graph.ts';
import { trace } from '../tracing/trace.ts';
import { checkArrays, checkState } from './checks.ts';

interface StateEntry {
  current: NativeTensor;
  spare: NativeTensor;
}

export class CpuEngine implements Engine {
  readonly device = 'cpu';
  readonly stateShapes: NamedShapes;
  readonly #threads: number;
  readonly #state = new Map<string, StateEntry>();
  readonly #programs: CpuProgram[] = [];

  constructor(stateShapes: NamedShapes, threads: number) {
    this.stateShapes = stateShapes;
    this.#threads = threads;
    for (const [name, shape] of Object.entries(stateShapes)) this.#state.set(name, { current: new NativeTensor(shape), spare: new NativeTensor(shape) });
  }

  async compile(declaration: ProgramDeclaration): Promise<Program> {
    const traced = await trace(declaration, this.stateShapes);
    const { nodes, inputs } = finishGraph(traced);
    const file = writeOnnx({ name: declaration.name, nodes, inputs, weights: new Map(), outputs: traced.results });
    const session = new NativeSession(file, this.#threads, { inputs: [...inputs.keys()], outputs: [...traced.results.keys()] });
    const program = new CpuProgram(declaration, session, this.stateShapes, this.#state, inputs, traced.results);
    this.#programs.push(program);
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
    for (const program of this.#programs.splice(0)) program.release();
    for (const { current, spare } of this.#state.values()) for (const tensor of [current, spare]) tensor.release();
    this.#state.clear();
  }
}

type Given = Parameters<Program['run']>[0];

class CpuProgram implements Program {
  readonly name: string;
  readonly #session: NativeSession;
  readonly #declaration: ProgramDeclaration;
  readonly #inputs: NativeTensor[] = [];
  readonly #outputs: NativeTensor[] = [];
  readonly #given: { tensor: NativeTensor; kind: keyof Given; name: string }[] = [];
  readonly #stateShapes: NamedShapes;
  readonly #read: { place: number; name: string; entry: StateEntry }[] = [];
  readonly #changed: { place: number; name: string; entry: StateEntry }[] = [];
  readonly #diagnostics: NamedArrays = {};
  /** Of this program alone. */
  readonly #tensors: NativeTensor[] = [];

  constructor(declaration: ProgramDeclaration, session: NativeSession, stateShapes: NamedShapes, state: ReadonlyMap<string, StateEntry>, inputs: ReadonlyMap<string, Value>, results: ReadonlyMap<string, Value>) {
    this.name = declaration.name;
    this.#declaration = declaration;
    this.#session = session;
    this.#stateShapes = stateShapes;
    for (const [key, value] of inputs) {
      const { kind, name } = parseKey(key);
      if (kind === 'state') {
        const entry = state.get(name) as StateEntry;
        this.#read.push({ place: this.#inputs.push(entry.current) - 1, name, entry });
      } else {
        const tensor = this.#own(value.shape);
        this.#inputs.push(tensor);
        this.#given.push({ tensor, kind: kind === 'control' ? 'controls' : (kind as 'batch' | 'noise'), name });
      }
    }
    for (const [key, value] of results) {
      const { kind, name } = parseKey(key);
      if (kind === 'next') {
        const entry = state.get(name) as StateEntry;
        this.#changed.push({ place: this.#outputs.push(entry.spare) - 1, name, entry });
      } else {
        const tensor = this.#own(value.shape);
        this.#outputs.push(tensor);
        this.#diagnostics[name] = tensor.data;
      }
    }
  }

  async run(given: Given): Promise<NamedArrays> {
    checkArrays(this.#declaration, given);
    for (const { tensor, kind, name } of this.#given) tensor.data.set(given[kind][name] as Float32Array);
    for (const { place, entry } of this.#read) this.#inputs[place] = entry.current;
    for (const { place, entry } of this.#changed) this.#outputs[place] = entry.spare;
    this.#session.run({ inputs: this.#inputs, outputs: this.#outputs });
    if (this.#changed.length > 0 && hasNonFinite(this.#diagnostics)) throw this.#nonFinite(given);
    for (const { entry } of this.#changed) [entry.current, entry.spare] = [entry.spare, entry.current];
    return this.#diagnostics;
  }

  /** Before the spare tensors take the place of the current ones, which they then do not. */
  #nonFinite(given: Given): NonFiniteError {
    const state = Object.fromEntries(this.#read.map(({ name, entry }) => [name, entry.current.data]));
    const next = Object.fromEntries(this.#changed.map(({ name, entry }) => [name, entry.spare.data]));
    return new NonFiniteError(this.#declaration, this.#stateShapes, { given, diagnostics: this.#diagnostics, state, next });
  }

  release(): void {
    this.#session.release();
    for (const tensor of this.#tensors.splice(0)) tensor.release();
  }

  #own(shape: readonly number[]): NativeTensor {
    const tensor = new NativeTensor(shape);
    this.#tensors.push(tensor);
    return tensor;
  }
}

/** `state/critic-1/layer-0/weight` → kind `state`, name `critic-1/layer-0/weight`. */
function parseKey(key: string): { kind: string; name: string } {
  const slash = key.indexOf('/');
  return { kind: key.slice(0, slash), name: key.slice(slash + 1) };
}
