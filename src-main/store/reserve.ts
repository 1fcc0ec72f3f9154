// A file that takes room while there is plenty and gives it back where the disk is full. Deleting needs room too: SQLite
// writes what it is about to change into its log first. Nothing else may use it: a trainer that waits for room does not.
import { randomFillSync } from 'node:crypto';
import { renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freeBytes } from './data-directory.ts';

/** Deleting a run takes about 3 kB of log for each MB of its rows (measured: 243 kB for 90 MB), and opening some 40 kB. */
export const reserveBytes = 2 * 1024 * 1024;

export function reservePath(dataDirectory: string): string {
  return join(dataDirectory, 'elbow.reserve');
}

/** Makes it where it is missing and the disk has several times its size left. A disk that is fuller keeps what it has. */
export function keepReserve(dataDirectory: string): void {
  const path = reservePath(dataDirectory);
  const partial = `${path}.partial-${process.pid}`;
  try {
    if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) >= reserveBytes) return;
    if ((freeBytes(dataDirectory) ?? 0) < 3 * reserveBytes) return;
    // Not zeros, which a file system that compresses would not give any room.
    writeFileSync(partial, randomFillSync(Buffer.alloc(reserveBytes)));
    renameSync(partial, path);
  } catch {
    // A disk that filled up just now: everything works without the reserve but deleting on a full disk.
    rmSync(partial, { force: true });
  }
}

/** Gives its room back. True where there was any. */
export function releaseReserve(dataDirectory: string): boolean {
  const isThere = statSync(reservePath(dataDirectory), { throwIfNoEntry: false }) !== undefined;
  rmSync(reservePath(dataDirectory), { force: true });
  return isThere;
}
