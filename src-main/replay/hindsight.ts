// Hindsight (Andrychowicz et al. 2017, arXiv 1707.01495, the "future" strategy): a transition is also judged by goals that
// its own episode went on to achieve, so that an episode which missed its goal still shows how some goal is reached.

export interface Hindsight {
  /** Dimensions of a goal; the desired goal is the end of the observation. */
  goalSize: number;
  /** Relabelled transitions for each that is left as it was: a batch of n has ⌊n k / (k + 1)⌋ of them. */
  relabelled: number;
  /** The reward of a transition to `achieved` where `desired` was asked for; both [g]. */
  reward: (achieved: ArrayLike<number>, desired: ArrayLike<number>) => number;
  /** Does that transition end the episode because of the two? null where a goal never does. */
  terminates: ((achieved: ArrayLike<number>, desired: ArrayLike<number>) => boolean) | null;
}

/**
 * What a row of the replay buffer says of an episode's end. `ended` does not say why: all rows are so where a goal never ends an
 * episode, and those of versions before 0.2.0.
 */
export const endings = { none: 0, ended: 1, byGoal: 2, anyway: 3 } as const;

/** @param terminatedAnyway whatever goal had been asked for */
export function endingOf(terminated: boolean, terminatedAnyway: boolean, { terminates }: Pick<Hindsight, 'terminates'>): number {
  if (!terminated) return endings.none;
  if (terminates === null) return endings.ended;
  return terminatedAnyway ? endings.anyway : endings.byGoal;
}

/**
 * Does a transition end its episode where another goal is asked for?
 * @param ending of `endings`. Of a row that does not say why it ended, its own goal is taken as the reason where it is one.
 * @param own the goal that was asked for when it was stored
 */
export function endsWith(
  ending: number,
  achieved: ArrayLike<number>,
  { own, other }: { own: ArrayLike<number>; other: ArrayLike<number> },
  { terminates }: Pick<Hindsight, 'terminates'>,
): boolean {
  if (terminates === null) return ending !== endings.none;
  if (ending === endings.anyway || (ending === endings.ended && !terminates(achieved, own))) return true;
  return terminates(achieved, other);
}

/** Rows of the replay buffer at which episodes begin, in ascending order. */
export class EpisodeStarts {
  #starts: number[] = [];
  /** The first that still matters: an episode's end is where the next one begins. */
  #first = 0;

  /** @param oldest the oldest row that the buffer still holds; starts up to it are forgotten */
  add(row: number, oldest: number): void {
    this.#starts.push(row);
    while ((this.#starts[this.#first] as number) <= oldest && this.#first < this.#starts.length - 1) this.#first += 1;
    if (this.#first > 1024 && 2 * this.#first > this.#starts.length) {
      this.#starts = this.#starts.slice(this.#first);
      this.#first = 0;
    }
  }

  /** The row is no longer there: nor is its start, where it was one. */
  takeBack(row: number): void {
    if (this.#starts.at(-1) !== row) return;
    this.#starts.pop();
    this.#first = Math.min(this.#first, this.#starts.length);
  }

  /** The row after the last of `row`'s episode; of the episode under way, the row that comes next. */
  endOf(row: number, next: number): number {
    let [low, high] = [this.#first, this.#starts.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#starts[middle] as number) > row) high = middle;
      else low = middle + 1;
    }
    return this.#starts[low] ?? next;
  }

  clear(): void {
    this.#starts.length = 0;
    this.#first = 0;
  }
}
