// Numbers that are not finite: how they are looked for after an update, and the error that says where they are. What a
// device would have made the state is thrown away then.
import type { NamedArrays, NamedShapes, ProgramDeclaration } from './program.ts';

/** What a tensor is to a program: what it was given, or what it computed. */
export type TensorRole = 'diagnostic' | 'next state' | 'state' | 'batch' | 'noise' | 'control';

/** A tensor that holds numbers that are not finite. */
export interface NonFiniteTensor {
  role: TensorRole;
  name: string;
  /** [] for a scalar. */
  shape: readonly number[];
  /** How many of its numbers are not finite, of how many. */
  count: number;
  size: number;
  /** Place of the first, row-major, and what stands there: NaN, Infinity or -Infinity. */
  first: number;
  value: number;
}

/** Everything that a program was given, as it was given to it. */
export interface ProgramGiven {
  batch: NamedArrays;
  noise: NamedArrays;
  controls: NamedArrays;
}

/** One update, from what it was given to what it would have left behind. */
export interface Computation {
  given: ProgramGiven;
  diagnostics: NamedArrays;
  /** Entries of the state that the program reads, and those that it would have changed. */
  state: NamedArrays;
  next: NamedArrays;
}

/** A program computed numbers that are not finite. The state is as it was before. */
export class NonFiniteError extends Error {
  readonly program: string;
  /** What it computed, diagnostics first; at least one. */
  readonly computed: readonly NonFiniteTensor[];
  /** What was not finite before it began: where there is something, the arithmetic is not at fault. */
  readonly given: readonly NonFiniteTensor[];
  /** The largest finite magnitude that it was given besides its state; null where it was given nothing else. */
  readonly largest: { role: TensorRole; name: string; value: number } | null;
  /** Copies of its batch, noise and controls, and their shapes. */
  readonly inputs: ProgramGiven;
  readonly signature: ProgramDeclaration['signature'];

  constructor({ name, signature }: ProgramDeclaration, stateShapes: NamedShapes, { given, diagnostics, state, next }: Computation) {
    const { batch, noise, controls } = signature;
    const computed = [...search('diagnostic', diagnostics, {}), ...search('next state', next, stateShapes)];
    const before = [
      ...search('batch', given.batch, batch),
      ...search('noise', given.noise, noise),
      ...search('control', given.controls, controls),
      ...search('state', state, stateShapes),
    ];
    super(`the ${name}: ${computed.map(inWords).join(', ')}. It was not applied; the state is as it was.`);
    this.name = 'NonFiniteError';
    this.program = name;
    this.computed = computed;
    this.given = before;
    this.largest = largestOf(given);
    this.inputs = { batch: copyOf(given.batch), noise: copyOf(given.noise), controls: copyOf(given.controls) };
    this.signature = signature;
  }
}

/**
 * What a device asks where a diagnostic or a sum of the changed state is not finite.
 * @returns null where all that was computed is: a sum of finite numbers may leave the range that each of them is in
 */
export function findNonFinite(declaration: ProgramDeclaration, stateShapes: NamedShapes, computation: Computation): NonFiniteError | null {
  const error = new NonFiniteError(declaration, stateShapes, computation);
  return error.computed.length > 0 ? error : null;
}

/** The hot path's look: over a few scalars. */
export function hasNonFinite(diagnostics: NamedArrays): boolean {
  for (const name in diagnostics) {
    const values = diagnostics[name] as Float32Array;
    for (let i = 0; i < values.length; i += 1) if (!Number.isFinite(values[i])) return true;
  }
  return false;
}

/** "critic-loss NaN", "critic-1/layer-0/weight NaN (256 of 4,352 numbers)". */
function inWords({ name, count, size, value }: NonFiniteTensor): string {
  return size === 1 ? `${name} ${value}` : `${name} ${value} (${count.toLocaleString('en-US')} of ${size.toLocaleString('en-US')} numbers)`;
}

function search(role: TensorRole, arrays: NamedArrays, shapes: NamedShapes): NonFiniteTensor[] {
  return Object.entries(arrays).flatMap(([name, array]) => {
    const first = array.findIndex((value) => !Number.isFinite(value));
    if (first < 0) return [];
    const count = array.reduce((sum, value) => sum + (Number.isFinite(value) ? 0 : 1), 0);
    return [
      {
        role,
        name,
        shape: shapes[name] ?? (array.length === 1 ? [] : [array.length]),
        count,
        size: array.length,
        first,
        value: array[first] as number,
      },
    ];
  });
}

function largestOf(given: ProgramGiven): NonFiniteError['largest'] {
  let largest: NonFiniteError['largest'] = null;
  for (const [role, arrays] of [
    ['batch', given.batch],
    ['noise', given.noise],
    ['control', given.controls],
  ] as const) {
    for (const [name, array] of Object.entries(arrays)) {
      for (const value of array) {
        if (Number.isFinite(value) && Math.abs(value) > Math.abs(largest?.value ?? 0)) largest = { role, name, value };
      }
    }
  }
  return largest;
}

/** Of this program alone, and the caller's arrays are filled anew before the next run. */
function copyOf(arrays: NamedArrays): NamedArrays {
  return Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, array.slice()]));
}
