// Divides transitions into those that are fitted to and those that are held out. Neighbouring transitions are alike, so
// that whole episodes are held out, or whole blocks where the episodes are few or very unequal.
import type { RandomStream } from '../../random/stream.ts';

export interface Split {
  /** Row numbers, ascending. */
  training: Int32Array;
  heldOut: Int32Array;
}

/** About one row in ten is held out. */
const share = 0.1;
const [smallestShare, largestShare] = [0.05, 0.15];
const blockCount = 20;

/**
 * @param rows at least `blockCount`
 * @param episodes the row at which each begins, ascending from 0
 */
export function splitRows(rows: number, episodes: readonly number[], stream: RandomStream): Split {
  const blocks = Array.from({ length: blockCount }, (_, k) => Math.floor((k * rows) / blockCount));
  const isHeldOut = holdOut(rows, episodes, stream) ?? holdOut(rows, blocks, stream) ?? new Uint8Array(rows);
  const all = Int32Array.from({ length: rows }, (_, row) => row);
  return { training: all.filter((row) => isHeldOut[row] === 0), heldOut: all.filter((row) => isHeldOut[row] === 1) };
}

/** Marks whole groups in random order until there are enough; null where they do not come to a fair share. */
function holdOut(rows: number, starts: readonly number[], stream: RandomStream): Uint8Array | null {
  const marks = new Uint8Array(rows);
  const order = starts.map((_, k) => k);
  for (let k = order.length - 1; k > 0; k -= 1) {
    const other = stream.integer(k + 1);
    [order[k], order[other]] = [order[other] as number, order[k] as number];
  }
  let held = 0;
  for (const k of order) {
    const [from, to] = [starts[k] as number, starts[k + 1] ?? rows];
    if (held + to - from > largestShare * rows) continue;
    marks.fill(1, from, to);
    held += to - from;
    if (held >= share * rows) break;
  }
  return held >= smallestShare * rows ? marks : null;
}
