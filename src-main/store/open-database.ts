// Opens a data directory's database: looks before it touches, sets every pragma that matters, migrates.
import { accessSync, chmodSync, constants, copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { formatBytes } from '../contract/format.ts';
import { databasePath, freeBytes } from './data-directory.ts';
import { StoreError } from './errors.ts';
import { inspectFile } from './inspect-file.ts';
import { migrate, refuseNewer, schemaVersion } from './migrate.ts';
import { migrations } from './migrations/index.ts';
import { keepReserve } from './reserve.ts';

const busyMilliseconds = 5000;
const newestVersion = migrations.at(-1)?.version ?? 0;
/** SQLite's shared memory beside a database that is open. */
const sharedMemoryBytes = 32_768;
/** To open takes the shared memory and a few pages of log. */
const roomToOpen = 64 * 1024;

export interface OpenedDatabase {
  database: Database.Database;
  /** To be called after the database is closed. */
  cleanUp: () => void;
}

/** For reading and writing. @throws StoreError or an error of SQLite or node:fs, to be translated */
export function openForWriting(dataDirectory: string): OpenedDatabase {
  makeDirectory(dataDirectory);
  const path = databasePath(dataDirectory);
  inspectFile(path, newestVersion, hasRoomToOpen(path));
  accessSync(dataDirectory, constants.W_OK);
  if (existsSync(path)) accessSync(path, constants.W_OK);
  if (!hasRoomToOpen(path)) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
  const database = new Database(path, { timeout: busyMilliseconds });
  try {
    // Must be set before the first table is made; lets space of deleted runs go back to the disk.
    database.pragma('auto_vacuum = INCREMENTAL');
    database.pragma('journal_mode = WAL');
    setPragmas(database);
    database.pragma('wal_autocheckpoint = 1000');
    // After a burst, a checkpoint cuts the log back to this size.
    database.pragma('journal_size_limit = 67108864');
    migrate(database, migrations, path);
    keepReserve(dataDirectory);
    return { database, cleanUp: () => undefined };
  } catch (error) {
    database.close();
    throw error;
  }
}

/**
 * Shared memory is a mapped file: where its blocks cannot be had, touching it ends the whole process (SIGBUS) on some file
 * systems, and no error can be caught. Where another process has made it already, it is there.
 */
function hasRoomToOpen(path: string): boolean {
  return hasSharedMemory(path) || (freeBytes(dirname(path)) ?? Infinity) >= roomToOpen;
}

function hasSharedMemory(path: string): boolean {
  return (statSync(`${path}-shm`, { throwIfNoEntry: false })?.size ?? 0) >= sharedMemoryBytes;
}

/** Level by level: Node's recursive mkdir says ENOENT where a place is read-only, and never returns below /proc. */
function makeDirectory(directory: string): void {
  const missing: string[] = [];
  let existing = directory;
  for (; !existsSync(existing); existing = dirname(existing)) missing.unshift(existing);
  if (missing.length > 0) accessSync(existing, constants.W_OK);
  for (const level of missing) {
    try {
      mkdirSync(level);
    } catch (error) {
      // Another process opening the same new directory may have been quicker.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

function setPragmas(database: Database.Database): void {
  database.pragma('synchronous = NORMAL');
  database.pragma('foreign_keys = ON');
  database.pragma(`busy_timeout = ${busyMilliseconds}`);
  database.pragma('temp_store = MEMORY');
}

/**
 * For reading, without writing anything in the data directory. A database in use is read in place, and then
 * shows what its writers commit. One at rest is read from a private copy: opening a database in WAL mode makes
 * files beside it, and fails where it cannot. Where a copy fits nowhere, see `openAlone`.
 * @param places folders for a private copy, the first with room is taken
 */
export function openForReading(dataDirectory: string, places: readonly string[] = placesForCopies): OpenedDatabase {
  const path = databasePath(dataDirectory);
  if (!existsSync(path)) {
    throw new StoreError('not-found', `There is no Elbow database in ${dataDirectory}: it has no file elbow.sqlite. Nothing was changed.`);
  }
  inspectFile(path, newestVersion, hasRoomToOpen(path));
  if (!existsSync(`${path}-wal`) || !hasSharedMemory(path)) return openCopy(path, places);
  const database = new Database(path, { readonly: true, fileMustExist: true, timeout: busyMilliseconds });
  try {
    setPragmas(database);
    const version = schemaVersion(database);
    refuseNewer(version, newestVersion, path);
    if (version === newestVersion) return { database, cleanUp: () => undefined };
  } catch (error) {
    database.close();
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    // Its shared memory cannot be used from here, e.g. in a read-only place after a crash.
    if (/^SQLITE_(CANTOPEN|READONLY|IOERR_SHM)/.test(code)) return openCopy(path, places);
    throw error;
  }
  // Left behind by an older Elbow: only a copy can be brought up to date.
  database.close();
  return openCopy(path, places);
}

function openCopy(path: string, places: readonly string[]): OpenedDatabase {
  const bytes = [path, `${path}-wal`].reduce((sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0), 0);
  const place = places.find((folder) => (freeBytes(folder) ?? 0) > bytes + roomToOpen);
  if (place === undefined) return openAlone(path, bytes, places);
  const directory = mkdtempSync(join(place, 'elbow-reading-'));
  const cleanUp = (): void => rmSync(directory, { recursive: true, force: true });
  try {
    const copy = join(directory, 'elbow.sqlite');
    copyFileSync(path, copy, constants.COPYFILE_FICLONE);
    if (existsSync(`${path}-wal`)) copyFileSync(`${path}-wal`, `${copy}-wal`, constants.COPYFILE_FICLONE);
    // Permissions were copied too, and this user may have none to write.
    for (const file of [copy, `${copy}-wal`]) if (existsSync(file)) chmodSync(file, 0o600);
    const database = new Database(copy, { timeout: busyMilliseconds });
    try {
      setPragmas(database);
      refuseNewer(schemaVersion(database), newestVersion, path);
      migrate(database, migrations, null);
      database.pragma('query_only = ON');
      // Its files are open now: where the system allows it they lose their names at once, so that no crash leaves them behind.
      if (process.platform !== 'win32') cleanUp();
    } catch (error) {
      database.close();
      throw error;
    }
    return { database, cleanUp };
  } catch (error) {
    cleanUp();
    throw error;
  }
}

/** Memory is a place too: the folder for temporary files may lie on the very disk that is full. */
const placesForCopies: readonly string[] = process.platform === 'linux' ? [tmpdir(), '/dev/shm'] : [tmpdir()];

/**
 * In place, with the log's index in this process's memory. That needs no room, but nobody else can open the database
 * meanwhile, and it cannot be brought up to date.
 */
function openAlone(path: string, bytes: number, places: readonly string[]): OpenedDatabase {
  const database = new Database(path, { fileMustExist: true, timeout: busyMilliseconds });
  try {
    database.pragma('locking_mode = EXCLUSIVE');
    setPragmas(database);
    const version = schemaVersion(database);
    refuseNewer(version, newestVersion, path);
    if (version < newestVersion) {
      throw new StoreError(
        'disk-full',
        `${path} was written by an older Elbow and is brought up to date when it is opened, for which there is no room: ` +
          `${formatBytes(bytes)} are needed, beside it or in ${places.join(' or ')}. Nothing was changed. Free some space and try again.`,
      );
    }
    database.pragma('query_only = ON');
    return { database, cleanUp: () => undefined };
  } catch (error) {
    database.close();
    throw error;
  }
}
