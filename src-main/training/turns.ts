// Programs run in this thread and so do timers and signals: who computes for long gives them their turn.
import { setImmediate as nextTurn } from 'node:timers/promises';

/** Milliseconds after which they get it. */
const interval = 20;

export class Turns {
  #last = performance.now();

  /** Between two pieces of work; costs nothing while the last turn is recent. */
  async take(): Promise<void> {
    if (performance.now() - this.#last <= interval) return;
    await nextTurn();
    this.#last = performance.now();
  }
}
