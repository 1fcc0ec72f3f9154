// For the store's tests: a disk of a given size, and one that cannot be written. Both need the right to mount.
import { execFileSync } from 'node:child_process';
import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterThisTest, temporaryDirectory } from './temporary-store.ts';

/** A directory that is a disk of its own of so many kilobytes, until the test ends; null, with a line that says why, where that is not permitted, which CI does not allow. */
export function smallDisk(kilobytes: number): string | null {
  const directory = temporaryDirectory();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'tmpfs', directory], { stdio: 'pipe' });
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n').at(-1) : String(error);
    if (process.env['CI'])
      throw new Error(`CI must be able to mount a small disk (${reason}): run the tests as root there`, { cause: error });
    console.info(`skipped: a small disk cannot be mounted here (${reason}); run as root, in a container for instance, to test it`);
    return null;
  }
  // Lazily: a test that failed may still have a file open there.
  afterThisTest(() => void execFileSync('umount', ['--lazy', directory]));
  return directory;
}

/** Makes a small disk, or where there is none a directory, unwritable until the test ends. Root passes over permissions, so it needs the disk. */
export function makeReadonly(directory: string, isDisk: boolean): void {
  if (isDisk) {
    execFileSync('mount', ['-o', 'remount,ro', directory]);
    return;
  }
  chmodSync(directory, 0o555);
  afterThisTest(() => chmodSync(directory, 0o755));
}

/** Takes all the room there is in this directory, to the last byte; the function that it returns gives it back. */
export function fill(directory: string): () => void {
  const files: string[] = [];
  for (let size = 1 << 20; size >= 1;) {
    const file = join(directory, `filler-${files.length}`);
    files.push(file);
    try {
      writeFileSync(file, Buffer.alloc(size));
    } catch {
      // What went in of it before the end stays.
      size = Math.floor(size / 4);
    }
  }
  return () => files.forEach((file) => rmSync(file, { force: true }));
}
