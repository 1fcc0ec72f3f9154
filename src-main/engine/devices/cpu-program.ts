// One program on the processor: stages of ONNX Runtime sessions with fused kernels between them. What it changes of the state
// is written into spare tensors, which become the current ones when all of it is finite.
import { findGroups, type Group } from '../fusion/groups.ts';
import { compileKernels, type Kernel } from '../fusion/kernels.ts';
import { inputsOf, planStages, type Stage } from '../fusion/stages.ts';
import { paddedBytes, type SharedMemory } from '../native/memory.ts';
import { NativeSession, NativeTensor } from '../native/session.ts';
import { hasNonFinite, NonFiniteError } from '../non-finite.ts';
import { finishGraph } from '../onnx/export.ts';
import { writeOnnx } from '../onnx/model.ts';
import type { NamedArrays, NamedShapes, Program, ProgramDeclaration } from '../program.ts';
import { bytesOf, type Node, type Value } from '../tracing/graph.ts';
import { computeMaskedRowsOnly, unknownExtent } from '../tracing/masked-rows.ts';
import { rewriteForProcessor } from '../tracing/rewrite.ts';
import type { Trace } from '../tracing/trace.ts';
import { checkArrays } from './checks.ts';

export interface StateEntry {
  current: NativeTensor;
  spare: NativeTensor;
}

interface CpuParts {
  threads: number;
  shapes: NamedShapes;
  state: ReadonlyMap<string, StateEntry>;
  memory: SharedMemory;
}

/** Where a value's numbers are when the program runs: the state's tensors change places from run to run. */
type Slot = () => NativeTensor;

interface PreparedStage {
  session: { session: NativeSession; inputs: readonly Slot[]; outputs: readonly Slot[] } | null;
  kernels: { kernel: Kernel; bytes: number; slots: readonly Slot[] }[];
}

type Given = Parameters<Program['run']>[0];

export class CpuProgram implements Program {
  readonly name: string;
  /** Nodes and kernels, and the bytes that they read and write in one run, as far as their sizes are known before. */
  readonly size: { nodes: number; bytes: number };
  readonly #declaration: ProgramDeclaration;
  readonly #parts: CpuParts;
  readonly #given: { tensor: NativeTensor; kind: keyof Given; name: string }[] = [];
  readonly #read: { name: string; entry: StateEntry }[] = [];
  readonly #changed: { name: string; entry: StateEntry }[] = [];
  readonly #diagnostics: NamedArrays = {};
  readonly #slots = new Map<Value, Slot>();
  readonly #copies: { from: Slot; to: Slot }[] = [];
  readonly #stages: PreparedStage[];
  /** Of this program alone. */
  readonly #tensors: NativeTensor[] = [];

  constructor(declaration: ProgramDeclaration, traced: Trace, parts: CpuParts) {
    this.name = declaration.name;
    this.#declaration = declaration;
    this.#parts = parts;
    const { inputs, results, groups, stages } = this.#plan(traced);
    const shared = new Set(groups.flatMap((group) => group.inputs));
    const made = new Set(groups.flatMap((group) => group.outputs));

    for (const [key, value] of inputs) this.#openInput(key, value, shared);
    const outputs = new Map<string, { value: Value; slot: Slot }>();
    for (const [key, value] of results) {
      const slot = this.#openResult(key, value, shared);
      if (!made.has(value)) outputs.set(key, { value, slot });
      else if (this.#slots.has(value)) this.#copies.push({ from: this.#slots.get(value) as Slot, to: slot });
      else this.#slots.set(value, slot);
    }
    const units = stages.flatMap((stage) => [...stage.nodes, ...stage.groups]);
    this.size = { nodes: units.length, bytes: units.flatMap((unit) => [...unit.inputs, ...unit.outputs]).reduce((sum, value) => sum + bytesOf(value), 0) };
    const kernels = compileKernels(groups, parts.memory.memory);
    this.#stages = stages.map((stage, place) => ({
      session: this.#openSession(stages, place, outputs, shared),
      kernels: stage.groups.map((group) => ({
        kernel: kernels[groups.indexOf(group)] as Kernel,
        bytes: Math.ceil(group.size / 4) * 16,
        slots: [...group.inputs, ...group.outputs].map((value) => this.#slots.get(value) as Slot),
      })),
    }));
  }

  async run(given: Given): Promise<NamedArrays> {
    checkArrays(this.#declaration, given);
    for (const { tensor, kind, name } of this.#given) tensor.data.set(given[kind][name] as Float32Array);
    let check = 0;
    for (const { session, kernels } of this.#stages) {
      session?.session.run({ inputs: session.inputs.map((slot) => slot()), outputs: session.outputs.map((slot) => slot()) });
      for (const { kernel, bytes, slots } of kernels) check += kernel(bytes, ...slots.map((slot) => slot().data.byteOffset));
    }
    for (const { from, to } of this.#copies) to().data.set(from().data);
    if (this.#changed.length > 0 && (check !== 0 || hasNonFinite(this.#diagnostics))) throw this.#nonFinite(given);
    for (const { entry } of this.#changed) [entry.current, entry.spare] = [entry.spare, entry.current];
    return this.#diagnostics;
  }

  release(): void {
    for (const { session } of this.#stages) session?.session.release();
    for (const tensor of this.#tensors.splice(0)) tensor.release();
  }

  /** Before the spare tensors take the place of the current ones, which they then do not. */
  #nonFinite(given: Given): NonFiniteError {
    const state = Object.fromEntries(this.#read.map(({ name, entry }) => [name, entry.current.data]));
    const next = Object.fromEntries(this.#changed.map(({ name, entry }) => [name, entry.spare.data]));
    return new NonFiniteError(this.#declaration, this.#parts.shapes, { given, diagnostics: this.#diagnostics, state, next });
  }

  /** What no stage could hand to the next, a matrix of so many rows as only the run knows, is not made then. */
  #plan(traced: Trace): { inputs: ReadonlyMap<string, Value>; results: ReadonlyMap<string, Value>; groups: Group[]; stages: Stage[] } {
    const rewritten = rewriteForProcessor(traced);
    const planOf = (graph: Trace) => {
      const { nodes, inputs } = finishGraph(graph);
      const groups = this.#chooseGroups(nodes, graph.results);
      return { inputs, results: graph.results, groups, stages: planStages(nodes, groups) };
    };
    const plan = planOf(computeMaskedRowsOnly(rewritten));
    const isHandedOver = plan.stages.slice(1).flatMap(inputsOf).some(({ shape }) => shape.includes(unknownExtent));
    return isHandedOver ? planOf(rewritten) : plan;
  }

  /** None where the shared memory has no room for what they read. */
  #chooseGroups(nodes: readonly Node[], results: ReadonlyMap<string, Value>): Group[] {
    const ofKind = (kind: string): Set<Value> => new Set([...results].filter(([key]) => parseKey(key).kind === kind).map(([, value]) => value));
    const groups = findGroups(nodes, ofKind('next'), ofKind('diagnostic'));
    const bytes = [...new Set(groups.flatMap((group) => group.inputs))].reduce((sum, { shape }) => sum + paddedBytes(shape), 0);
    return bytes <= this.#parts.memory.free ? groups : [];
  }

  #openInput(key: string, value: Value, shared: ReadonlySet<Value>): void {
    const { kind, name } = parseKey(key);
    if (kind === 'state') {
      const entry = this.#parts.state.get(name) as StateEntry;
      this.#read.push({ name, entry });
      this.#slots.set(value, () => entry.current);
    } else {
      const tensor = this.#own(value, shared);
      this.#slots.set(value, () => tensor);
      this.#given.push({ tensor, kind: kind === 'control' ? 'controls' : (kind as 'batch' | 'noise'), name });
    }
  }

  #openResult(key: string, value: Value, shared: ReadonlySet<Value>): Slot {
    const { kind, name } = parseKey(key);
    if (kind === 'next') {
      const entry = this.#parts.state.get(name) as StateEntry;
      this.#changed.push({ name, entry });
      return () => entry.spare;
    }
    const tensor = this.#own(value, shared);
    this.#diagnostics[name] = tensor.data;
    return () => tensor;
  }

  /** The stage's nodes as a session that gives its results, and what later stages and kernels read. */
  #openSession(stages: readonly Stage[], place: number, results: ReadonlyMap<string, { value: Value; slot: Slot }>, shared: ReadonlySet<Value>): PreparedStage['session'] {
    const { nodes } = stages[place] as Stage;
    const made = new Set(nodes.flatMap((node) => node.outputs));
    const everMade = new Set(stages.flatMap((stage) => stage.nodes.flatMap((node) => node.outputs)));
    // What no node makes, an input or a constant, is passed on by the first stage.
    const here = [...results].filter(([, { value }]) => made.has(value) || (place === 0 && !everMade.has(value)));
    const outputs = new Map(here.map(([key, { value }]) => [key, value]));
    const slots = here.map(([, { slot }]) => slot);
    for (const [, { value, slot }] of here) if (made.has(value) && !this.#slots.has(value)) this.#slots.set(value, slot);
    const needed = new Set([...stages.slice(place + 1).flatMap(inputsOf), ...shared]);
    for (const value of made) {
      if (!needed.has(value) || this.#slots.has(value)) continue;
      const tensor = this.#own(value, shared);
      const slot = (): NativeTensor => tensor;
      this.#slots.set(value, slot);
      outputs.set(`value/${value.id}`, value);
      slots.push(slot);
    }
    if (outputs.size === 0) return null;
    const passedOn = here.map(([, { value }]) => value).filter((value) => value.data === null && !made.has(value));
    const inputs = new Map([...new Set([...inputsOf(stages[place] as Stage), ...passedOn])].map((value) => [`value/${value.id}/in`, value]));
    const file = writeOnnx({ name: this.name, nodes, inputs, weights: new Map(), outputs });
    const session = new NativeSession(file, this.#parts.threads, { inputs: [...inputs.keys()], outputs: [...outputs.keys()] });
    return { session, inputs: [...inputs.values()].map((value) => this.#slots.get(value) as Slot), outputs: slots };
  }

  /** In the shared memory where a kernel reads it. */
  #own(value: Value, shared: ReadonlySet<Value>): NativeTensor {
    const tensor = shared.has(value) ? this.#parts.memory.allocate(value.shape) : new NativeTensor(value.shape);
    this.#tensors.push(tensor);
    return tensor;
  }
}

/** `state/critic-1/layer-0/weight` → kind `state`, name `critic-1/layer-0/weight`. */
function parseKey(key: string): { kind: string; name: string } {
  const slash = key.indexOf('/');
  return { kind: key.slice(0, slash), name: key.slice(slash + 1) };
}
