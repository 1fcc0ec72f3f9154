// Asking a trainer to stop where the disk has no room for the request: by the signal that means the same.
import { WorkstationError } from '../contract/requests.ts';
import { judgeProcess, StoreError, type Store } from '../store/store.ts';

/**
 * Signals the run's trainer after a request was refused for want of room.
 * @throws `refused` where it is another refusal, or no trainer of this machine holds the run
 */
export function signalStop(store: Store, run: string, refused: unknown): void {
  const isFull = refused instanceof StoreError && refused.code === 'disk-full';
  const holder = isFull ? store.attempts.holder(run) : null;
  // Windows has no such signal: there it would end the trainer without a word.
  if (holder === null || process.platform === 'win32' || judgeProcess(holder.pid, holder.bootId) !== 'alive') throw refused;
  try {
    process.kill(holder.pid, 'SIGTERM');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new WorkstationError({
      code: 'unavailable',
      message: `The disk has no room for the request, and process ${holder.pid}, the run's trainer, could not be signalled (${reason}). Make room, and ask again.`,
      field: null,
    });
  }
}
