// What a session writes to the store: metrics, events and changes of the run's row, in the order in which they
// happened. Where there is no room, it waits and keeps everything in memory until there is.
import type { RunEvent } from '../contract/runs.ts';
import type { ToldWait } from '../contract/run-wait.ts';
import { WaitFile } from '../store/run-wait.ts';
import type { MetricsWriter, Store } from '../store/store.ts';
import type { LoopListener } from './loop.ts';
import type { ProgressMeter } from './progress.ts';
import { type StorageListener, untilStored } from './storage-trouble.ts';

export interface JournalOptions {
  store: Store;
  run: string;
  attempt: number;
  /** Rests while the journal waits for room. */
  meter: ProgressMeter;
  log: (line: string) => void;
  /** Should a wait for room be given up? */
  isAbandoned: () => boolean;
}

export class Journal implements LoopListener, StorageListener {
  readonly #options: JournalOptions;
  readonly #writer: MetricsWriter;
  readonly #waitFile: WaitFile;
  /** They go with the next commit: they may be due in the middle of a step, or while there is no room. */
  #changes: (() => void)[] = [];
  /** Why a person lets training rest; null while it goes on. */
  #pauseReason: string | null = null;

  constructor(options: JournalOptions) {
    this.#options = options;
    this.#writer = options.store.metrics.writer(options.run, options.attempt);
    this.#waitFile = new WaitFile(options.store.dataDirectory, options.run);
  }

  /** Nothing will be waited for any more. */
  end(): void {
    this.#waitFile.end();
  }

  metrics(step: number, values: Readonly<Record<string, number>>): void {
    this.#writer.append(step, values);
  }

  warning(step: number, message: string): void {
    this.#options.log(`warning at step ${step}: ${message}`);
    this.#changes.push(() => this.event('warning', step, message));
  }

  /** Call it inside a commit. */
  event(kind: RunEvent['kind'], step: number, message: string, requester: string | null = null): void {
    const { store, run, attempt } = this.#options;
    store.events.append(run, attempt, { step, kind, message, requester });
  }

  /** Training rests from here on; a wait for room in between does not end that. Store it with `storeState`. */
  pause(reason: string): void {
    this.#pauseReason = reason;
    this.#options.meter.pause();
  }

  resume(): void {
    this.#pauseReason = null;
    this.#options.meter.resume();
  }

  /** Call it inside a commit. */
  storeState(): void {
    const { store, run } = this.#options;
    store.runs.setState(run, this.#pauseReason === null ? 'running' : 'paused', this.#pauseReason);
  }

  /**
   * Commits all metrics, then everything that waits together with `change`.
   * @param what as messages begin: `The evaluation at step 5,000`
   * @param bytes what it takes on the disk, about; null where that is little
   */
  async commit(what: string, change: () => void, bytes: number | null = null): Promise<void> {
    await untilStored(
      what,
      () => {
        this.#writer.flush();
        this.#options.store.transaction(() => {
          for (const earlier of this.#changes) earlier();
          change();
        });
        this.#changes = [];
      },
      this,
      { bytes },
    );
  }

  waiting(message: string, wait: ToldWait): void {
    this.#options.meter.pause();
    this.#options.log(message);
    this.#waitFile.tell(wait);
  }

  recovered(message: string): void {
    const { store, run, log, meter } = this.#options;
    if (this.#pauseReason === null) meter.resume();
    log(message);
    this.#waitFile.tell(null);
    this.#changes.push(() => {
      this.event('warning', store.runs.summary(run).environmentSteps, message);
    });
  }

  isAbandoned(): boolean {
    return this.#options.isAbandoned();
  }
}
