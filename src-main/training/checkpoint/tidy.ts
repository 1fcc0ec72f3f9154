// Removes the files that no kept checkpoint needs: older checkpoints' and those of interrupted writes.
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { FileSystem } from './durable-files.ts';
import { type CheckpointReference, readSegmentList } from './read.ts';
import { checkpointsFolder, replayFolder } from './write.ts';

/**
 * @param folder the run's folder
 * @param kept the index rows of all checkpoints that must stay restorable
 */
export function removeUnneededFiles(fs: FileSystem, folder: string, kept: readonly CheckpointReference[]): void {
  const names = new Set(kept.map(({ path }) => basename(path)));
  removeAllBut(fs, join(folder, checkpointsFolder), names);
  try {
    const segments = kept.flatMap((reference) => readSegmentList(folder, reference));
    removeAllBut(fs, join(folder, replayFolder), new Set(segments.map(({ file }) => file)));
  } catch {
    // A manifest that cannot be read does not say what it needs: its segments stay, and loading reports it.
  }
}

function removeAllBut(fs: FileSystem, folder: string, kept: ReadonlySet<string>): void {
  let present: string[];
  try {
    present = readdirSync(folder);
  } catch {
    return; // Nothing has been written yet.
  }
  for (const name of present) {
    if (!kept.has(name)) fs.rmSync(join(folder, name), { recursive: true, force: true });
  }
}
