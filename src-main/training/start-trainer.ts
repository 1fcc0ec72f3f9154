// Starts trainers: one detached process a run.
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { availableParallelism, hostname, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { runDirectory, runLogName } from '../store/data-directory.ts';
import { judgeProcess, processIdentity, type Store, StoreError } from '../store/store.ts';
import { findNodeBinary } from './node-binary.ts';
import { processEntry, processEnvironment } from './process-entry.ts';

/** Where a run's checkpoints, replay segments and log lie. */
export function runFolder(dataDirectory: string, run: string): string {
  return runDirectory(dataDirectory, run);
}
export function runLogPath(dataDirectory: string, run: string): string {
  return join(runFolder(dataDirectory, run), runLogName);
}

/**
 * Starts a process that outlives this one, with Elbow's own Node. What it says is appended to a file.
 * @param what it is, for the error: `the trainer of run abc`
 * @returns its process id
 * @throws when the entry, Node or the file cannot be opened
 */
export function startDetached(what: string, file: { log: string; folder: string }, node: readonly string[]): number {
  const binary = findNodeBinary();
  const log = openSync(file.log, 'a');
  try {
    const child = spawn(binary, node, {
      cwd: file.folder,
      detached: true,
      windowsHide: true,
      stdio: ['ignore', log, log],
      env: processEnvironment(),
    });
    // A failed spawn is an event as well as a missing process id; without a listener it would end this process.
    child.on('error', () => {});
    child.unref();
    if (child.pid === undefined) throw new Error(`${what} could not be started with ${binary}`);
    return child.pid;
  } finally {
    closeSync(log);
  }
}

/**
 * Starts a trainer. Its output is appended to the run's log.
 * @returns the trainer's process id
 * @throws when the entry, Node or the log cannot be opened
 */
export function launchTrainer(options: { dataDirectory: string; run: string }): number {
  const { run } = options;
  const dataDirectory = resolve(options.dataDirectory);
  const entry = processEntry('trainer');
  const folder = runFolder(dataDirectory, run);
  mkdirSync(folder, { recursive: true });
  const heapMegabytes = Math.max(2048, Math.min(16_384, Math.floor((0.7 * totalmem()) / 2 ** 20)));
  return startDetached(`the trainer of run ${run}`, { log: runLogPath(dataDirectory, run), folder }, [
    `--max-old-space-size=${heapMegabytes}`,
    entry,
    '--data-dir',
    dataDirectory,
    '--run',
    run,
  ]);
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
    let pid: number;
    try {
      pid = launchTrainer({ dataDirectory: store.dataDirectory, run });
    } catch (error) {
      store.queue.unclaim(run);
      throw error;
    }
    started.push(run);
    vouchFor(store, run, pid);
  }
}

/** Takes the claim for the trainer, which does so itself once it is loaded: should it be killed before, that is seen at once. */
function vouchFor(store: Store, run: string, pid: number): void {
  const trainer = processIdentity(pid);
  // What cannot be read now, or has ended already, is no word for it.
  if (judgeProcess(trainer.pid, trainer.bootId) !== 'alive') return;
  try {
    store.queue.takeClaim(run, trainer);
  } catch (error) {
    // It was quicker, or the store is busy: its own word follows.
    if (!(error instanceof StoreError)) throw error;
  }
}
