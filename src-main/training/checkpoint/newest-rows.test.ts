// The newest replay rows of a checkpoint, read alone.
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ReplayBuffer } from '../../replay/replay-buffer.ts';
import { realFileSystem } from './durable-files.ts';
import type { Segment } from './manifest.ts';
import { CheckpointError, readNewestRows } from './read.ts';
import { stateOf } from './testing.ts';
import { writeCheckpoint, type WrittenCheckpoint } from './write.ts';

const folder = mkdtempSync(join(tmpdir(), 'elbow-rows-'));
const buffer = new ReplayBuffer({ observationSize: 2, actionSize: 1, capacity: 50 });
let checkpoint: WrittenCheckpoint;

/** Three segments: rows 0 to 30, 30 to 60, 60 to 70, of which the ring holds 20 to 70. */
beforeAll(() => {
  let segments: readonly Segment[] = [];
  for (const end of [30, 60, 70]) {
    while (buffer.rowsAdded < end) {
      const n = buffer.rowsAdded;
      buffer.add({ observation: [n, -n], action: [n / 100], reward: n, nextObservation: [n + 1, -n - 1], terminated: false });
    }
    checkpoint = writeCheckpoint({ fs: realFileSystem, folder, attempt: 1, state: stateOf(end), buffer, segments });
    segments = checkpoint.segments;
  }
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('the newest rows of a checkpoint', () => {
  it.each([
    [1, 69],
    [10, 60],
    [11, 59],
    [45, 25],
    [1000, 0],
    [0, 70],
  ])('are at most %i', (rows, first) => {
    const read = readNewestRows(folder, checkpoint, rows);
    expect(read).toMatchObject({ first, rowWidth: 7 });
    expect(Array.from({ length: 70 - first }, (_, k) => read.numbers[7 * k])).toEqual(
      Array.from({ length: 70 - first }, (_, k) => first + k),
    );
    if (first >= 20) expect(read.numbers).toEqual(buffer.copyRows(first, 70));
  });

  it('need no older segment, and are refused where one of theirs is damaged or gone', () => {
    const [oldest, middle, newest] = checkpoint.segments.map(({ file }) => join(folder, 'replay', file)) as [string, string, string];
    rmSync(oldest);
    expect(readNewestRows(folder, checkpoint, 40).first).toBe(30);
    expect(() => readNewestRows(folder, checkpoint, 41)).toThrow(CheckpointError);
    truncateSync(middle, 20);
    expect(() => readNewestRows(folder, checkpoint, 11)).toThrow(/has 20 bytes where \d+ were written/);
    expect(readNewestRows(folder, checkpoint, 10).first).toBe(60);
    writeFileSync(newest, new Uint8Array(10 * 7 * 4));
    expect(() => readNewestRows(folder, checkpoint, 10)).toThrow(/altered or damaged/);
    expect(() => readNewestRows(folder, { ...checkpoint, sha256: 'ab'.repeat(32) }, 10)).toThrow(/manifest\.json has been altered/);
  });
});
