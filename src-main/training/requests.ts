// What a trainer is asked for from outside, gathered for the next step boundary: requests in the store, and
// signals, which mean the same as stop.
import type { ControlAction } from '../contract/runs.ts';
import type { Command, Store } from '../store/store.ts';
import { isStorageTrouble } from './storage-trouble.ts';

export interface Request {
  action: ControlAction;
  /** Who asked, as the event will say. */
  requester: string;
  /** Tells the store that it has been done. */
  done(step: number): void;
}

/** Milliseconds between two looks into the store. */
export const pollInterval = 200;

export class Requests {
  readonly #store: Store;
  readonly #run: string;
  #lastPoll = -Infinity;
  #signal: string | null = null;
  #lastLook = -Infinity;
  #stop: string | null = null;

  constructor(store: Store, run: string) {
    this.#store = store;
    this.#run = run;
  }

  /** A signal asks for a stop; it cannot be taken back. */
  stopBySignal(name: string): void {
    this.#signal = name;
  }

  get isSignalled(): boolean {
    return this.#signal !== null;
  }

  /** Who asked for a stop, by signal or request; null where nobody did. Looks into the store at most every `pollInterval`. */
  stopAskedBy(): string | null {
    if (this.#signal !== null) return this.#signal;
    if (performance.now() - this.#lastLook >= pollInterval) {
      this.#lastLook = performance.now();
      try {
        this.#stop = this.#store.commands.pending(this.#run).find(({ action }) => action === 'stop')?.requester ?? null;
      } catch (error) {
        if (!isStorageTrouble(error)) throw error;
      }
    }
    return this.#stop;
  }

  /** The next look into the store does not wait. */
  lookAtOnce(): void {
    this.#lastPoll = -Infinity;
  }

  /**
   * The next one in the order of asking; null where there is none. Looks into the store at most every `pollInterval`.
   * @param left an action whose requests stay as they are
   */
  next(left: ControlAction | null = null): Request | null {
    if (this.#signal !== null) return { action: 'stop', requester: this.#signal, done: () => {} };
    if (performance.now() - this.#lastPoll < pollInterval) return null;
    let command: Command | undefined;
    try {
      command = this.#store.commands.pending(this.#run).find(({ action }) => action !== left);
    } catch (error) {
      // A busy store or a full disk: the request waits for the next look.
      if (!isStorageTrouble(error)) throw error;
    }
    if (command === undefined) {
      this.#lastPoll = performance.now();
      return null;
    }
    return {
      action: command.action,
      requester: command.requester,
      done: (step) => {
        this.#store.commands.done(command.id, step);
      },
    };
  }
}
