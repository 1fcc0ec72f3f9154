// MuJoCo's warning counters. In the WebAssembly build a warning neither throws nor prints.
import type { MjData } from '@mujoco/mujoco';
import type { MuJoCo } from './mujoco.ts';

/** Warnings since the last reset. */
export interface WarningCounts {
  /** The inertia matrix was (nearly) singular. */
  inertia: number;
  /** Contacts were dropped for lack of memory. */
  contactsFull: number;
  /** Constraints were dropped for lack of memory. */
  constraintsFull: number;
  badPosition: number;
  badVelocity: number;
  badAcceleration: number;
  /** A control was not a number or huge; MuJoCo then set all controls to zero. */
  badControl: number;
}

/** A warning after which MuJoCo has reset the simulation by itself. */
export interface Divergence {
  quantity: 'position' | 'velocity' | 'acceleration';
  /** Index into qpos or qvel. */
  index: number;
}

export interface Warnings {
  counts: WarningCounts;
  divergence: Divergence | null;
}

export function readWarnings(mujoco: MuJoCo, data: MjData): Warnings {
  const kinds = mujoco.mjtWarning;
  // The list belongs to MjData: it is not ours to delete, its entries are copies and are.
  const list = data.warning;
  const read = (kind: { value: number }): { number: number; lastInfo: number } => {
    const entry = list.get(kind.value);
    if (entry === undefined) return { number: 0, lastInfo: -1 };
    const { number, lastinfo: lastInfo } = entry;
    entry.delete();
    return { number, lastInfo };
  };
  const position = read(kinds.mjWARN_BADQPOS);
  const velocity = read(kinds.mjWARN_BADQVEL);
  const acceleration = read(kinds.mjWARN_BADQACC);
  let divergence: Divergence | null = null;
  if (acceleration.number > 0) divergence = { quantity: 'acceleration', index: acceleration.lastInfo };
  if (velocity.number > 0) divergence = { quantity: 'velocity', index: velocity.lastInfo };
  if (position.number > 0) divergence = { quantity: 'position', index: position.lastInfo };
  return {
    counts: {
      inertia: read(kinds.mjWARN_INERTIA).number,
      contactsFull: read(kinds.mjWARN_CONTACTFULL).number,
      constraintsFull: read(kinds.mjWARN_CNSTRFULL).number,
      badPosition: position.number,
      badVelocity: velocity.number,
      badAcceleration: acceleration.number,
      badControl: read(kinds.mjWARN_BADCTRL).number,
    },
    divergence,
  };
}

export function warningSentence({ quantity, index }: Divergence): string {
  const array = quantity === 'position' ? 'qpos' : quantity === 'velocity' ? 'qvel' : 'qacc';
  return `${quantity} ${index} (${array}[${index}]) became infinite, huge or not a number`;
}
