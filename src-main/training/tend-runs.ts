// Keeps the runs of a data directory going, by whoever looks at them: marks those whose trainer is lost, starts what there is
// room for, and sees to it that somebody watches what still waits once nobody looks any more.
import { join, resolve } from 'node:path';
import type { Store } from '../store/store.ts';
import { processEntry } from './process-entry.ts';
import { advanceQueue, startDetached } from './start-trainer.ts';

export interface Tended {
  /** Runs whose trainer was lost. */
  interrupted: string[];
  /** Runs whose trainer does not respond any more, or does so again. */
  silence: string[];
  started: string[];
}

/** @throws when a trainer or the keeper cannot be started, StoreError */
export function tendRuns(store: Store): Tended {
  const interrupted = store.attempts.reapDead();
  const silence = store.attempts.noteSilence();
  const started = advanceQueue(store);
  startKeeper(store);
  return { interrupted, silence, started };
}

export function keeperLogPath(dataDirectory: string): string {
  return join(dataDirectory, 'queue.log');
}

/** Milliseconds within which a keeper that was started says that it is there. */
const startingMs = 5000;
const startedAt = new Map<string, number>();

/** Starts the keeper of the queue where runs wait and there is none. Of two that are started at once, one ends again. */
function startKeeper(store: Store): void {
  if (store.queue.list().length === 0 || store.keepers.isKept()) return;
  const dataDirectory = resolve(store.dataDirectory);
  const now = performance.now();
  if (now - (startedAt.get(dataDirectory) ?? -Infinity) < startingMs) return;
  startedAt.set(dataDirectory, now);
  startDetached('the keeper of the queue', { log: keeperLogPath(dataDirectory), folder: dataDirectory }, [
    processEntry('queue-keeper'),
    '--data-dir',
    dataDirectory,
  ]);
}
