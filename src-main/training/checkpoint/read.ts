// Reads a checkpoint back and verifies every byte of it before anything is used.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { ReplayBuffer } from '../../replay/replay-buffer.ts';
import type { Checkpoint } from '../../store/store.ts';
import type { TrainingState } from '../training-state.ts';
import { type FileRecord, sha256 } from './durable-files.ts';
import { TrainingError } from '../training-error.ts';
import { manifestSchema, type ParsedManifest, restoreTraining, type Segment, singlesFrom, unpackArrays } from './manifest.ts';
import { replayFolder } from './write.ts';

/** A checkpoint that cannot be used, with the reason in words. */
export class CheckpointError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CheckpointError';
  }
}

/** Where a checkpoint is and what it must be: its index row. */
export type CheckpointReference = Pick<Checkpoint, 'step' | 'path' | 'sha256'>;

/**
 * Fills the buffer and gives the state.
 * @param folder the run's folder
 * @throws CheckpointError when a file is missing, altered or not for this buffer; the buffer is then unspecified
 * @throws TrainingError when a file is there and cannot be read now: that says nothing about what it holds
 */
export function readCheckpoint(
  folder: string,
  reference: CheckpointReference,
  buffer: ReplayBuffer,
): { state: TrainingState; segments: Segment[] } {
  const place = join(folder, reference.path);
  const manifest = readManifest(place, reference);
  const { replay } = manifest;
  if (replay.rowWidth !== buffer.rowWidth) {
    throw new CheckpointError(`its replay rows have ${replay.rowWidth} numbers where this task needs ${buffer.rowWidth}`);
  }
  const arrays = unpackArrays(readVerified(place, manifest.state), manifest.state.entries);

  buffer.restart(replay.segments[0]?.from ?? replay.rowsAdded);
  for (const segment of replay.segments) {
    if (segment.from !== buffer.rowsAdded) throw new CheckpointError(`its replay rows ${buffer.rowsAdded} to ${segment.from} are missing`);
    buffer.appendRows(singlesFrom(readVerified(join(folder, replayFolder), segment)));
  }
  if (buffer.rowsAdded !== replay.rowsAdded) {
    throw new CheckpointError(`its replay rows end at ${buffer.rowsAdded} where ${replay.rowsAdded} were expected`);
  }
  return { state: restoreTraining(manifest, arrays), segments: replay.segments };
}

/**
 * The newest replay rows of a checkpoint, verified like all of it, without the rest.
 * @param rows how many at most
 * @returns rows as ReplayBuffer has them, `rowWidth` numbers each, and the number of the first
 * @throws CheckpointError, TrainingError as `readCheckpoint`
 */
export function readNewestRows(
  folder: string,
  reference: CheckpointReference,
  rows: number,
): { first: number; rowWidth: number; numbers: Float32Array } {
  const { rowsAdded, rowWidth, segments } = readManifest(join(folder, reference.path), reference).replay;
  const first = Math.max(segments[0]?.from ?? rowsAdded, rowsAdded - rows);
  const numbers = new Float32Array((rowsAdded - first) * rowWidth);
  let next = first;
  for (const segment of segments.filter(({ to }) => to > first)) {
    const found = singlesFrom(readVerified(join(folder, replayFolder), segment));
    if (segment.from > next || found.length !== (segment.to - segment.from) * rowWidth)
      throw new CheckpointError(`its replay rows from ${next} on are missing`);
    numbers.set(found.subarray((next - segment.from) * rowWidth), (next - first) * rowWidth);
    next = segment.to;
  }
  if (next !== rowsAdded) throw new CheckpointError(`its replay rows end at ${next} where ${rowsAdded} were expected`);
  return { first, rowWidth, numbers };
}

/** The segments that a checkpoint needs. @throws CheckpointError when its manifest cannot be read */
export function readSegmentList(folder: string, reference: CheckpointReference): Segment[] {
  return readManifest(join(folder, reference.path), reference).replay.segments;
}

/** Ids of the edits of its own step that a checkpoint contains. @throws CheckpointError when its manifest cannot be read */
export function readEditsHere(folder: string, reference: CheckpointReference): number[] {
  return readManifest(join(folder, reference.path), reference).editsHere;
}

function readManifest(place: string, reference: CheckpointReference): ParsedManifest {
  const bytes = readBytes(join(place, 'manifest.json'));
  if (sha256(bytes) !== reference.sha256) throw new CheckpointError('its manifest.json has been altered or damaged');
  let parsed;
  try {
    parsed = manifestSchema.safeParse(JSON.parse(Buffer.from(bytes).toString('utf8')));
  } catch (error) {
    throw new CheckpointError('its manifest.json is not JSON', { cause: error });
  }
  if (!parsed.success) throw new CheckpointError(`its manifest.json is not of this version: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

function readVerified(folder: string, { file, bytes, sha256: expected }: FileRecord): Uint8Array {
  const content = readBytes(join(folder, file));
  if (content.length !== bytes) throw new CheckpointError(`${file} has ${content.length} bytes where ${bytes} were written`);
  if (sha256(content) !== expected) throw new CheckpointError(`${file} has been altered or damaged`);
  return content;
}

function readBytes(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') throw new CheckpointError(`${path} cannot be read (${code})`, { cause: error });
    throw new TrainingError(
      `${path} cannot be read now (${code}), which does not mean that it is damaged. Every checkpoint is kept. ` +
        `Make the file readable, then continue the run.`,
      { cause: error },
    );
  }
}
