// What a checkpoint consists of and contains, for whoever copies it or goes back to it. Loads no engine.
import { runDirectory } from '../store/data-directory.ts';
import type { Checkpoint } from '../store/store.ts';
import { readEditsHere, readSegmentList } from './checkpoint/read.ts';
import { replayFolder } from './checkpoint/write.ts';

/**
 * What a checkpoint needs besides its own folder: replay segments, as paths relative to the run's folder.
 * @throws Error with a sentence where its manifest is gone, damaged or cannot be read now
 */
export function checkpointFiles(dataDirectory: string, checkpoint: Pick<Checkpoint, 'run' | 'step' | 'path' | 'sha256'>): string[] {
  return readSegmentList(runDirectory(dataDirectory, checkpoint.run), checkpoint).map(({ file }) => `${replayFolder}/${file}`);
}

/**
 * Ids of the run's edits of the checkpoint's own step that it contains: others of that step came after it.
 * @throws as `checkpointFiles`
 */
export function checkpointEdits(
  dataDirectory: string,
  checkpoint: Pick<Checkpoint, 'run' | 'step' | 'path' | 'sha256' | 'details'>,
): number[] {
  const ids = readEditsHere(runDirectory(dataDirectory, checkpoint.run), checkpoint);
  // A fork's first checkpoint is its parent's, and so are the ids in it.
  return isForked(checkpoint.details) ? [] : ids;
}

/** Is it the checkpoint that a fork began with? */
export const isForked = (details: unknown): boolean => typeof details === 'object' && details !== null && 'forkedFrom' in details;
