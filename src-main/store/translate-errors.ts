// SQLite's and the file system's error codes as StoreErrors, in words for a person.
import { formatBytes } from '../contract/format.ts';
import { freeBytes } from './data-directory.ts';
import { StoreError } from './errors.ts';

const keptWords = 'Everything that was stored before is kept; this write was undone.';

/** What to throw instead of `error`, which came from SQLite or node:fs while working in `dataDirectory`. */
export function translateError(error: unknown, dataDirectory: string): unknown {
  if (error instanceof StoreError || !(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return error;
  const make = (code: StoreError['code'], message: string): StoreError => new StoreError(code, message, { cause: error });
  const code = error.code;
  const free = freeBytes(dataDirectory);

  // A full disk shows itself as an I/O error where SQLite extends its shared-memory file.
  const isFull =
    code === 'SQLITE_FULL' ||
    code === 'ENOSPC' ||
    code === 'EDQUOT' ||
    (code.startsWith('SQLITE_IOERR') && free !== null && free < 256 * 1024);
  if (isFull) {
    return make(
      'disk-full',
      `No room left in ${dataDirectory}: ${free === null ? 'an unknown number of bytes' : formatBytes(free)} are free. ${keptWords} ` +
        'Free some space and try again. npm run runs -- purge, or Free disk space in Runs, deletes for good what was deleted before.',
    );
  }
  if (code.startsWith('SQLITE_READONLY') || code === 'EROFS' || code === 'EACCES' || code === 'EPERM') {
    return make(
      'read-only',
      `${dataDirectory} cannot be written (${error.message}). Nothing was changed. ` +
        'Give yourself permission to write there, or choose another data directory with --data-dir.',
    );
  }
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) {
    return make(
      'locked',
      `Another process kept the database in ${dataDirectory} busy for more than 5 s. ${keptWords} ` +
        'Try again; if it stays so, look for a program that has the file open, such as a backup.',
    );
  }
  // The store's statements are fixed, so that a missing table or column is the schema's damage.
  const isSchemaDamaged = code === 'SQLITE_ERROR' && /^(no such|malformed)/.test(error.message);
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB' || isSchemaDamaged) {
    return make(
      'corrupt',
      `The database in ${dataDirectory} is damaged or is not Elbow's (${error.message}). It was left as it is. ` +
        'Move elbow.sqlite away together with elbow.sqlite-wal and elbow.sqlite-shm and put a backup in its place, or choose another data directory with --data-dir.',
    );
  }
  if (
    code.startsWith('SQLITE_CANTOPEN') ||
    code === 'ENOTDIR' ||
    code === 'ERR_INVALID_ARG_VALUE' ||
    code === 'EEXIST' ||
    code === 'ENAMETOOLONG' ||
    code === 'ENOENT' ||
    code === 'EISDIR'
  ) {
    return make(
      'invalid',
      `${dataDirectory} cannot be used as a data directory (${error.message}). Nothing was changed. Choose a folder with --data-dir.`,
    );
  }
  if (code.startsWith('SQLITE_IOERR')) {
    return make(
      'corrupt',
      `Reading or writing the database in ${dataDirectory} failed (${error.message}, ${code}). ${keptWords} Check that its disk is still there and sound.`,
    );
  }
  return error;
}
