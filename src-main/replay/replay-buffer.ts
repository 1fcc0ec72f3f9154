// The replay buffer: a ring of transitions in memory, sampled uniformly with replacement.
import { rowWidthOf } from '../contract/replay-memory.ts';
import type { RandomStream } from '../random/stream.ts';
import { EpisodeStarts, endingOf, endings, endsWith, type Hindsight } from './hindsight.ts';

/** A batch of transitions, row-major, named as agents' programs name their inputs. */
export type ReplayBatch = Record<'observation' | 'action' | 'reward' | 'next-observation' | 'terminated', Float32Array>;

export interface Transition {
  /** [o], what the policy saw. */
  observation: ArrayLike<number>;
  /** [a], normalised to [-1, 1]. */
  action: ArrayLike<number>;
  reward: number;
  /** [o], the true next observation, also where the episode was cut by the time limit. */
  nextObservation: ArrayLike<number>;
  /** Only where the episode really ended; a truncation is not stored as an end. */
  terminated: boolean;
  /**
   * Only of a goal task: what the next state achieves [g], how many steps of the episode came before this one, and whether it
   * would have terminated whatever goal was asked for; left out, the goal is taken to have no part in it.
   */
  goal?: { achieved: ArrayLike<number>; episodeStep: number; terminatedAnyway?: boolean };
}

/** Memory grows by this many rows, so that a short run does not pay for the whole capacity. */
const chunkRows = 8192;

/**
 * Rows are numbered from 0 in the order in which they were added, for ever; row n lies in slot n mod
 * capacity. A row is `rowWidth` numbers in single precision: observation, action, reward, next observation,
 * terminated (0 where it is not, else one of `endings`); of a goal task also the goal achieved and the step within the episode.
 */
export class ReplayBuffer {
  readonly observationSize: number;
  readonly actionSize: number;
  readonly capacity: number;
  readonly rowWidth: number;
  readonly hindsight: Hindsight | null;
  readonly #starts = new EpisodeStarts();
  readonly #chunks: Float32Array[] = [];
  /** What the newest row took the place of. */
  readonly #overwritten: Float32Array;
  /** Was the last change an `add`? */
  #canTakeBack = false;
  #rowsAdded = 0;

  /** @param hindsight only of a goal task, whose observations end with the desired goal */
  constructor(sizes: { observationSize: number; actionSize: number; capacity: number }, hindsight: Hindsight | null = null) {
    for (const [name, value] of Object.entries(sizes)) {
      if (!Number.isSafeInteger(value) || value < 1) throw new RangeError(`${name} must be a whole number of at least 1, not ${value}`);
    }
    this.observationSize = sizes.observationSize;
    this.actionSize = sizes.actionSize;
    this.capacity = sizes.capacity;
    this.hindsight = hindsight;
    this.rowWidth = rowWidthOf({ ...sizes, goalSize: hindsight?.goalSize ?? 0 });
    this.#overwritten = new Float32Array(this.rowWidth);
  }

  /** Rows ever added: the number that the next row gets. */
  get rowsAdded(): number {
    return this.#rowsAdded;
  }

  /** Rows held now. */
  get size(): number {
    return Math.min(this.#rowsAdded, this.capacity);
  }

  /** The number of the oldest row held. */
  get firstRow(): number {
    return this.#rowsAdded - this.size;
  }

  add({ observation, action, reward, nextObservation, terminated, goal }: Transition): void {
    const { observationSize: o, actionSize: a, hindsight } = this;
    if (observation.length !== o || nextObservation.length !== o || action.length !== a) {
      throw new RangeError(
        `a transition needs ${o} observations and ${a} actions; ${observation.length}, ${nextObservation.length} and ${action.length} were given`,
      );
    }
    if (goal?.achieved.length !== hindsight?.goalSize) {
      throw new RangeError(
        `a transition needs ${hindsight?.goalSize ?? 'no'} goal dimensions; ${goal?.achieved.length ?? 'none'} were given`,
      );
    }
    const row = this.#claimSlot(this.#rowsAdded % this.capacity);
    this.#overwritten.set(row);
    row.set(observation, 0);
    row.set(action, o);
    row[o + a] = reward;
    row.set(nextObservation, o + a + 1);
    row[2 * o + a + 1] = endingOf(terminated, goal?.terminatedAnyway ?? terminated, hindsight ?? { terminates: null });
    if (goal !== undefined) {
      row.set(goal.achieved, 2 * o + a + 2);
      row[this.rowWidth - 1] = goal.episodeStep;
      if (goal.episodeStep === 0) this.#starts.add(this.#rowsAdded, this.firstRow);
    }
    this.#rowsAdded += 1;
    this.#canTakeBack = true;
  }

  /** Takes the newest row out again and puts back the one that it overwrote. @throws where the last change was no `add` */
  takeBack(): void {
    if (!this.#canTakeBack) throw new RangeError('only a row that was just added can be taken back');
    this.#rowsAdded -= 1;
    this.#slot(this.#rowsAdded % this.capacity).set(this.#overwritten);
    this.#starts.takeBack(this.#rowsAdded);
    this.#canTakeBack = false;
  }

  createBatch(rows: number): ReplayBatch {
    return {
      observation: new Float32Array(rows * this.observationSize),
      action: new Float32Array(rows * this.actionSize),
      reward: new Float32Array(rows),
      'next-observation': new Float32Array(rows * this.observationSize),
      terminated: new Float32Array(rows),
    };
  }

  /**
   * Fills the batch with rows drawn uniformly, with replacement; where there is hindsight, the first of them are then judged
   * by goals achieved later. @throws when the buffer is empty.
   */
  sample(batch: ReplayBatch, stream: RandomStream): void {
    const { observationSize: o, actionSize: a, rowWidth, size } = this;
    if (size === 0) throw new RangeError('the replay buffer is empty: nothing can be sampled yet');
    const { observation, action, reward, terminated } = batch;
    const nextObservation = batch['next-observation'];
    const relabelled =
      this.hindsight === null ? 0 : Math.floor((reward.length * this.hindsight.relabelled) / (this.hindsight.relabelled + 1));
    for (let row = 0; row < reward.length; row += 1) {
      const slot = stream.integer(size);
      const chunk = this.#chunks[Math.floor(slot / chunkRows)] as Float32Array;
      let from = (slot % chunkRows) * rowWidth;
      // Plain loops: for rows this short they are several times faster than subarray and set.
      for (let to = row * o, end = to + o; to < end; to += 1, from += 1) observation[to] = chunk[from] as number;
      for (let to = row * a, end = to + a; to < end; to += 1, from += 1) action[to] = chunk[from] as number;
      reward[row] = chunk[from] as number;
      from += 1;
      for (let to = row * o, end = to + o; to < end; to += 1, from += 1) nextObservation[to] = chunk[from] as number;
      const ending = chunk[from] as number;
      terminated[row] = ending === endings.none ? 0 : 1;
      if (row < relabelled) this.#relabel(batch, { row, slot, ending }, stream);
    }
  }

  /** Puts a goal that the episode achieved at or after the transition in the place of the one that it was after. */
  #relabel(batch: ReplayBatch, { row, slot, ending }: { row: number; slot: number; ending: number }, stream: RandomStream): void {
    const { observationSize: o, firstRow, capacity } = this;
    const hindsight = this.hindsight as Hindsight;
    const { goalSize: g } = hindsight;
    const number = firstRow + ((slot - (firstRow % capacity) + capacity) % capacity);
    const later = number + stream.integer(this.#starts.endOf(number, this.#rowsAdded) - number);
    const [achieved, goal] = [this.#achieved(number), this.#achieved(later)];
    const at = (row + 1) * o - g;
    const own = batch['next-observation'].subarray(at, at + g);
    batch.terminated[row] = endsWith(ending, achieved, { own, other: goal }, hindsight) ? 1 : 0;
    batch.observation.set(goal, at);
    batch['next-observation'].set(goal, at);
    batch.reward[row] = hindsight.reward(achieved, goal);
  }

  #achieved(row: number): Float32Array {
    const slot = this.#slot(row % this.capacity);
    return slot.subarray(this.rowWidth - 1 - (this.hindsight?.goalSize ?? 0), this.rowWidth - 1);
  }

  /** Copies rows `from` (inclusive) to `to` (exclusive), by number. @throws when they are not all held. */
  copyRows(from: number, to: number): Float32Array {
    if (!(from >= this.firstRow && from <= to && to <= this.#rowsAdded)) {
      throw new RangeError(`rows ${from} to ${to} are not held: the buffer has ${this.firstRow} to ${this.#rowsAdded}`);
    }
    const copy = new Float32Array((to - from) * this.rowWidth);
    for (let row = from; row < to; row += 1) {
      copy.set(this.#slot(row % this.capacity), (row - from) * this.rowWidth);
    }
    return copy;
  }

  /** Empties the buffer and makes `firstRow` the next row's number; used before `appendRows` when restoring. */
  restart(firstRow: number): void {
    if (!Number.isSafeInteger(firstRow) || firstRow < 0) throw new RangeError(`a row number is a whole number, not ${firstRow}`);
    this.#chunks.length = 0;
    this.#starts.clear();
    this.#canTakeBack = false;
    this.#rowsAdded = firstRow;
  }

  /** Adds whole rows as `copyRows` gave them. */
  appendRows(rows: Float32Array): void {
    if (rows.length % this.rowWidth !== 0) {
      throw new RangeError(`rows of ${this.rowWidth} numbers were expected; ${rows.length} numbers are not a multiple of that`);
    }
    this.#canTakeBack = false;
    for (let from = 0; from < rows.length; from += this.rowWidth) {
      this.#claimSlot(this.#rowsAdded % this.capacity).set(rows.subarray(from, from + this.rowWidth));
      if (this.hindsight !== null && rows[from + this.rowWidth - 1] === 0) this.#starts.add(this.#rowsAdded, this.firstRow);
      this.#rowsAdded += 1;
    }
  }

  #slot(slot: number): Float32Array {
    const offset = (slot % chunkRows) * this.rowWidth;
    return (this.#chunks[Math.floor(slot / chunkRows)] as Float32Array).subarray(offset, offset + this.rowWidth);
  }

  /** The slot's memory, allocated with all chunks before it where it is not there yet. */
  #claimSlot(slot: number): Float32Array {
    while (this.#chunks.length * chunkRows <= slot) {
      const rows = Math.min(chunkRows, this.capacity - this.#chunks.length * chunkRows);
      this.#chunks.push(new Float32Array(rows * this.rowWidth));
    }
    return this.#slot(slot);
  }
}
