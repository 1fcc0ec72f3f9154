// The `cpu` device: traced programs run by ONNX Runtime. The state lives in preallocated tensors; what a program
// changes is written into a spare tensor, which then becomes the current one.
import * as ort from 'onnxruntime-node';
import { exportProgram, finishGraph } from '../onnx/export.ts';
import { writeOnnx } from '../onnx/model.ts';
import type { Engine, NamedArrays, NamedShapes, Program, ProgramDeclaration } from '../program.ts';
import { sizeOf, type Value } from '../tracing/graph.ts';
import { trace } from '../tracing/trace.ts';
import { checkArrays, checkState } from './checks.ts';
import { createCpuSession } from './cpu-session.ts';

interface StateEntry {
  current: ort.Tensor;
  spare: ort.Tensor;
}

const allocate = (shape: readonly number[]): ort.Tensor => new ort.Tensor('float32', new Float32Array(sizeOf(shape)), [...shape]);
const dataOf = (tensor: ort.Tensor): Float32Array => tensor.data as Float32Array;

export class CpuEngine implements Engine {
  readonly device = 'cpu';
  readonly stateShapes: NamedShapes;
  readonly #threads: number;
  readonly #state = new Map<string, StateEntry>();
  readonly #sessions: ort.InferenceSession[] = [];

  constructor(stateShapes: NamedShapes, threads: number) {
    this.stateShapes = stateShapes;
    this.#threads = threads;
    for (const [name, shape] of Object.entries(stateShapes)) this.#state.set(name, { current: allocate(shape), spare: allocate(shape) });
  }

  async compile(declaration: ProgramDeclaration): Promise<Program> {
    const traced = await trace(declaration, this.stateShapes);
    const { nodes, inputs } = finishGraph(traced);
    const file = writeOnnx({ name: declaration.name, nodes, inputs, weights: new Map(), outputs: traced.results });
    const session = await createCpuSession(file, this.#threads);
    this.#sessions.push(session);
    return new CpuProgram(declaration, session, this.#state, inputs, traced.results);
  }

  async readState(): Promise<NamedArrays> {
    return Object.fromEntries([...this.#state].map(([name, { current }]) => [name, dataOf(current).slice()]));
  }

  async writeState(values: NamedArrays): Promise<void> {
    checkState(this.stateShapes, values);
    for (const [name, { current }] of this.#state) dataOf(current).set(values[name] as Float32Array);
  }

  async exportOnnx(declaration: ProgramDeclaration, options: { controls?: NamedArrays } = {}): Promise<Uint8Array> {
    return exportProgram(declaration, this.stateShapes, await this.readState(), options.controls ?? {});
  }

  async dispose(): Promise<void> {
    for (const session of this.#sessions.splice(0)) await session.release();
  }
}

class CpuProgram implements Program {
  readonly name: string;
  readonly #session: ort.InferenceSession;
  readonly #declaration: ProgramDeclaration;
  readonly #feeds: Record<string, ort.Tensor> = {};
  readonly #given: { feed: string; kind: 'batch' | 'noise' | 'controls'; name: string }[] = [];
  readonly #read: { feed: string; entry: StateEntry }[] = [];
  readonly #changed: { output: string; entry: StateEntry }[] = [];
  readonly #fetches: Record<string, ort.Tensor> = {};
  readonly #diagnostics: NamedArrays = {};

  constructor(declaration: ProgramDeclaration, session: ort.InferenceSession, state: ReadonlyMap<string, StateEntry>, inputs: ReadonlyMap<string, Value>, results: ReadonlyMap<string, Value>) {
    this.name = declaration.name;
    this.#declaration = declaration;
    this.#session = session;
    for (const [feed, value] of inputs) {
      const [kind, ...rest] = feed.split('/');
      const name = rest.join('/');
      if (kind === 'state') {
        this.#read.push({ feed, entry: state.get(name) as StateEntry });
      } else {
        this.#feeds[feed] = allocate(value.shape);
        this.#given.push({ feed, kind: kind === 'control' ? 'controls' : (kind as 'batch' | 'noise'), name });
      }
    }
    for (const [output, value] of results) {
      const [kind, ...rest] = output.split('/');
      const name = rest.join('/');
      if (kind === 'next') {
        this.#changed.push({ output, entry: state.get(name) as StateEntry });
      } else {
        const tensor = allocate(value.shape);
        this.#fetches[output] = tensor;
        this.#diagnostics[name] = dataOf(tensor);
      }
    }
  }

  async run(given: { batch: NamedArrays; noise: NamedArrays; controls: NamedArrays }): Promise<NamedArrays> {
    checkArrays(this.#declaration, given);
    for (const { feed, kind, name } of this.#given) dataOf(this.#feeds[feed] as ort.Tensor).set(given[kind][name] as Float32Array);
    for (const { feed, entry } of this.#read) this.#feeds[feed] = entry.current;
    for (const { output, entry } of this.#changed) this.#fetches[output] = entry.spare;
    await this.#session.run(this.#feeds, this.#fetches);
    for (const { entry } of this.#changed) [entry.current, entry.spare] = [entry.spare, entry.current];
    return this.#diagnostics;
  }
}
