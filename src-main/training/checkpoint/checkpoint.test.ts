// Checkpoints on disk: they come back bit for bit, they are whole or absent whatever call fails, and damage is
// found before anything is used.
import * as fs from 'node:fs';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createStream } from '../../random/stream.ts';
import { ReplayBuffer } from '../../replay/replay-buffer.ts';
import type { TrainingState } from '../training-state.ts';
import { type FileSystem, realFileSystem, sha256, unfinishedPrefix } from './durable-files.ts';
import type { Segment } from './manifest.ts';
import { type CheckpointReference, readCheckpoint } from './read.ts';
import { removeUnneededFiles } from './tidy.ts';
import { writeCheckpoint } from './write.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'elbow-checkpoint-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function newBuffer(capacity = 100): ReplayBuffer {
  return new ReplayBuffer({ observationSize: 3, actionSize: 1, capacity });
}

function addRows(buffer: ReplayBuffer, rows: number): void {
  for (let i = 0; i < rows; i += 1) {
    const n = buffer.rowsAdded;
    buffer.add({ observation: [n, n + 0.1, n + 0.2], action: [-n], reward: n, nextObservation: [n + 1, 0, 0], terminated: n % 7 === 0 });
  }
}

function stateAt(step: number): TrainingState {
  const stream = createStream(step, 'test');
  stream.normal();
  return {
    environmentSteps: step,
    gradientSteps: step - 1,
    episode: { return: 0.1 + 0.2, length: 12 },
    streams: { reset: stream.save(), replay: createStream(2, 'replay').save() },
    task: { state: Float64Array.of(step, -0, 1e-310, Math.PI), taskState: Float64Array.of(3, 0) },
    observation: Float64Array.of(1 / 3, 2, -0),
    window: { entropy: { sum: 1e300, count: 42 } },
    values: { temperature: 0.2, hidden: [8, 8], 'actor-paused': false, prior: 'uniform' },
    editsHere: [3, 5],
    evaluationDue: true,
    inspection: { 'fixed/reward': Float32Array.of(-0, 3e-40), 'policy-0/mean': Float32Array.of(step) },
    engine: { b: Float32Array.of(1, -0, 3e-40), a: Float32Array.of(step), empty: new Float32Array(0) },
  };
}

function save(buffer: ReplayBuffer, step: number, segments: readonly Segment[], useFs: FileSystem = realFileSystem, attempt = 1) {
  return writeCheckpoint({ fs: useFs, folder, attempt, state: stateAt(step), buffer, segments });
}

function expectWhole(reference: CheckpointReference, expected: ReplayBuffer): void {
  const restored = newBuffer(expected.capacity);
  const { state } = readCheckpoint(folder, reference, restored);
  expect(state).toEqual(stateAt(reference.step));
  expect(Object.is(state.engine['b']?.[1], -0)).toBe(true);
  expect(restored.copyRows(restored.firstRow, restored.rowsAdded)).toEqual(expected.copyRows(expected.firstRow, expected.rowsAdded));
}

/** A copy, to compare a checkpoint with after the original has gone on. */
function copyOf(buffer: ReplayBuffer): ReplayBuffer {
  const copy = newBuffer(buffer.capacity);
  copy.restart(buffer.firstRow);
  copy.appendRows(buffer.copyRows(buffer.firstRow, buffer.rowsAdded));
  return copy;
}

describe('a checkpoint', () => {
  it('comes back bit for bit, with and without rows', () => {
    const buffer = newBuffer();
    expectWhole(save(buffer, 1, []), buffer);
    addRows(buffer, 40);
    expectWhole(save(buffer, 40, []), buffer);
  });

  it('of format 1, which had controls in place of values, is read: its run could not be edited', () => {
    const written = save(newBuffer(), 7, []);
    const path = join(folder, written.path, 'manifest.json');
    const { values, editsHere, ...rest } = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
    expect([values, editsHere]).toEqual([stateAt(7).values, stateAt(7).editsHere]);
    const bytes = Buffer.from(JSON.stringify({ ...rest, format: 1, controls: { temperature: 'zcxMPg==' } }));
    writeFileSync(path, bytes);
    const { state } = readCheckpoint(folder, { ...written, sha256: sha256(bytes) }, newBuffer());
    expect(state).toEqual({ ...stateAt(7), values: null, editsHere: [] });
  });

  it('appends only the rows that are new, and each kept one stays restorable while the ring turns over', () => {
    const buffer = newBuffer(100);
    let previous: { reference: ReturnType<typeof save>; buffer: ReplayBuffer } | null = null;
    for (const [count, newRows] of [60, 30, 50, 0, 99, 250, 1].entries()) {
      addRows(buffer, newRows);
      const reference = save(buffer, 1000 + count, previous?.reference.segments ?? []);
      const written = reference.segments.filter((segment) => !previous?.reference.segments.includes(segment));
      expect(written.reduce((rows, { from, to }) => rows + to - from, 0)).toBe(Math.min(newRows, 100));
      removeUnneededFiles(realFileSystem, folder, previous === null ? [reference] : [reference, previous.reference]);
      expectWhole(reference, buffer);
      if (previous !== null) expectWhole(previous.reference, previous.buffer);
      previous = { reference, buffer: copyOf(buffer) };
    }
    // Two checkpoints and the segments of the newest rows are all that is left.
    expect(readdirSync(join(folder, 'checkpoints')).sort()).toEqual(['1005-1', '1006-1']);
    expect(readdirSync(join(folder, 'replay')).sort()).toEqual(['rows-389-489-1.bin', 'rows-489-490-1.bin']);
  });

  it('splits very many rows into segments', () => {
    const buffer = newBuffer(70_000);
    addRows(buffer, 70_000);
    const reference = save(buffer, 5, []);
    expect(reference.segments.map(({ from, to }) => [from, to])).toEqual([
      [0, 65_536],
      [65_536, 70_000],
    ]);
    expectWhole(reference, buffer);
  });

  it('is whole or absent whichever file system call fails, and the previous one stays', () => {
    const buffer = newBuffer();
    addRows(buffer, 30);
    const first = save(buffer, 30, []);
    const before = copyOf(buffer);
    addRows(buffer, 20);

    let failures = 0;
    for (let n = 1; ; n += 1) {
      const faulty = failingAt(n);
      let second: ReturnType<typeof save> | null = null;
      try {
        second = save(buffer, 50, first.segments, faulty.fs);
      } catch (error) {
        expect((error as NodeJS.ErrnoException).code).toBe('ENOSPC');
        failures += 1;
      }
      expectWhole(first, before);
      if (second !== null) {
        expect(faulty.calls()).toBeLessThan(n);
        expectWhole(second, buffer);
        break;
      }
      // As the next start does: what is not in the index goes, and the same write then succeeds.
      if (n % 3 === 0) removeUnneededFiles(realFileSystem, folder, [first]);
      const retry = save(buffer, 50, first.segments);
      expectWhole(retry, buffer);
      removeUnneededFiles(realFileSystem, folder, [first]);
      const left = [...readdirSync(join(folder, 'checkpoints')), ...readdirSync(join(folder, 'replay'))];
      expect(left.filter((name) => name.startsWith(unfinishedPrefix))).toEqual([]);
      expectWhole(first, before);
    }
    expect(failures).toBeGreaterThan(20);
  });

  it.each([
    { file: 'checkpoints/30-1/manifest.json', change: flipByte(200), message: 'manifest.json has been altered or damaged' },
    { file: 'checkpoints/30-1/state.bin', change: flipByte(3), message: 'state.bin has been altered or damaged' },
    {
      file: 'checkpoints/30-1/state.bin',
      change: (bytes: Buffer) => bytes.subarray(1),
      message: 'state.bin has 27 bytes where 28 were written',
    },
    { file: 'replay/rows-0-30-1.bin', change: flipByte(77), message: 'rows-0-30-1.bin has been altered or damaged' },
    { file: 'replay/rows-0-30-1.bin', change: () => Buffer.alloc(0), message: 'rows-0-30-1.bin has 0 bytes' },
    { file: 'replay/rows-0-30-1.bin', change: null, message: 'rows-0-30-1.bin cannot be read (ENOENT)' },
    { file: 'checkpoints/30-1/manifest.json', change: null, message: 'manifest.json cannot be read (ENOENT)' },
  ])('is refused when $file is damaged: $message', ({ file, change, message }) => {
    const buffer = newBuffer();
    addRows(buffer, 30);
    const reference = save(buffer, 30, []);
    const path = join(folder, file);
    if (change === null) rmSync(path);
    else writeFileSync(path, change(readFileSync(path)));
    expect(() => readCheckpoint(folder, reference, newBuffer())).toThrow(message);
  });

  it('is refused for a buffer of another shape', () => {
    const buffer = newBuffer();
    addRows(buffer, 3);
    const reference = save(buffer, 3, []);
    const other = new ReplayBuffer({ observationSize: 4, actionSize: 1, capacity: 100 });
    expect(() => readCheckpoint(folder, reference, other)).toThrow('replay rows have 9 numbers where this task needs 11');
  });
});

function flipByte(at: number): (bytes: Buffer) => Buffer {
  return (bytes) => {
    bytes[at] = (bytes[at] as number) ^ 1;
    return bytes;
  };
}

/** The real file system, but the n-th call fails as on a full disk; a write takes half of its bytes first. */
function failingAt(n: number): { fs: FileSystem; calls: () => number } {
  let calls = 0;
  const guard =
    <T extends unknown[], R>(call: (...words: T) => R): ((...words: T) => R) =>
    (...words) => {
      calls += 1;
      if (calls === n) throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
      return call(...words);
    };
  const writeSync = guard((file: number, bytes: Uint8Array, offset: number, length: number) =>
    fs.writeSync(file, bytes, offset, Math.ceil(length / 2)),
  );
  return {
    calls: () => calls,
    fs: {
      mkdirSync: guard(fs.mkdirSync as (...words: unknown[]) => undefined),
      openSync: guard(fs.openSync),
      writeSync,
      fsyncSync: guard(fs.fsyncSync),
      // A descriptor must be closed even where closing "fails".
      closeSync: fs.closeSync,
      renameSync: guard(fs.renameSync),
      rmSync: guard(fs.rmSync),
    } as unknown as FileSystem,
  };
}
