// Opens what a command works on: the stored runs for reading, or the whole workstation.
import { existsSync } from 'node:fs';
import { databasePath } from '../../store/data-directory.ts';
import { formatBytes } from '../../contract/format.ts';
import { openAsFarAsPossible } from '../../store/open-as-far.ts';
import { resolveDataDirectory, StoreError, type Store } from '../../store/store.ts';
import type { Workstation } from '../../contract/requests.ts';
import { useImportedTasks } from '../../tasks/declarations.ts';
import { tendRuns } from '../../training/launch.ts';
import { CommandError, describeError, UsageError } from './failure.ts';

export interface CommonOptions {
  dataDir?: string;
  json?: boolean;
}

export interface Session {
  dataDirectory: string;
  /** For reading; what changes goes through the workstation. */
  store: Store;
  workstation: Workstation;
  close(): Promise<void>;
}

export async function openSession(options: CommonOptions): Promise<Session> {
  const dataDirectory = findDataDirectory(options);
  const { createWorkstation } = await import('../../workstation/workstation.ts');
  const workstation = open(() => createWorkstation({ dataDirectory, requester: 'command line' }));
  const { store } = workstation;
  try {
    useImportedTasks(store.models.tasks());
  } catch (error) {
    await workstation.close();
    throw error;
  }
  return { dataDirectory, store, workstation, close: () => workstation.close() };
}

/** A database that is missing and cannot be made is a failure, not a wrong name. */
function open<T>(create: () => T): T {
  try {
    return create();
  } catch (error) {
    throw error instanceof StoreError && error.code === 'not-found' ? new CommandError(error.message) : error;
  }
}

/** Runs `work` on the stored runs; null where nothing has been stored yet. */
export async function withStoredRuns<T>(options: CommonOptions, work: (store: Store | null) => Promise<T> | T): Promise<T> {
  const dataDirectory = findDataDirectory(options);
  const store = existsSync(databasePath(dataDirectory)) ? openStored(dataDirectory) : null;
  try {
    return await work(store);
  } finally {
    store?.close();
  }
}

/** A run by its id, the beginning of one, or its name; of a deleted one it says how to bring it back. */
export function resolveRun(store: Store, given: string): string {
  try {
    return store.runs.resolve(given);
  } catch (error) {
    const id = given.trim();
    if (error instanceof StoreError && error.code === 'not-found' && isStored(store, id)) {
      throw new UsageError(`run ${id} was deleted. Bring it back with: npm run runs -- restore ${id}`);
    }
    throw error;
  }
}

/** Deleted ones too. */
function isStored(store: Store, id: string): boolean {
  try {
    store.runs.configuration(id);
    return true;
  } catch {
    return false;
  }
}

/** For commands that only look. @throws UsageError where nothing has been stored yet */
export async function withStoredRun<T>(
  given: string,
  options: CommonOptions,
  work: (store: Store, run: string) => Promise<T> | T,
): Promise<T> {
  return withStoredRuns(options, (store) => {
    if (store === null) throw new UsageError(`there is no run "${given.slice(0, 80)}": no run is stored here yet`);
    return work(store, resolveRun(store, given));
  });
}

/** In place, so that a large database is not copied to be looked at; as a copy only where nothing may be written. */
function openStored(dataDirectory: string): Store {
  const { store, problem } = openAsFarAsPossible(dataDirectory);
  // On standard error: what is asked for is shown all the same.
  if (problem?.code === 'disk-full') console.error(`${noRoom(store)} Make room with: npm run runs -- purge`);
  useImportedTasks(store.models.tasks());
  return store;
}

/**
 * Before runs are shown: what became of them is looked at, and what waits is started. Where that fails (a full disk), they are
 * shown as they are stored.
 */
export function bringUpToDate(store: Store): void {
  if (store.isReadonly) return;
  try {
    tendRuns(store);
  } catch (error) {
    process.stderr.write(`Runs are shown as they are stored; what became of their trainers could not be noted: ${describeError(error)}\n`);
  }
}

function noRoom(store: Store): string {
  const { freeBytes, dataDirectory } = store.storage();
  return `No room left in ${dataDirectory}: ${freeBytes === null ? 'an unknown number of bytes' : formatBytes(freeBytes)} are free. Stored runs are shown.`;
}

function findDataDirectory({ dataDir }: CommonOptions): string {
  if (dataDir?.trim() === '') throw new UsageError('--data-dir needs a folder; an empty one was given');
  return resolveDataDirectory(dataDir);
}
