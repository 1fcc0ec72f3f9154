// Writes a checkpoint: replay segments with the rows that are new, then a folder with the state and the
// manifest. Nothing has its final name before the disk has all of it; the caller then adds the index row.
import { join } from 'node:path';
import type { ReplayBuffer } from '../../replay/replay-buffer.ts';
import type { Checkpoint } from '../../store/store.ts';
import { littleEndianBytes } from '../state-hash.ts';
import type { TrainingState } from '../training-state.ts';
import { type FileSystem, syncFolder, unfinishedPrefix, writeSynced, writeWhole } from './durable-files.ts';
import { describeTraining, type Manifest, packArrays, type Segment, stateArrays } from './manifest.ts';

export const checkpointsFolder = 'checkpoints';
export const replayFolder = 'replay';
/** A segment holds at most this many rows, so that it can be read and verified in one piece. */
const segmentRows = 65_536;

export interface WrittenCheckpoint extends Pick<Checkpoint, 'step' | 'path' | 'bytes' | 'sha256'> {
  /** All segments that it needs, oldest first; the next checkpoint continues from them. */
  segments: Segment[];
}

/**
 * @param options.folder the run's folder
 * @param options.segments what the previous checkpoint of this run needed: rows in them are not written again
 * @throws the file system's error; then nothing that an index row names has changed
 */
export function writeCheckpoint(options: {
  fs: FileSystem;
  folder: string;
  attempt: number;
  state: TrainingState;
  buffer: ReplayBuffer;
  segments: readonly Segment[];
}): WrittenCheckpoint {
  const { fs, folder, attempt, state, buffer } = options;
  const step = state.environmentSteps;
  const segments = writeSegments(fs, join(folder, replayFolder), attempt, buffer, options.segments);

  const name = `${step}-${attempt}`;
  const parent = join(folder, checkpointsFolder);
  const aside = join(parent, unfinishedPrefix + name);
  fs.rmSync(aside, { recursive: true, force: true });
  fs.mkdirSync(aside, { recursive: true });
  const { bytes, entries } = packArrays(stateArrays(state));
  const stateFile = writeSynced(fs, join(aside, 'state.bin'), bytes);
  const manifest: Manifest = {
    format: 2,
    ...describeTraining(state),
    state: { ...stateFile, entries },
    replay: { rowsAdded: buffer.rowsAdded, rowWidth: buffer.rowWidth, segments },
  };
  const manifestFile = writeSynced(fs, join(aside, 'manifest.json'), Buffer.from(JSON.stringify(manifest)));
  syncFolder(fs, aside);
  // Left by an attempt to write this very checkpoint that failed between here and its index row.
  fs.rmSync(join(parent, name), { recursive: true, force: true });
  fs.renameSync(aside, join(parent, name));
  syncFolder(fs, parent);
  return {
    step,
    path: `${checkpointsFolder}/${name}`,
    bytes: manifestFile.bytes + stateFile.bytes + segments.reduce((sum, segment) => sum + segment.bytes, 0),
    sha256: manifestFile.sha256,
    segments,
  };
}

/** Appends the rows that no segment holds yet; drops segments whose rows have all been overwritten in the ring. */
function writeSegments(fs: FileSystem, folder: string, attempt: number, buffer: ReplayBuffer, previous: readonly Segment[]): Segment[] {
  const kept = previous.filter((segment) => segment.to > buffer.firstRow);
  let from = Math.max(kept.at(-1)?.to ?? 0, buffer.firstRow);
  const written: Segment[] = [];
  if (from < buffer.rowsAdded) fs.mkdirSync(folder, { recursive: true });
  while (from < buffer.rowsAdded) {
    const to = Math.min(from + segmentRows, buffer.rowsAdded);
    const file = writeWhole(fs, join(folder, `rows-${from}-${to}-${attempt}.bin`), littleEndianBytes(buffer.copyRows(from, to)));
    written.push({ ...file, from, to });
    from = to;
  }
  if (written.length > 0) syncFolder(fs, folder);
  return [...kept, ...written];
}
