// Memory of a training whose replay buffer is full: filled with random rows instead of a long training, written as a
// checkpoint, read back by another process, and gone on with, which must give the same bits.
// `node bench/memory.ts [--json] [--task ID] [--rows N]`
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { agentDeclarations, defaultsFor } from '../src-main/agents/declarations.ts';
import { createStream } from '../src-main/random/stream.ts';
import type { ReplayBuffer } from '../src-main/replay/replay-buffer.ts';
import { findTaskDeclaration, taskDeclarations } from '../src-main/tasks/declarations.ts';
import { realFileSystem } from '../src-main/training/checkpoint/durable-files.ts';
import { readCheckpoint } from '../src-main/training/checkpoint/read.ts';
import { writeCheckpoint } from '../src-main/training/checkpoint/write.ts';
import type { TrainingLoop } from '../src-main/training/loop.ts';
import { prepareRun, type PreparedRun } from '../src-main/training/prepare.ts';
import { hashState } from '../src-main/training/state-hash.ts';

const stepsBetween = 20;
const blockRows = 8192;

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    task: { type: 'string', default: 'humanoid' },
    rows: { type: 'string', default: '1000000' },
    /** Of the second process: the folder, and the checkpoint as the first one wrote it. */
    folder: { type: 'string' },
    checkpoint: { type: 'string' },
  },
});
const task = findTaskDeclaration(values.task);
const sac = agentDeclarations.find(({ id }) => id === 'sac');
const rows = Number(values.rows);
if (task === undefined || sac === undefined) {
  console.error(`There is no task “${values.task}”; there are: ${taskDeclarations.map(({ id }) => id).join(', ')}.`);
  process.exit(2);
}
if (!Number.isInteger(rows) || rows < blockRows || rows > 1e8) {
  console.error(`--rows must be a whole number from ${blockRows} to 100,000,000.`);
  process.exit(2);
}

interface Measured {
  gigabytes: Record<string, number>;
  seconds: Record<string, number>;
  stateHash: string;
}

const gigabytes = (bytes: number): number => Math.round(bytes / 1e7) / 100;
const peak = (): number => gigabytes(process.resourceUsage().maxRSS * 1024);
async function timed<T>(seconds: Record<string, number>, name: string, work: () => T | Promise<T>): Promise<T> {
  const start = performance.now();
  const result = await work();
  seconds[name] = Math.round((performance.now() - start) / 10) / 100;
  return result;
}

function prepare(): Promise<PreparedRun> {
  const hyperparameters = {
    ...defaultsFor(sac as NonNullable<typeof sac>, task as NonNullable<typeof task>),
    'warm-up': 0,
    'buffer-size': rows,
  };
  return prepareRun({ task: (task as NonNullable<typeof task>).id, agent: 'sac', seed: 1, device: 'cpu', threads: 1, hyperparameters });
}

function fill(buffer: ReplayBuffer): void {
  const stream = createStream(1, 'rows');
  const block = new Float32Array(blockRows * buffer.rowWidth);
  stream.fillNormal(block);
  for (let from = 0; from < rows; from += blockRows)
    buffer.appendRows(block.subarray(0, Math.min(blockRows, rows - from) * buffer.rowWidth));
}

async function learn(loop: TrainingLoop): Promise<void> {
  for (let k = 0; k < stepsBetween; k += 1) await loop.step({ metrics: () => {}, warning: () => {} });
}

async function first(folder: string): Promise<{ measured: Measured; checkpoint: string }> {
  const prepared = await prepare();
  const { loop, buffer } = prepared;
  const seconds: Record<string, number> = {};
  const start = peak();
  await timed(seconds, 'filling', () => fill(buffer));
  await learn(loop);
  const filled = peak();
  const options = { fs: realFileSystem, folder, attempt: 1, buffer };
  const whole = await timed(seconds, 'checkpoint of everything', async () =>
    writeCheckpoint({ ...options, state: await loop.save(), segments: [] }),
  );
  await learn(loop);
  const next = await timed(seconds, 'the next checkpoint', async () =>
    writeCheckpoint({ ...options, state: await loop.save(), segments: whole.segments }),
  );
  const written = peak();
  await learn(loop);
  const stateHash = hashState((await loop.save()).engine);
  await prepared.dispose();
  const { step, path, sha256, bytes } = next;
  const sizes = {
    rows: gigabytes(4 * rows * buffer.rowWidth),
    'before filling': start,
    'buffer full': filled,
    'checkpoints written': written,
    'checkpoint on disk': gigabytes(bytes),
  };
  return { measured: { gigabytes: sizes, seconds, stateHash }, checkpoint: JSON.stringify({ step, path, sha256 }) };
}

async function second(folder: string, checkpoint: string): Promise<Measured> {
  const prepared = await prepare();
  const { loop, buffer, configuration } = prepared;
  const seconds: Record<string, number> = {};
  const reference = JSON.parse(checkpoint) as { step: number; path: string; sha256: string };
  const { state } = await timed(seconds, 'reading', () => readCheckpoint(folder, reference, buffer));
  await loop.restore(state, configuration.hyperparameters);
  const read = peak();
  await learn(loop);
  const stateHash = hashState((await loop.save()).engine);
  await prepared.dispose();
  return { gigabytes: { 'checkpoint read': read, 'gone on': peak() }, seconds, stateHash };
}

if (values.folder !== undefined && values.checkpoint !== undefined) {
  console.log(JSON.stringify(await second(values.folder, values.checkpoint)));
} else {
  const folder = mkdtempSync(join(tmpdir(), 'elbow-bench-'));
  try {
    const { measured, checkpoint } = await first(folder);
    const given = [import.meta.filename, '--task', task.id, '--rows', String(rows), '--folder', folder, '--checkpoint', checkpoint];
    const { stdout, stderr, status } = spawnSync(process.execPath, given, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`the second process failed: ${stderr.trim()}`);
    const resumed = JSON.parse(stdout) as Measured;
    const isEqual = resumed.stateHash === measured.stateHash;
    if (values.json) {
      console.log(JSON.stringify({ task: task.id, rows, first: measured, second: resumed, isEqual }));
    } else {
      console.log(
        `${task.id}, ${rows.toLocaleString('en-US')} transitions of random numbers, SAC's defaults; peaks of resident memory, in GB:`,
      );
      for (const [name, value] of Object.entries({ ...measured.gigabytes, ...resumed.gigabytes }))
        console.log(`  ${name.padEnd(26)} ${value.toFixed(2)}`);
      console.log('Seconds:');
      for (const [name, value] of Object.entries({ ...measured.seconds, ...resumed.seconds }))
        console.log(`  ${name.padEnd(26)} ${value.toFixed(2)}`);
      console.log(`${stepsBetween} steps on from the checkpoint, the two processes have ${isEqual ? 'the same bits' : 'OTHER bits'}.`);
    }
    if (!isEqual) process.exitCode = 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
