// What a behaviour prior is fitted to: the states that a stored run met and what it did there.
import { sha256 } from '../checkpoint/durable-files.ts';
import { littleEndianBytes } from '../state-hash.ts';
import { TrainingError } from '../training-error.ts';

export interface BehaviourData {
  /** replay: what training did. episodes: recorded evaluation episodes, with the policy's mean actions. */
  kind: 'replay' | 'episodes';
  /** Environment steps of the source run when it had done that. */
  step: number;
  rows: number;
  /** [rows, o] and [rows, a] in [-1, 1]; the oldest row first. */
  observation: Float32Array;
  action: Float32Array;
  /** The row at which each episode begins, ascending from 0. */
  episodes: number[];
}

/** The newest rows that are taken. */
export const mostRows = 100_000;
/** Fewer than that say too little. */
export const fewestRows = 100;

/** Actions are taken back through tanh as if they were no further out than this: atanh(±1) is infinite. */
const outermost = 1 - 1e-4;

/** What the actions were before squashing, clipped to ±atanh(1 − 10⁻⁴) ≈ ±4.95. */
export function unsquash(action: Float32Array): Float32Array {
  return action.map((value) => Math.atanh(Math.min(outermost, Math.max(-outermost, value))));
}

/** What was fitted to, as a hash: two fits to the same data have the same. */
export function hashData({ observation, action }: BehaviourData): string {
  return sha256(Buffer.concat([littleEndianBytes(observation), littleEndianBytes(action)]));
}

/**
 * @param source as messages name it
 * @throws TrainingError where there are too few rows, numbers that are not finite, or one action only
 */
export function checkData(data: BehaviourData, source: string): void {
  const { rows, observation, action } = data;
  const width = { observation: observation.length / rows, action: action.length / rows };
  if (rows < fewestRows) {
    throw new TrainingError(
      `${source} has ${rows} recorded ${rows === 1 ? 'transition' : 'transitions'} of its own policy; a behaviour prior needs at least ${fewestRows}. Let it train further, then try again.`,
    );
  }
  for (const [name, values] of Object.entries({ observation, action })) {
    const k = values.findIndex((value) => !Number.isFinite(value));
    if (k >= 0)
      throw new TrainingError(
        `${source} has stored an ${name} of ${values[k]} (${data.kind}, row ${Math.floor(k / width[name as 'observation' | 'action'])}): nothing can be fitted to that. Take another run.`,
      );
  }
  if (action.every((value, k) => value === action[k % width.action])) {
    throw new TrainingError(
      `${source} has done the same action in all of its ${rows.toLocaleString('en-US')} recorded transitions: that is no behaviour to fit a prior to. Take another run, or prior=constant.`,
    );
  }
}
