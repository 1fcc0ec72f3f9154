// Makes a run's folder from another one's files: first under a temporary name, whole, then in place.
import {
  closeSync,
  constants,
  copyFileSync,
  cpSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname, join, posix } from 'node:path';

const partialMark = '.partial-';
/** No copy takes so long: a partial folder of this age was left by a process that ended within one. */
const abandonedMilliseconds = 3_600_000;

/**
 * Where to put a run's folder together before `renameSync` gives it its name. The caller removes it in any case. Takes
 * away what processes that ended in the middle have left.
 */
export function partialFolder(directory: string): string {
  const parent = dirname(directory);
  mkdirSync(parent, { recursive: true });
  for (const name of readdirSync(parent)) {
    if (!name.includes(partialMark)) continue;
    const age = Date.now() - (statSync(join(parent, name), { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age > abandonedMilliseconds) rmSync(join(parent, name), { recursive: true, force: true });
  }
  return `${directory}${partialMark}${process.pid}`;
}

/** Copies a whole folder; false where there is none. */
export function copyFolder(from: string, to: string): boolean {
  if (!existsSync(from)) return false;
  const partial = partialFolder(to);
  try {
    cpSync(from, partial, { recursive: true });
    rmSync(to, { recursive: true, force: true });
    renameSync(partial, to);
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
  return true;
}

/**
 * Brings files into a new folder, under the same names, and waits until the disk has them. They become second names of
 * the same files where the file system allows it, else copies: use it for files that are never changed once written.
 * @param paths relative to `from`, with forward slashes; of a folder, everything in it
 * @throws the file system's error, ENOENT where a file is missing
 */
export function shareFiles(from: string, to: string, paths: readonly string[]): void {
  const files = new Set(paths.flatMap((path) => filesAt(from, path)));
  const folders = new Set(['.', ...[...files].flatMap(foldersAbove)]);
  for (const folder of folders) mkdirSync(join(to, folder), { recursive: true });
  for (const file of files) shareFile(join(from, file), join(to, file));
  for (const folder of folders) syncFolder(join(to, folder));
}

function filesAt(root: string, path: string): string[] {
  if (!statSync(join(root, path)).isDirectory()) return [path];
  return readdirSync(join(root, path)).flatMap((name) => filesAt(root, `${path}/${name}`));
}

function foldersAbove(path: string): string[] {
  const folder = posix.dirname(path);
  return folder === '.' ? [] : [...foldersAbove(folder), folder];
}

function shareFile(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw error;
    // Another file system, one without links (FAT), or a file with as many names as it may have.
    copyFileSync(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    sync(to, 'r+');
  }
}

/** Windows has no such call and orders its journal itself. */
function syncFolder(path: string): void {
  if (process.platform !== 'win32') sync(path, 'r');
}

function sync(path: string, flags: string): void {
  const file = openSync(path, flags);
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
