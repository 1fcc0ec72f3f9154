// A trainer's hold on its run: its claim while it loads, its attempt from then on. A heartbeat says about once a second that it
// lives, and hears when the run was taken from it.
import { processIdentity, type Store, StoreError } from '../store/store.ts';

const heartbeatInterval = 1000;

/** The run is another's now, or gone: whoever held it ends, and writes no more. */
export function isSuperseded(error: unknown): boolean {
  return error instanceof StoreError && error.code === 'superseded';
}

export class Hold {
  readonly #store: Store;
  readonly #run: string;
  /** Looked at once: it must be the same in the claim and in the attempt. */
  readonly me = processIdentity();
  readonly #lost = Promise.withResolvers<never>();
  #hasClaim = false;
  #attempt: number | null = null;
  #timer: NodeJS.Timeout | null = null;

  constructor(store: Store, run: string) {
    this.#store = store;
    this.#run = run;
    // Nobody may be waiting for it at the moment.
    this.#lost.promise.catch(() => undefined);
  }

  /** @throws StoreError conflict where another process has the run that is not lost */
  claim(): void {
    this.#hasClaim = this.#store.queue.takeClaim(this.#run, this.me);
    this.#timer ??= setInterval(() => this.#beat(), heartbeatInterval);
  }

  /** From now on it holds by this attempt. */
  opened(attempt: number): void {
    this.#attempt = attempt;
  }

  /** What `work` gives, unless the run is taken from this process before. @throws StoreError superseded, not-found */
  during<T>(work: Promise<T>): Promise<T> {
    return Promise.race([work, this.#lost.promise]);
  }

  release(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  #beat(): void {
    try {
      if (this.#attempt !== null) this.#store.attempts.heartbeat(this.#run, this.#attempt);
      else if (this.#hasClaim) this.#store.queue.renewClaim(this.#run, this.me);
    } catch (error) {
      // No room or a busy store: the step's own writes meet the same trouble and deal with it.
      if (!isSuperseded(error) && !(error instanceof StoreError && error.code === 'not-found')) return;
      this.release();
      this.#lost.reject(error);
    }
  }
}
