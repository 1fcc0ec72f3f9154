// Opens a data directory's database: looks before it touches, sets every pragma that matters, migrates.
import { accessSync, chmodSync, constants, copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { databasePath } from './data-directory.ts';
import { StoreError } from './errors.ts';
import { inspectFile } from './inspect-file.ts';
import { migrate, refuseNewer, schemaVersion } from './migrate.ts';
import { migrations } from './migrations/index.ts';

const busyMilliseconds = 5000;
const newestVersion = migrations.at(-1)?.version ?? 0;

export interface OpenedDatabase {
  database: Database.Database;
  /** To be called after the database is closed. */
  cleanUp: () => void;
}

/** For reading and writing. @throws StoreError or an error of SQLite or node:fs, to be translated */
export function openForWriting(dataDirectory: string): OpenedDatabase {
  makeDirectory(dataDirectory);
  const path = databasePath(dataDirectory);
  inspectFile(path, newestVersion);
  accessSync(dataDirectory, constants.W_OK);
  if (existsSync(path)) accessSync(path, constants.W_OK);
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
    return { database, cleanUp: () => undefined };
  } catch (error) {
    database.close();
    throw error;
  }
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
 * files beside it, and fails where it cannot.
 */
export function openForReading(dataDirectory: string): OpenedDatabase {
  const path = databasePath(dataDirectory);
  if (!existsSync(path)) {
    throw new StoreError('not-found', `There is no Elbow database in ${dataDirectory}: it has no file elbow.sqlite. Nothing was changed.`);
  }
  inspectFile(path, newestVersion);
  if (!existsSync(`${path}-wal`) || !existsSync(`${path}-shm`)) return openCopy(path);
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
    if (code.startsWith('SQLITE_CANTOPEN') || code.startsWith('SQLITE_READONLY')) return openCopy(path);
    throw error;
  }
  // Left behind by an older Elbow: only a copy can be brought up to date.
  database.close();
  return openCopy(path);
}

function openCopy(path: string): OpenedDatabase {
  const directory = mkdtempSync(join(tmpdir(), 'elbow-reading-'));
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
      migrate(database, migrations, copy);
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
