// The data directory: which one, how much room it has, and on what kind of file system it lies.
import { statfsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import envPaths from 'env-paths';
import { StoreError } from './errors.ts';

/**
 * `given` (--data-dir), else ELBOW_DATA_DIR, else the platform's folder for application data. Absolute.
 * @throws StoreError invalid where a text was given that cannot be a path
 */
export function resolveDataDirectory(given?: string): string {
  const fromEnvironment = process.env['ELBOW_DATA_DIR'];
  const [source, path] = given !== undefined ? ['--data-dir', given] : ['ELBOW_DATA_DIR', fromEnvironment || undefined];
  if (path === undefined) return envPaths('elbow', { suffix: '' }).data;
  if (path.trim() === '' || path.includes('\0'))
    throw new StoreError('invalid', `${source} must name a folder; ${JSON.stringify(path)} does not`);
  return resolve(path);
}

export function databasePath(dataDirectory: string): string {
  return join(dataDirectory, 'elbow.sqlite');
}

export function runDirectory(dataDirectory: string, run: string): string {
  return join(dataDirectory, 'runs', run);
}

/** Where the files of imported models with this content lie. */
export function modelDirectory(dataDirectory: string, hash: string): string {
  return join(dataDirectory, 'models', hash);
}

/** The log in a run's folder: what its trainers have said, in the order of saying. */
export const runLogName = 'log.txt';

/** Bytes that this user may still write there; null where the system does not tell. */
export function freeBytes(directory: string): number | null {
  try {
    const { bavail, bsize } = statfsSync(directory);
    return bavail * bsize;
  } catch {
    return null;
  }
}

// f_type of linux/magic.h: NFS, SMB, SMB2, CIFS, CODA, AFS, Ceph, 9P.
const networkTypes = new Set([0x6969, 0x517b, 0xfe534d42, 0xff534d42, 0x73757245, 0x5346414f, 0x00c36400, 0x01021997]);

/** SQLite's locks and shared memory cannot be trusted on network file systems (https://sqlite.org/wal.html). */
export function isNetworkFileSystem(directory: string): boolean {
  if (process.platform !== 'linux') return false;
  try {
    return networkTypes.has(statfsSync(directory).type >>> 0);
  } catch {
    return false;
  }
}
