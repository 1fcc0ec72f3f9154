// One program on the processor: stages of ONNX Runtime sessions with kernels between them. What it changes of the state is
// written into spare tensors, which become the current ones when all of it is finite.
import { compileKernels, type Kernel } from '../fusion/kernels.ts';
import { inputsOf, type Stage } from '../fusion/stages.ts';
import { SharedMemory } from '../native/memory.ts';
import { NativeSession, NativeTensor } from '../native/session.ts';
import { hasNonFinite, NonFiniteError } from '../non-finite.ts';
import { writeOnnx } from '../onnx/model.ts';
import type { NamedArrays, NamedShapes, Program, ProgramDeclaration } from '../program.ts';
import type { Value } from '../tracing/graph.ts';
import type { Trace } from '../tracing/trace.ts';
import { checkArrays } from './checks.ts';
import { type Layout, layOut } from './cpu-layout.ts';
import { type Named, type Plan, planProgram } from './cpu-plan.ts';

export interface StateEntry {
  current: NativeTensor;
  spare: NativeTensor;
}

interface CpuParts {
  threads: number;
  shapes: NamedShapes;
  state: ReadonlyMap<string, StateEntry>;
  /** Where the state is. */
  memory: SharedMemory;
}

/** Where a value's numbers are when the program runs: the state's tensors change places from run to run. */
type Slot = () => NativeTensor;

interface PreparedStage {
  session: { session: NativeSession; inputs: readonly Slot[]; outputs: readonly Slot[] } | null;
  kernel: { run: Kernel['run']; slots: readonly Slot[] } | null;
}

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
  /** Values whose slot is the state's. */
  readonly #moving = new Set<Value>();
  /** Of what kernels read or write, or stages hand on, and the state does not hold. */
  readonly #memory: SharedMemory;
  readonly #layout: Layout;
  readonly #copies: { from: Slot; to: Slot }[] = [];
  readonly #stages: readonly PreparedStage[];
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
    this.#memory = new SharedMemory(this.#layout.bytes);
    for (const input of inputs) this.#openInput(input);
    for (const result of results) this.#openResult(result);
    const bySessions = new Set(stages.flatMap((stage) => stage.nodes.flatMap((node) => node.outputs)));
    this.#unchecked = next.filter(({ value }) => bySessions.has(value)).map(({ name }) => parts.state.get(name) as StateEntry);

    const kernels = compileKernels(stages.map((stage) => stage.loops), {
      moving: parts.memory.memory,
      fixed: this.#memory.memory,
      placeOf: (value) => (this.#moving.has(value) ? null : this.#slotOf(value)().data.byteOffset),
      checked: new Set(next.map(({ value }) => value)),
    });
    this.#stages = stages.map((stage, place) => {
      const { run, moving } = kernels[place] as Kernel;
      return { session: this.#openSession(place), kernel: stage.loops.length === 0 ? null : { run, slots: moving.map((value) => this.#slotOf(value)) } };
    });
  }

  async run(given: Given): Promise<NamedArrays> {
    checkArrays(this.#declaration, given);
    for (const { tensor, kind, name } of this.#given) tensor.data.set(given[kind][name] as Float32Array);
    let check = 0;
    for (const { session, kernel } of this.#stages) {
      session?.session.run({ inputs: session.inputs.map((slot) => slot()), outputs: session.outputs.map((slot) => slot()) });
      if (kernel !== null) check += kernel.run(...kernel.slots.map((slot) => slot().data.byteOffset));
    }
    for (const { from, to } of this.#copies) to().data.set(from().data);
    if (this.#changed.length > 0 && (check !== 0 || this.#isNonFinite())) throw this.#nonFinite(given);
    for (const { entry } of this.#changed) [entry.current, entry.spare] = [entry.spare, entry.current];
    return this.#diagnostics;
  }

  release(): void {
    for (const { session } of this.#stages) session?.session.release();
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
      this.#moving.add(value);
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
      if (isMade) this.#moving.add(value);
      this.#writeTo(value, () => entry.spare, isMade);
      return;
    }
    const tensor = isMade ? this.#own(value) : this.#keep(new NativeTensor(value.shape));
    this.#diagnostics[name] = tensor.data;
    this.#writeTo(value, () => tensor, isMade);
  }

  #writeTo(value: Value, slot: Slot, isMade: boolean): void {
    if (isMade) this.#slots.set(value, slot);
    else this.#copies.push({ from: this.#slotOf(value), to: slot });
  }

  /** The stage's nodes as a session that gives results, and what kernels and later stages read. */
  #openSession(place: number): PreparedStage['session'] {
    const { stages, passing, results } = this.#plan;
    const { nodes } = stages[place] as Stage;
    const needed = new Set([...passing, ...results.map(({ value }) => value)]);
    const made = nodes.flatMap((node) => node.outputs).filter((value) => needed.has(value));
    if (made.length === 0) return null;
    const nameOf = (value: Value): string => `value/${value.id}`;
    const inputs = new Map(inputsOf({ nodes }).map((value) => [nameOf(value), value]));
    const outputs = new Map(made.map((value) => [nameOf(value), value]));
    const file = writeOnnx({ name: this.name, nodes, inputs, weights: new Map(), outputs });
    const session = new NativeSession(file, this.#parts.threads, { inputs: [...inputs.keys()], outputs: [...outputs.keys()] });
    return { session, inputs: [...inputs.values()].map((value) => this.#slotOf(value)), outputs: made.map((value) => this.#slotOf(value)) };
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
