// What `runs evaluate` and `runs export-policy` have in common: a stored policy, given to a process of training's.
import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { PolicySnapshot } from '../../contract/series.ts';
import type { Store } from '../../store/store.ts';
import { StoreError } from '../../store/store.ts';
import { findImportedTask } from '../../tasks/declarations.ts';
import { CommandError } from './failure.ts';

/**
 * The policy of the evaluation at this step; without a step the run's newest.
 * @throws StoreError not-found, naming the steps that have one
 */
export function findPolicy(store: Store, run: string, step: number | null): PolicySnapshot {
  if (step !== null) return store.snapshots.getEvaluation(run, step);
  try {
    return store.snapshots.getLive(run);
  } catch (error) {
    const newest = store.evaluations.list(run).findLast(({ hasPolicy }) => hasPolicy);
    if (!(error instanceof StoreError) || error.code !== 'not-found' || newest === undefined) throw error;
    return store.snapshots.getEvaluation(run, newest.step);
  }
}

export interface PolicyProcess {
  stdout: Readable;
  /** Rejects where it ended with an error, with what it said. */
  ended: Promise<void>;
  kill(): void;
}

/** An imported task as those processes are told of it, which open no data directory; nothing for a built-in one. */
export function importedOption(task: string): string[] {
  const imported = findImportedTask(task);
  return imported === undefined ? [] : [`--imported=${JSON.stringify(imported)}`];
}

/**
 * @param what it does, as in "the evaluation ended early"
 * @param file below src-main/training
 */
export function startPolicyProcess(what: string, file: string, options: readonly string[], onnx: Uint8Array): PolicyProcess {
  const entry = fileURLToPath(new URL(`../../training/${file}`, import.meta.url));
  const child = spawn(process.execPath, [entry, ...options], { stdio: ['pipe', 'pipe', 'pipe'] });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-4000);
  });
  const ended = new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new CommandError(`${what} ended early (${code === null ? 'killed' : `exit code ${code}`}); the run is as it was. ${complaint.trim()}`));
    });
  });
  // Whoever reads the output first may leave before it awaits the end.
  ended.catch(() => undefined);
  // A child that ends before it has read the policy says why on its standard error.
  child.stdin.on('error', () => undefined);
  child.stdin.end(onnx);
  return { stdout: child.stdout, ended, kill: () => void child.kill() };
}
