// Graphics cards: traced programs run by one of ONNX Runtime's providers. On `gpu`, WebGPU's, the state stays in buffers on
// the card; on `cuda` the binding cannot hold such buffers. Diagnostics come back as one vector, with a sum of the state.
import type * as ort from 'onnxruntime-node';
import { findNonFinite, hasNonFinite, type NonFiniteError } from '../non-finite.ts';
import { exportProgram, finishGraph } from '../onnx/export.ts';
import { writeOnnx } from '../onnx/model.ts';
import type { Engine, NamedArrays, NamedShapes, Program, ProgramDeclaration } from '../program.ts';
import { sizeOf } from '../tracing/graph.ts';
import { trace } from '../tracing/trace.ts';
import { checkArrays, checkState } from './checks.ts';
import { createCudaSession } from './cuda-session.ts';
import { DeviceLostError } from './device-error.ts';
import { packReport, pulsePort, reportPort, withoutSums } from './gpu-graph.ts';
import { createGpuSession } from './gpu-session.ts';
import { createTensor, GpuState, type StateBuffers } from './gpu-state.ts';
import { HostState } from './host-state.ts';
import { listPorts, type Ports, viewParts } from './ports.ts';

export class GpuEngine implements Engine {
  readonly device: string;
  readonly stateShapes: NamedShapes;
  readonly #sessions: ort.InferenceSession[] = [];
  #opened: Promise<StateBuffers> | null = null;

  /** @param device `gpu`, `gpu:software` for a driver that computes on the processor, or `cuda` */
  constructor(stateShapes: NamedShapes, device: string) {
    this.stateShapes = stateShapes;
    this.device = device;
  }

  /** The card is not touched before it is needed. */
  #open(): Promise<StateBuffers> {
    this.#opened ??=
      this.device === 'cuda' ? Promise.resolve(new HostState(this.stateShapes)) : GpuState.create(this.stateShapes, this.device);
    return this.#opened;
  }

  async compile(declaration: ProgramDeclaration): Promise<Program> {
    const state = await this.#open();
    const traced = await trace(declaration, this.stateShapes);
    const results = packReport(traced);
    const { nodes, inputs } = finishGraph({ graph: traced.graph, results });
    const file = writeOnnx({ name: declaration.name, nodes: withoutSums(nodes), inputs, weights: new Map(), outputs: results });
    const session = await (this.device === 'cuda' ? createCudaSession(file) : createGpuSession(file, { device: this.device }));
    this.#sessions.push(session);
    const ports = listPorts(new Map([...inputs].filter(([port]) => port !== pulsePort)), traced.results);
    return new GpuProgram(this, declaration, session, state, ports);
  }

  async readState(): Promise<NamedArrays> {
    const state = await this.#open();
    return guard(this.device, true, 'its state could not be read', () => state.read());
  }

  async writeState(values: NamedArrays): Promise<void> {
    checkState(this.stateShapes, values);
    const state = await this.#open();
    await guard(this.device, true, 'its state could not be written', () => state.write(values));
  }

  async exportOnnx(declaration: ProgramDeclaration, options: { controls?: NamedArrays } = {}): Promise<Uint8Array> {
    return exportProgram(declaration, this.stateShapes, await this.readState(), options.controls ?? {});
  }

  async dispose(): Promise<void> {
    // What could not be opened needs no closing.
    await (await this.#opened?.catch(() => null))?.dispose();
    for (const session of this.#sessions.splice(0)) await session.release();
  }
}

/** Works on the card. @throws DeviceLostError where that fails though it worked before, or says that the card is gone */
async function guard<T>(device: string, hasWorked: boolean, what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (!hasWorked && !/device.{0,20}lost|DEVICE_LOST|DEVICE_REMOVED|DEVICE_HUNG/i.test(message)) throw error;
    throw new DeviceLostError(device, `${what} (${message})`, { cause: error });
  }
}

type Given = Parameters<Program['run']>[0];

class GpuProgram implements Program {
  readonly name: string;
  readonly #engine: GpuEngine;
  readonly #declaration: ProgramDeclaration;
  readonly #session: ort.InferenceSession;
  readonly #state: StateBuffers;
  readonly #ports: Ports;
  readonly #feeds: Record<string, ort.Tensor> = {};
  readonly #fetches: Record<string, ort.Tensor> = {};
  readonly #report: Float32Array;
  readonly #diagnostics: NamedArrays;
  /** What has to be finite for the state to change. */
  readonly #checked: NamedArrays;
  readonly #pulse = new Float32Array(1);
  #runs = 0;

  constructor(engine: GpuEngine, declaration: ProgramDeclaration, session: ort.InferenceSession, state: StateBuffers, ports: Ports) {
    this.name = declaration.name;
    this.#engine = engine;
    this.#declaration = declaration;
    this.#session = session;
    this.#state = state;
    this.#ports = ports;
    for (const { port, shape } of ports.given) this.#feeds[port] = createTensor(shape);
    this.#feeds[pulsePort] = createTensor([1], this.#pulse);
    const isChanging = ports.next.length > 0;
    this.#report = new Float32Array(1 + ports.diagnostics.reduce((sum, { shape }) => sum + sizeOf(shape), 0) + (isChanging ? 1 : 0));
    this.#checked = isChanging ? { report: this.#report } : {};
    this.#fetches[reportPort] = createTensor([this.#report.length], this.#report);
    this.#diagnostics = viewParts(ports.diagnostics, this.#report.subarray(1));
  }

  async run(given: Given): Promise<NamedArrays> {
    checkArrays(this.#declaration, given);
    for (const { port, kind, name } of this.#ports.given)
      ((this.#feeds[port] as ort.Tensor).data as Float32Array).set(given[kind][name] as Float32Array);
    for (const { port, name } of this.#ports.state) this.#feeds[port] = this.#state.entry(name).current;
    for (const { port, name } of this.#ports.next) this.#fetches[port] = this.#state.entry(name).spare;
    this.#pulse[0] = 1 + (this.#runs % 4096);
    await guard(this.#engine.device, this.#runs > 0, `the program ${this.name} failed`, () =>
      this.#session.run(this.#feeds, this.#fetches),
    );
    // A card that is lost or has no memory left may also compute nothing and not say so.
    if (this.#report[0] !== this.#pulse[0]) throw new DeviceLostError(this.#engine.device, `the program ${this.name} gave no answer`);
    this.#runs += 1;
    const error = hasNonFinite(this.#checked) ? await this.#nonFinite(given) : null;
    if (error !== null) throw error;
    for (const { name } of this.#ports.next) {
      const buffers = this.#state.entry(name);
      [buffers.current, buffers.spare] = [buffers.spare, buffers.current];
    }
    return this.#diagnostics;
  }

  /** Before the spare buffers take the place of the current ones, which they then do not. */
  async #nonFinite(given: Given): Promise<NonFiniteError | null> {
    const [state, next] = [await this.#state.read(), await this.#state.read('spare')];
    const some = (ports: Ports['state'], all: NamedArrays): NamedArrays =>
      Object.fromEntries(ports.map(({ name }) => [name, all[name] as Float32Array]));
    const computation = {
      given,
      diagnostics: this.#diagnostics,
      state: some(this.#ports.state, state),
      next: some(this.#ports.next, next),
    };
    return findNonFinite(this.#declaration, this.#engine.stateShapes, computation);
  }
}
