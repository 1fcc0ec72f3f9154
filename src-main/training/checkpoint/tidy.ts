// Removes the files that no kept checkpoint needs: older checkpoints' and those of interrupted writes.
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { FileSystem } from './durable-files.ts';
import { type CheckpointReference, readSegmentList } from './read.ts';
import { checkpointsFolder, replayFolder } from './write.ts';

/**
 * What cannot be removed now (in use, a network's disk) is left for the next time.
 * @param folder the run's folder
 * @param kept the index rows of all checkpoints that must stay restorable
 * @returns why, for each file that is still there
 */
export function removeUnneededFiles(fs: FileSystem, folder: string, kept: readonly CheckpointReference[]): string[] {
  const names = new Set(kept.map(({ path }) => basename(path)));
  const left = removeAllBut(fs, join(folder, checkpointsFolder), names);
  let segments;
  try {
    segments = kept.flatMap((reference) => readSegmentList(folder, reference));
  } catch {
    // A manifest that cannot be read does not say what it needs: its segments stay, and loading reports it.
    return left;
  }
  return [...left, ...removeAllBut(fs, join(folder, replayFolder), new Set(segments.map(({ file }) => file)))];
}

function removeAllBut(fs: FileSystem, folder: string, kept: ReadonlySet<string>): string[] {
  let present: string[];
  try {
    present = readdirSync(folder);
  } catch {
    return []; // Nothing has been written yet.
  }
  return present.flatMap((name) => {
    if (kept.has(name)) return [];
    try {
      fs.rmSync(join(folder, name), { recursive: true, force: true });
      return [];
    } catch (error) {
      return [error instanceof Error ? error.message : String(error)];
    }
  });
}
