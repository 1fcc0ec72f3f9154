// The workstation's store, which may have to be another one later: a full disk lets it be opened for reading only, until
// there is room again. Whoever has it keeps it.
import { formatBytes } from '../contract/format.ts';
import { freeBytes } from '../store/data-directory.ts';
import { openAsFarAsPossible } from '../store/open-as-far.ts';
import { keepReserve, releaseReserve, reserveBytes } from '../store/reserve.ts';
import { StoreError, type Store } from '../store/store.ts';

/** Less than this is not enough for any evaluation or checkpoint. */
const littleBytes = 128 * 1024;

export interface SwitchingStore {
  readonly store: Store;
  /** Why nothing can be changed; null where everything can. */
  problem(): StoreError | null;
  /** Where it is open for reading for want of room: opens it for writing if there is some now. True where that was so. */
  tryAgain(): boolean;
  /**
   * Does what makes room, and what a person may ask for on a full disk: with the room of the reserve.
   * @param beforehand frees bytes without writing to the database, for where that cannot be opened for writing even so; `work` is told how many
   */
  makingRoom<T>(work: (store: Store, freedBytes: number) => T, beforehand?: (store: Store) => number): T;
  /** What to tell a person about it: nothing can be changed, or there is no room; null where all is well. */
  trouble(): string | null;
  close(): void;
}

/** @throws StoreError where it cannot be read either */
export function createSwitchingStore(dataDirectory: string): SwitchingStore {
  let opened = openAsFarAsPossible(dataDirectory);
  const isFull = (): boolean => opened.problem?.code === 'disk-full';
  const store = new Proxy(opened.store, {
    get: (_first, name) => {
      const value: unknown = Reflect.get(opened.store, name);
      return typeof value === 'function' ? value.bind(opened.store) : value;
    },
  });
  const open = (): void => {
    // First: it may have the database to itself.
    opened.store.close();
    opened = openAsFarAsPossible(dataDirectory);
  };

  return {
    store,
    problem: () => opened.problem,
    tryAgain() {
      if (!isFull() || (freeBytes(dataDirectory) ?? 0) < reserveBytes) return false;
      open();
      return !isFull();
    },
    makingRoom(work, beforehand) {
      try {
        if (!isFull()) return work(store, 0);
      } catch (error) {
        if (!(error instanceof StoreError) || error.code !== 'disk-full') throw error;
      }
      releaseReserve(dataDirectory);
      if (isFull()) open();
      let freed = 0;
      if (isFull() && beforehand !== undefined) {
        freed = beforehand(store);
        open();
      }
      try {
        if (opened.problem !== null) throw opened.problem;
        return work(store, freed);
      } finally {
        keepReserve(dataDirectory);
      }
    },
    trouble() {
      const free = freeBytes(dataDirectory);
      const left = `No room left in ${dataDirectory}: ${free === null ? 'an unknown number of bytes' : formatBytes(free)} are free.`;
      if (isFull()) return `${left} Stored runs are shown; nothing can be started or changed until there is room.`;
      if (opened.problem !== null)
        return `${dataDirectory} cannot be written. Stored runs are shown; nothing can be started or changed. Give yourself permission to write there, or choose another data directory with --data-dir.`;
      return free !== null && free < littleBytes ? `${left} Trainers wait until there is room; nothing is lost.` : null;
    },
    close: () => opened.store.close(),
  };
}
