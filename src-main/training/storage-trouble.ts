// A full disk or a busy database is no reason to lose a run: training pauses and tries again.
import { setTimeout as delay } from 'node:timers/promises';
import { StoreError } from '../store/store.ts';

const retrySeconds = 3;

/** Errors that go away when somebody makes room or lets go; others are not for waiting. */
export function isStorageTrouble(error: unknown): boolean {
  if (error instanceof StoreError) return error.code === 'disk-full' || error.code === 'locked';
  const code = (error as NodeJS.ErrnoException | null)?.code;
  return code === 'ENOSPC' || code === 'EDQUOT';
}

export interface StorageListener {
  /** Once, when waiting begins. */
  waiting(message: string): void;
  /** Once, when the write has succeeded after all. */
  recovered(message: string): void;
  /** Should the wait be given up? */
  isAbandoned(): boolean;
}

/**
 * Does `write`, and again every few seconds while there is no room.
 * @param what as the message begins: `The checkpoint at step 5,000`
 * @throws the write's error when it is another one, or when the wait was abandoned
 */
export async function untilStored<T>(what: string, write: () => T, listener: StorageListener, seconds = retrySeconds): Promise<T> {
  let isWaiting = false;
  for (;;) {
    let result: T;
    try {
      result = write();
    } catch (error) {
      if (!isStorageTrouble(error) || listener.isAbandoned()) throw error;
      if (!isWaiting) {
        listener.waiting(
          `${what} could not be stored (${error instanceof Error ? error.message : String(error)}). Training waits and tries ` +
            `again every ${seconds} s; nothing is lost. Make room on the disk, or stop the run.`,
        );
      }
      isWaiting = true;
      await delay(seconds * 1000);
      continue;
    }
    if (isWaiting) listener.recovered(`${what}: stored after all; training goes on.`);
    return result;
  }
}
