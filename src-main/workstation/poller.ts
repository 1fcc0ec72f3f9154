// Turns what other processes commit to the database into events. While nobody listens nothing is read. A read that fails is
// said once and tried again, each time after a longer wait: nothing but `close` ends the polling.
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
  store: Pick<Store, 'dataDirectory' | 'queue' | 'runs'>;
  /** Is told about the first of reads that fail one after the other, and about a listener that throws. */
  onError(error: unknown): void;
  /** What is wrong with where the runs lie, in words for a person. */
  storageTrouble(): string | null;
  pollMs?: number;
  machineMs?: number;
}

/** The longest wait after reads that failed. */
const longestWaitMs = 16_000;

export function createPoller({ store, onError, storageTrouble, pollMs = 250, machineMs = 2000 }: PollerOptions): Poller {
  const listeners = new Set<(event: WorkstationEvent) => void>();
  const readMachine = createMachineMeter(store.dataDirectory, storageTrouble);
  /** All changes up to this one were told. */
  let revision = 0;
  const reading = createStreak(onError);
  const measuring = createStreak(onError);
  let pollTimer: NodeJS.Timeout | undefined;
  let machineTimer: NodeJS.Timeout | undefined;

  const emit = (event: WorkstationEvent): void => {
    for (const listener of [...listeners]) {
      try {
        listener(event);
      } catch (error) {
        // The others are told all the same.
        onError(error);
      }
    }
  };
  const read = (): void => {
    const changes = store.runs.changedSince(revision);
    if (changes.revision === revision) return;
    const entries = changes.queueChanged ? store.queue.list() : null;
    ({ revision } = changes);
    if (changes.runs.length > 0 || changes.removed.length > 0)
      emit({ kind: 'runs-changed', revision, runs: changes.runs, removed: changes.removed });
    if (changes.data.length > 0) emit({ kind: 'run-data-changed', runs: changes.data });
    if (entries) emit({ kind: 'queue-changed', revision, entries });
  };
  let waits: ReadonlyMap<string, string> = new Map();
  /** Tells of runs that began or ceased to wait for room: no revision says so. */
  const readWaits = (): void => {
    const now = new Map([...store.runs.waiting()].map(([run, { what, since }]) => [run, `${since} ${what}`]));
    const isChanged = (run: string): boolean => waits.get(run) !== now.get(run);
    if (![...waits.keys(), ...now.keys()].some(isChanged)) return;
    const runs = store.runs.list().filter(({ id }) => isChanged(id));
    waits = now;
    emit({ kind: 'runs-changed', revision, runs, removed: [] });
  };
  const poll = (): void => {
    if (listeners.size === 0) return;
    reading.attempt(() => {
      read();
      readWaits();
    });
    clearTimeout(pollTimer);
    // A listener may have been the last, and gone when it was told.
    if (listeners.size === 0) return;
    pollTimer = setTimeout(poll, Math.min(pollMs * 2 ** reading.failures, Math.max(pollMs, longestWaitMs)));
  };
  const measure = async (): Promise<void> => {
    const load = await readMachine().catch((error: unknown) => measuring.failed(error));
    if (load !== undefined) {
      measuring.succeeded();
      emit(load);
    }
  };
  const start = (): void => {
    // What lies before this moment, a window asks for itself. Where that cannot be read, it is told too much instead of too little.
    reading.attempt(() => (revision = store.runs.revision()));
    pollTimer = setTimeout(poll, pollMs);
    machineTimer = setInterval(() => void measure(), machineMs);
    void measure();
  };
  const stop = (): void => {
    clearTimeout(pollTimer);
    clearInterval(machineTimer);
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

/** Counts failures one after the other, and tells the first of them. */
function createStreak(onError: (error: unknown) => void) {
  let failures = 0;
  const failed = (error: unknown): void => {
    failures += 1;
    if (failures === 1) onError(error);
  };
  const succeeded = (): void => void (failures = 0);
  return {
    get failures() {
      return failures;
    },
    failed,
    succeeded,
    attempt(fn: () => void): void {
      try {
        fn();
        succeeded();
      } catch (error) {
        failed(error);
      }
    },
  };
}
