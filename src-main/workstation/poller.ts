// Turns what other processes commit to the database into events. While nobody listens nothing is read.
import type { WorkstationEvent } from '../contract/requests.ts';
import type { Store } from '../store/store.ts';
import { createMachineMeter } from './machine.ts';

export interface Poller {
  subscribe(listener: (event: WorkstationEvent) => void): () => void;
  /** Looks at once: this process changed something itself. */
  pollNow(): void;
  close(): void;
}

export interface PollerOptions {
  store: Store;
  /** Is told about a read that failed (and is tried again). */
  onError(error: unknown): void;
  pollMs?: number;
  machineMs?: number;
}

export function createPoller({ store, onError, pollMs = 250, machineMs = 2000 }: PollerOptions): Poller {
  const listeners = new Set<(event: WorkstationEvent) => void>();
  const readMachine = createMachineMeter(store.dataDirectory);
  let revision = 0;
  let timers: NodeJS.Timeout[] = [];

  const emit = (event: WorkstationEvent): void => {
    for (const listener of [...listeners]) listener(event);
  };
  const poll = (): void => {
    if (listeners.size === 0) return;
    try {
      const changes = store.runs.changedSince(revision);
      if (changes.revision === revision) return;
      const entries = changes.queueChanged ? store.queue.list() : null;
      revision = changes.revision;
      if (changes.runs.length > 0 || changes.removed.length > 0)
        emit({ kind: 'runs-changed', runs: changes.runs, removed: changes.removed });
      if (changes.data.length > 0) emit({ kind: 'run-data-changed', runs: changes.data });
      if (entries) emit({ kind: 'queue-changed', entries });
    } catch (error) {
      onError(error);
    }
  };
  const start = (): void => {
    // What lies before this moment, a window asks for itself.
    revision = store.runs.revision();
    timers = [setInterval(poll, pollMs), setInterval(() => void readMachine().then(emit, onError), machineMs)];
    void readMachine().then(emit, onError);
  };
  const stop = (): void => {
    for (const timer of timers) clearInterval(timer);
    timers = [];
  };

  return {
    subscribe(listener) {
      listeners.add(listener);
      if (listeners.size === 1) start();
      return () => {
        if (listeners.delete(listener) && listeners.size === 0) stop();
      };
    },
    pollNow: poll,
    close() {
      listeners.clear();
      stop();
    },
  };
}
