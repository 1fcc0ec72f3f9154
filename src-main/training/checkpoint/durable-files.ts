// Files that are whole or absent: written aside, synced to disk, then renamed into place.
import * as nodeFs from 'node:fs';
import { createHash } from 'node:crypto';
import { basename, dirname, join } from 'node:path';

/** The calls that checkpoints make, so that tests can let the n-th one fail. */
export type FileSystem = Pick<typeof nodeFs, 'mkdirSync' | 'openSync' | 'writeSync' | 'fsyncSync' | 'closeSync' | 'renameSync' | 'rmSync'>;
export const realFileSystem: FileSystem = nodeFs;

/** Anything with this prefix was being written when its process ended; it is removed at the next start. */
export const unfinishedPrefix = '.unfinished-';

/** A file as an index knows it. */
export interface FileRecord {
  /** File name within its folder. */
  file: string;
  bytes: number;
  /** Hexadecimal. */
  sha256: string;
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Writes a file and waits until the disk has it. The name is final: use inside a folder that is not yet in place. */
export function writeSynced(fs: FileSystem, path: string, bytes: Uint8Array): FileRecord {
  const file = fs.openSync(path, 'w');
  try {
    // A nearly full disk takes a part first and refuses the rest at the next call.
    for (let written = 0; written < bytes.length;) {
      written += fs.writeSync(file, bytes, written, bytes.length - written);
    }
    fs.fsyncSync(file);
  } finally {
    fs.closeSync(file);
  }
  return { file: basename(path), bytes: bytes.length, sha256: sha256(bytes) };
}

/** Waits until the disk knows the names in a folder. Windows has no such call and orders its journal itself. */
export function syncFolder(fs: FileSystem, path: string): void {
  if (process.platform === 'win32') return;
  const folder = fs.openSync(path, 'r');
  try {
    fs.fsyncSync(folder);
  } finally {
    fs.closeSync(folder);
  }
}

/** Writes a file aside and renames it into place. The caller syncs the folder. */
export function writeWhole(fs: FileSystem, path: string, bytes: Uint8Array): FileRecord {
  const aside = join(dirname(path), unfinishedPrefix + basename(path));
  const record = writeSynced(fs, aside, bytes);
  fs.renameSync(aside, path);
  return { ...record, file: basename(path) };
}
