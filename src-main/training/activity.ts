// What a trainer does instead of steps, in words beside the run's state, where windows and the command line show it: how far
// a fit or an evaluation has come.
import type { Store } from '../store/store.ts';
import { isStorageTrouble } from './storage-trouble.ts';

/** Milliseconds between two changes of the run's row. */
const tellInterval = 500;

export class Activity {
  readonly #store: Store;
  readonly #run: string;
  /** What stood beside the state before; undefined while nothing was told. */
  #former: string | null | undefined;
  #told: number;
  #text: string;

  /** @param isLong tells of it at once; else not before half a second, in which most of it is over */
  constructor(store: Store, run: string, text: string, isLong = false) {
    this.#store = store;
    this.#run = run;
    this.#text = text;
    this.#told = isLong ? -Infinity : performance.now();
    this.tell(text);
  }

  /** The newest text. */
  get text(): string {
    return this.#text;
  }

  tell(text: string): void {
    this.#text = text;
    if (performance.now() - this.#told < tellInterval) return;
    this.#told = performance.now();
    if (this.#former === undefined) this.#former = this.#store.runs.summary(this.#run).stateReason;
    this.#set(text);
  }

  /** Puts back what stood there before. */
  end(): void {
    if (this.#former !== undefined) this.#set(this.#former);
  }

  #set(reason: string | null): void {
    try {
      this.#store.runs.setReason(this.#run, reason);
    } catch (error) {
      // A line for people to read is no reason to end the work.
      if (!isStorageTrouble(error)) throw error;
    }
  }
}

/** ", about 38 s to go"; nothing before it can be told. */
export function timeToGo(startedAt: number, done: number, total: number): string {
  const seconds = (performance.now() - startedAt) / 1000;
  if (done === 0 || seconds < 1) return '';
  return `, about ${Math.ceil((seconds / done) * (total - done)).toLocaleString('en-US')} s to go`;
}
