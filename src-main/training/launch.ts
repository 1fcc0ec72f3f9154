// Starts trainers: one detached process a run. Light on purpose, since the workstation and the CLI import it.
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { availableParallelism, hostname, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { runDirectory, runLogName } from '../store/data-directory.ts';
import type { Store } from '../store/store.ts';
import { findNodeBinary } from './node-binary.ts';
import { processEntry, processEnvironment } from './process-entry.ts';

export { findNodeBinary };
export { type PolicyProcess, startPolicyProcess } from './policy-process.ts';
export { checkpointEdits, checkpointFiles, isForked } from './checkpoint-files.ts';

/** Where a run's checkpoints, replay segments and log lie. */
export function runFolder(dataDirectory: string, run: string): string {
  return runDirectory(dataDirectory, run);
}
export function runLogPath(dataDirectory: string, run: string): string {
  return join(runFolder(dataDirectory, run), runLogName);
}

/**
 * Starts a trainer that outlives this process. Its output is appended to the run's log.
 * @returns the trainer's process id
 * @throws when the entry, Node or the log cannot be opened
 */
export function launchTrainer(options: { dataDirectory: string; run: string }): number {
  const { run } = options;
  const dataDirectory = resolve(options.dataDirectory);
  const node = findNodeBinary();
  const entry = processEntry('trainer');
  const folder = runFolder(dataDirectory, run);
  mkdirSync(folder, { recursive: true });
  const log = openSync(runLogPath(dataDirectory, run), 'a');
  try {
    const heapMegabytes = Math.max(2048, Math.min(16_384, Math.floor((0.7 * totalmem()) / 2 ** 20)));
    const child = spawn(node, [`--max-old-space-size=${heapMegabytes}`, entry, '--data-dir', dataDirectory, '--run', run], {
      cwd: folder,
      detached: true,
      windowsHide: true,
      stdio: ['ignore', log, log],
      env: processEnvironment(),
    });
    // A failed spawn is an event as well as a missing process id; without a listener it would end this process.
    child.on('error', () => {});
    child.unref();
    if (child.pid === undefined) throw new Error(`the trainer of run ${run} could not be started with ${node}`);
    return child.pid;
  } finally {
    closeSync(log);
  }
}

/** Bytes of memory that this machine has in all, or that its control group (a container's) leaves to this process. */
export function machineMemory(): number {
  // 0 where nothing limits it, or where that cannot be told; else it may exceed what there is.
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}

/** Trainers that may run at once on this machine: half its processors, or what ELBOW_TRAINERS says. */
export function trainerShare(): number {
  const given = process.env['ELBOW_TRAINERS'];
  if (given === undefined || given === '') return Math.max(1, Math.floor(availableParallelism() / 2));
  const share = Number(given);
  if (!Number.isInteger(share) || share < 1 || share > 1024) {
    throw new RangeError(`ELBOW_TRAINERS must be a whole number from 1 to 1,024; "${given.slice(0, 60)}" was given`);
  }
  return share;
}

/**
 * Claims waiting runs and starts their trainers until the machine's share is used or nothing waits.
 * @returns the runs started
 * @throws when a trainer cannot be started; its run then waits again
 */
export function advanceQueue(store: Store, options: { share?: number } = {}): string[] {
  const share = options.share ?? trainerShare();
  const claimant = `${hostname()}:${process.pid}`;
  const started: string[] = [];
  for (;;) {
    const run = store.queue.claim({ share, claimant });
    if (run === null) return started;
    try {
      launchTrainer({ dataDirectory: store.dataDirectory, run });
    } catch (error) {
      store.queue.unclaim(run);
      throw error;
    }
    started.push(run);
  }
}
