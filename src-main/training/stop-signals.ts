// What SIGINT and SIGTERM mean to a trainer: the first asks for a checkpoint and the end, the second for the end soon, the
// third for the end at once. Without the checkpoint the run says from which one it can be continued.
import type { Store } from '../store/store.ts';

/** For a checkpoint after a second signal. */
const patienceSeconds = 5;

export interface StopSignalsOptions {
  log: (line: string) => void;
  /** Asks for the checkpoint and the end. */
  ask: (signal: string) => void;
  /** Ends this process. */
  leave: (signal: string) => void;
}

export class StopSignals {
  readonly #options: StopSignalsOptions;
  #isAsked = false;
  #leaving: NodeJS.Timeout | null = null;

  constructor(options: StopSignalsOptions) {
    this.#options = options;
  }

  readonly take = (signal: string): void => {
    const { log, ask, leave } = this.#options;
    if (!this.#isAsked) {
      log(`${signal}: writing a checkpoint, then stopping.`);
      this.#isAsked = true;
      ask(signal);
    } else if (this.#leaving === null) {
      log(`${signal} again: ${patienceSeconds} s more for the checkpoint, then the end without one. A third signal ends at once.`);
      this.#leaving = setTimeout(() => leave(signal), patienceSeconds * 1000);
    } else {
      leave(signal);
    }
  };
}

/**
 * Ends a process's own attempt without a checkpoint, so that its place in the machine's share is free before it is gone.
 * @param signal that did not wait any longer
 */
export function endWithoutCheckpoint(store: Store, run: string, signal: string, log: (line: string) => void): void {
  try {
    store.transaction(() => {
      const trainer = store.attempts.trainer(run);
      if (trainer !== null && trainer.pid !== process.pid) return;
      const { state } = store.runs.summary(run);
      if (state !== 'running' && state !== 'paused') return;
      // Without an attempt it has at most a claim, with which the queue would start it again.
      const isStarting = trainer === null || trainer.attempt === null;
      if (!isStarting) store.attempts.interrupt(run, `its trainer (process ${process.pid}) was told to end`);
      const step = store.checkpoints.newest(run)?.step;
      const from =
        step === undefined ? 'from the start, since it has no checkpoint' : `from its checkpoint at step ${step.toLocaleString('en-US')}`;
      const what = isStarting ? 'while it started' : 'before a checkpoint of its last step was written';
      const reason = `ended by another ${signal} ${what}. It can be continued ${from}.`;
      log(reason);
      store.runs.setState(run, isStarting ? 'stopped' : 'interrupted', reason);
    });
  } catch (error) {
    log(`this end could not be stored: ${error instanceof Error ? error.message : String(error)}`);
  }
}
