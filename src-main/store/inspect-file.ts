// Looks at a database file before it is opened for writing, which already changes it: is it Elbow's, whole, and
// of a version that this Elbow knows?
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import Database from 'better-sqlite3';
import { StoreError } from './errors.ts';
import { applicationId, refuseNewer, schemaVersion } from './migrate.ts';

/**
 * A file that is missing or empty passes: it is to be made.
 * @param isRoomy is there room to open it? Else its header alone is looked at.
 * @throws StoreError newer-version, corrupt
 */
export function inspectFile(path: string, newestVersion: number, isRoomy: boolean): void {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size === 0) return;
  // https://sqlite.org/fileformat2.html#the_database_header
  const header = Buffer.alloc(100);
  const file = openSync(path, 'r');
  try {
    if (readSync(file, header, 0, 100, 0) < 100) refuse(path, 'is not a database: it is too short');
  } finally {
    closeSync(file);
  }
  if (header.toString('latin1', 0, 16) !== 'SQLite format 3\0') refuse(path, 'is not a database');
  const version = header.readUInt32BE(60);
  const application = header.readUInt32BE(68);
  if (application !== 0 && application !== applicationId) refuse(path, "is another program's database, not Elbow's");
  if (application === applicationId) refuseNewer(version, newestVersion, path);

  const walBytes = statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
  if (isRoomy && (walBytes > 0 || application === 0)) inspectContent(path, newestVersion);
  // With a write-ahead log, pages may be missing here. The page count is good where both counters agree.
  if (walBytes === 0 && header.readUInt32BE(24) === header.readUInt32BE(92)) {
    const pageSize = header.readUInt16BE(16) === 1 ? 65536 : header.readUInt16BE(16);
    const expected = header.readUInt32BE(28) * pageSize;
    if (size < expected) refuse(path, `is cut off: it should have ${expected} bytes and has ${size}`);
  }
}

/** The header in the file may be older than the one in the write-ahead log, which only SQLite can read. */
function inspectContent(path: string, newestVersion: number): void {
  const database = new Database(path, { readonly: true, fileMustExist: true });
  try {
    database.transaction(() => {
      const application = database.pragma('application_id', { simple: true });
      const isEmpty = database.prepare('SELECT 1 FROM sqlite_schema').get() === undefined;
      if (application !== applicationId && !isEmpty) refuse(path, "is another program's database, not Elbow's");
      refuseNewer(schemaVersion(database), newestVersion, path);
    })();
  } finally {
    database.close();
  }
}

function refuse(path: string, what: string): never {
  throw new StoreError(
    'corrupt',
    `${path} ${what}. It was left as it is. Move it away together with elbow.sqlite-wal and elbow.sqlite-shm and put a backup in its place, ` +
      'or choose another data directory with --data-dir.',
  );
}
