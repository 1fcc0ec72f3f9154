// How far a fit has come: in the log, and beside the run's state, where windows and the command line show it.
import type { Store } from '../../store/store.ts';
import { isStorageTrouble } from '../storage-trouble.ts';

const logEvery = 0.1;
/** Milliseconds between two changes of the run's row. */
const tellInterval = 1000;

export class Progress {
  readonly #store: Store;
  readonly #run: string;
  readonly #log: (line: string) => void;
  /** What stood beside the state before. */
  readonly #former: string | null;
  #logged = 0;
  #told = -Infinity;

  constructor(store: Store, run: string, log: (line: string) => void) {
    this.#store = store;
    this.#run = run;
    this.#log = log;
    this.#former = store.runs.summary(run).stateReason;
    this.#set('fitting the behaviour prior');
  }

  /** @param share of the updates that it may take at most */
  tell(share: number, secondsLeft: number): void {
    const text = `fitting the behaviour prior, ${Math.round(100 * share)} %, at most ${Math.ceil(secondsLeft)} s to go`;
    if (share - this.#logged >= logEvery) {
      this.#logged = share;
      this.#log(text);
    }
    if (performance.now() - this.#told < tellInterval) return;
    this.#told = performance.now();
    this.#set(text);
  }

  /** Puts back what stood there before. */
  end(): void {
    this.#set(this.#former);
  }

  #set(reason: string | null): void {
    try {
      this.#store.runs.setReason(this.#run, reason);
    } catch (error) {
      // A line for people to read is no reason to end the fit.
      if (!isStorageTrouble(error)) throw error;
    }
  }
}
