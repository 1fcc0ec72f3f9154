// Which files a checkpoint consists of, for whoever copies it. Loads no engine.
import { runDirectory } from '../store/data-directory.ts';
import type { Checkpoint } from '../store/store.ts';
import { readSegmentList } from './checkpoint/read.ts';
import { replayFolder } from './checkpoint/write.ts';

/**
 * What a checkpoint needs besides its own folder: replay segments, as paths relative to the run's folder.
 * @throws Error with a sentence where its manifest is gone, damaged or cannot be read now
 */
export function checkpointFiles(dataDirectory: string, checkpoint: Pick<Checkpoint, 'run' | 'step' | 'path' | 'sha256'>): string[] {
  return readSegmentList(runDirectory(dataDirectory, checkpoint.run), checkpoint).map(({ file }) => `${replayFolder}/${file}`);
}
