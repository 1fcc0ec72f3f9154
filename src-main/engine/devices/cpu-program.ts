// One program on the processor: stages of ONNX Runtime sessions with kernels between them, in parts that lanes run. What it
// changes of the state is written into spare tensors, which become the current ones when all of it is finite.
import { divide, type Part } from '../fusion/division.ts';
import { compileKernels } from '../fusion/kernels.ts';
import { inputsOf } from '../fusion/stages.ts';
import { type LanePart, type LaneProgram, progressWords } from '../native/lane.ts';
import type { Lanes, LoadedProgram } from '../native/lanes.ts';
import { SharedMemory } from '../native/memory.ts';
import { NativeSession, NativeTensor, type SessionCall } from '../native/session.ts';
import { hasNonFinite, NonFiniteError } from '../non-finite.ts';
import { writeOnnx } from '../onnx/model.ts';
import type { NamedArrays, NamedShapes, Program, ProgramDeclaration } from '../program.ts';
import type { Node, Value } from '../tracing/graph.ts';
import type { Trace } from '../tracing/trace.ts';
import { checkArrays } from './checks.ts';
import { type Layout, layOut } from './cpu-layout.ts';
import { type Named, type Plan, planProgram } from './cpu-plan.ts';

export interface StateEntry {
  current: NativeTensor;
  spare: NativeTensor;
}

interface CpuParts {
  /** Most threads that it may take. */
  threads: number;
  lanes: Lanes;
  /** Whether a program may be divided among lanes; otherwise threads divide each operation. */
  canDivide: boolean;
  shapes: NamedShapes;
  state: ReadonlyMap<string, StateEntry>;
  /** Where the state is. */
  memory: SharedMemory;
}

/** Where a value's numbers are when the program runs: the state's tensors change places from run to run. */
type Slot = () => NativeTensor;

/** Of a whole number of 32 bits. */
const bytesPerPlace = 4;

type Given = Parameters<Program['run']>[0];

export class CpuProgram implements Program {
  readonly name: string;
  readonly size: Plan['size'];
  readonly #declaration: ProgramDeclaration;
  readonly #parts: CpuParts;
  readonly #plan: Plan;
  readonly #given: { tensor: NativeTensor; kind: keyof Given; name: string }[] = [];
  readonly #read: { name: string; entry: StateEntry }[] = [];
  readonly #changed: { name: string; entry: StateEntry }[] = [];
  readonly #diagnostics: NamedArrays = {};
  readonly #slots = new Map<Value, Slot>();
  /** Values whose slot is the state's, and where kernels find out where it is, in bytes. */
  readonly #moving = new Map<Value, number>();
  /** Of what kernels read or write, or stages hand on, and the state does not hold; then of where the state's tensors are. */
  readonly #memory: SharedMemory;
  readonly #layout: Layout;
  readonly #copies: { from: Slot; to: Slot }[] = [];
  readonly #sessions: NativeSession[] = [];
  /** Of the state: entries of sessions' handles, which change from run to run. */
  readonly #moved: { handles: BigUint64Array; index: number; slot: Slot }[] = [];
  readonly #pointers: readonly { pointer: Int32Array; slot: Slot }[];
  readonly #laneProgram: LaneProgram;
  #loaded: LoadedProgram | null = null;
  /** Changes of the state that ONNX Runtime makes: no kernel looks at them. */
  readonly #unchecked: readonly StateEntry[];
  /** Of this program alone. */
  readonly #tensors: NativeTensor[] = [];

  constructor(declaration: ProgramDeclaration, traced: Trace, parts: CpuParts) {
    this.name = declaration.name;
    this.#declaration = declaration;
    this.#parts = parts;
    this.#plan = planProgram(traced);
    this.size = this.#plan.size;
    const { inputs, results, stages, passing } = this.#plan;
    const [next, diagnostics] = [results.filter(({ kind }) => kind === 'next'), results.filter(({ kind }) => kind === 'diagnostic')];
    const given = inputs.filter(({ kind }) => kind !== 'state').map(({ value }) => value);
    const inState = new Set([...inputs, ...next].map(({ value }) => value).filter((value) => !given.includes(value)));
    const own = new Set([...passing].filter((value) => !inState.has(value)));
    this.#layout = layOut(stages, own, new Set([...given, ...diagnostics.map(({ value }) => value)]));
    this.#memory = new SharedMemory(this.#layout.bytes + bytesPerPlace * inState.size, parts.threads > 1);
    for (const input of inputs) this.#openInput(input);
    for (const result of results) this.#openResult(result);
    const bySessions = new Set(stages.flatMap((stage) => stage.nodes.flatMap((node) => node.outputs)));
    this.#unchecked = next.filter(({ value }) => bySessions.has(value)).map(({ name }) => parts.state.get(name) as StateEntry);

    const needed = new Set([...passing, ...results.map(({ value }) => value)]);
    this.#pointers = [...this.#moving].map(([value, place]) => ({
      pointer: new Int32Array(this.#memory.memory.buffer, place, 1),
      slot: this.#slotOf(value),
    }));
    this.#laneProgram = this.#openParts(
      divide(stages, parts.canDivide ? parts.threads : 1, (value) => needed.has(value)),
      needed,
      new Set(next.map(({ value }) => value)),
    );
  }

  /** Before the first run. @throws Error where a thread cannot be started or told */
  async load(): Promise<void> {
    this.#loaded = await this.#parts.lanes.load(this.#laneProgram);
  }

  async run(given: Given): Promise<NamedArrays> {
    checkArrays(this.#declaration, given);
    return this.#parts.lanes.run(
      this.#loaded as LoadedProgram,
      () => this.#prepare(given),
      (isFinite) => this.#conclude(given, isFinite),
    );
  }

  #prepare(given: Given): void {
    for (const { handles, index, slot } of this.#moved) handles[index] = slot().handle;
    for (const { pointer, slot } of this.#pointers) pointer[0] = slot().place;
    for (const { tensor, kind, name } of this.#given) tensor.data.set(given[kind][name] as Float32Array);
  }

  #conclude(given: Given, isFinite: boolean): NamedArrays {
    for (const { from, to } of this.#copies) to().data.set(from().data);
    if (this.#changed.length > 0 && (!isFinite || this.#isNonFinite())) throw this.#nonFinite(given);
    for (const { entry } of this.#changed) {
      const { current } = entry;
      entry.current = entry.spare;
      entry.spare = current;
    }
    return this.#diagnostics;
  }

  /** When no lane runs it any more. */
  release(): void {
    for (const session of this.#sessions.splice(0)) session.release();
    for (const tensor of this.#tensors.splice(0)) tensor.release();
  }

  #isNonFinite(): boolean {
    return hasNonFinite(this.#diagnostics) || this.#unchecked.some(({ spare }) => hasNonFinite({ spare: spare.data }));
  }

  /** Before the spare tensors take the place of the current ones, which they then do not. */
  #nonFinite(given: Given): NonFiniteError {
    const state = Object.fromEntries(this.#read.map(({ name, entry }) => [name, entry.current.data]));
    const next = Object.fromEntries(this.#changed.map(({ name, entry }) => [name, entry.spare.data]));
    return new NonFiniteError(this.#declaration, this.#parts.shapes, { given, diagnostics: this.#diagnostics, state, next });
  }

  #openInput({ kind, name, value }: Named): void {
    if (kind === 'state') {
      const entry = this.#parts.state.get(name) as StateEntry;
      this.#read.push({ name, entry });
      this.#slots.set(value, () => entry.current);
      this.#addMoving(value);
      return;
    }
    const tensor = this.#slotOf(value)();
    this.#given.push({ tensor, kind: kind === 'control' ? 'controls' : (kind as 'batch' | 'noise'), name });
  }

  /** What makes the value writes it where the first result of that value is; others, and what is only passed on, are copies. */
  #openResult({ kind, name, value }: Named): void {
    const isMade = value.data === null && !this.#slots.has(value);
    if (kind === 'next') {
      const entry = this.#parts.state.get(name) as StateEntry;
      this.#changed.push({ name, entry });
      if (isMade) this.#addMoving(value);
      this.#writeTo(value, () => entry.spare, isMade);
      return;
    }
    // Not in memory that threads share: much of Node refuses that.
    const isInPlace = isMade && this.#parts.threads === 1;
    const tensor = isInPlace ? this.#own(value) : this.#keep(new NativeTensor(value.shape));
    this.#diagnostics[name] = tensor.data;
    this.#writeTo(value, () => tensor, isInPlace);
  }

  #addMoving(value: Value): void {
    this.#moving.set(value, this.#layout.bytes + bytesPerPlace * this.#moving.size);
  }

  #writeTo(value: Value, slot: Slot, isMade: boolean): void {
    if (isMade) this.#slots.set(value, slot);
    else this.#copies.push({ from: this.#slotOf(value), to: slot });
  }

  /** @param checked what must be finite */
  #openParts(parts: readonly Part[], needed: ReadonlySet<Value>, checked: ReadonlySet<Value>): LaneProgram {
    const isDivided = parts.some(({ lane }) => lane > 0);
    const { module, kernels } = compileKernels(
      parts.map(({ loops }) => loops),
      {
        moving: this.#parts.memory.memory,
        fixed: this.#memory.memory,
        placeOf: (value) => (this.#moving.has(value) ? null : this.#slotOf(value)().place),
        pointerTo: (value) => this.#moving.get(value) as number,
        checked,
      },
    );
    const given = new Set<Value>();
    const opened = parts.map(({ loops, nodes, lane, before, needs }, i): LanePart => ({
      lane,
      before,
      needs,
      call:
        loops.length > 0 ? { kernel: kernels[i] as string } : this.#openSession(nodes, needed, given, isDivided ? 1 : this.#parts.threads),
    }));
    const progress = new Int32Array(new SharedArrayBuffer(4 * progressWords(opened.length)));
    return { parts: opened, module, memories: [this.#parts.memory.memory, this.#memory.memory], progress };
  }

  /**
   * Nodes as a session that gives results, and what kernels and later parts read.
   * @param given what earlier sessions give already; what this one gives is added
   */
  #openSession(nodes: readonly Node[], needed: ReadonlySet<Value>, given: Set<Value>, threads: number): SessionCall {
    const made = nodes.flatMap((node) => node.outputs).filter((value) => needed.has(value) && !given.has(value));
    for (const value of made) given.add(value);
    const nameOf = (value: Value): string => `value/${value.id}`;
    const inputs = new Map(inputsOf({ nodes }).map((value) => [nameOf(value), value]));
    const outputs = new Map(made.map((value) => [nameOf(value), value]));
    const file = writeOnnx({ name: this.name, nodes, inputs, weights: new Map(), outputs });
    const session = new NativeSession(file, threads, { inputs: [...inputs.keys()], outputs: [...outputs.keys()] });
    this.#sessions.push(session);
    this.#point(session.inputs, [...inputs.values()]);
    this.#point(session.outputs, made);
    return session.call;
  }

  /** Handles of where the values are: once, and before each run of those that move. */
  #point(handles: BigUint64Array, values: readonly Value[]): void {
    values.forEach((value, i) => {
      const slot = this.#slotOf(value);
      handles[i] = slot().handle;
      if (this.#moving.has(value)) this.#moved.push({ slot, handles, index: i });
    });
  }

  #slotOf(value: Value): Slot {
    const known = this.#slots.get(value);
    if (known !== undefined) return known;
    const tensor = this.#own(value);
    if (value.data !== null) tensor.data.set(value.data as Float32Array);
    const slot = (): NativeTensor => tensor;
    this.#slots.set(value, slot);
    return slot;
  }

  #own(value: Value): NativeTensor {
    const place = this.#layout.places.get(value);
    return this.#keep(place === undefined ? new NativeTensor(value.shape) : this.#memory.at(place, value.shape));
  }

  #keep(tensor: NativeTensor): NativeTensor {
    this.#tensors.push(tensor);
    return tensor;
  }
}
