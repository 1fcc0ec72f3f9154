// A full disk or a busy database is no reason to lose a run: training pauses and tries again.
import { setTimeout as delay } from 'node:timers/promises';
import type { ToldWait } from '../contract/run-wait.ts';
import { StoreError } from '../store/store.ts';

const retrySeconds = 3;
/** Milliseconds between two looks whether the wait is given up. */
const lookInterval = 100;

/** Errors that go away when somebody makes room or lets go; others are not for waiting. */
export function isStorageTrouble(error: unknown): boolean {
  if (error instanceof StoreError) return error.code === 'disk-full' || error.code === 'locked';
  const code = (error as NodeJS.ErrnoException | null)?.code;
  return code === 'ENOSPC' || code === 'EDQUOT';
}

const isBusy = (error: unknown): boolean => error instanceof StoreError && error.code === 'locked';

export interface StorageListener {
  /** Once, when waiting begins. */
  waiting(message: string, wait: ToldWait): void;
  /** Once, when the write has succeeded after all. */
  recovered(message: string): void;
  /** Should the wait be given up? */
  isAbandoned(): boolean;
}

/** A wait that was given up: what was to be stored is not. The cause is the write's error. */
export class WaitAbandoned extends Error {
  /** What could not be stored, as the message begins. */
  readonly what: string;

  constructor(what: string, cause: unknown) {
    super(`${what} could not be stored: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.name = 'WaitAbandoned';
    this.what = what;
  }
}

export interface WaitOptions {
  /** Between two tries. */
  seconds?: number;
  /** What `write` takes on the disk, about; null where that is little. */
  bytes?: number | null;
}

/**
 * Does `write`, and again every few seconds while there is no room.
 * @param what as the message begins: `The checkpoint at step 5,000`
 * @throws the write's error when it is another one; WaitAbandoned
 */
export async function untilStored<T>(what: string, write: () => T, listener: StorageListener, options: WaitOptions = {}): Promise<T> {
  const { seconds = retrySeconds, bytes = null } = options;
  let isWaiting = false;
  for (;;) {
    let result: T;
    try {
      result = write();
    } catch (error) {
      if (!isStorageTrouble(error)) throw error;
      if (listener.isAbandoned()) throw new WaitAbandoned(what, error);
      if (!isWaiting) {
        listener.waiting(
          `${what} could not be stored (${error instanceof Error ? error.message : String(error)}). Training waits and tries ` +
            `again every ${seconds} s; nothing is lost. Make room on the disk, or stop the run.`,
          { on: isBusy(error) ? 'database' : 'disk', what, since: Date.now(), neededBytes: bytes },
        );
      }
      isWaiting = true;
      const end = performance.now() + seconds * 1000;
      while (performance.now() < end && !listener.isAbandoned()) await delay(Math.min(lookInterval, seconds * 1000));
      continue;
    }
    if (isWaiting) listener.recovered(`${what}: stored after all; training goes on.`);
    return result;
  }
}
