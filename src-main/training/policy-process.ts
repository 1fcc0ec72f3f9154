// Starts a process that does something with a stored policy: it is given the ONNX file and says what came of it.
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { WorkstationError } from '../contract/requests.ts';
import { findNodeBinary } from './node-binary.ts';
import { processEntry, processEnvironment } from './process-entry.ts';

export interface PolicyProcess {
  stdout: Readable;
  /** Rejects where it ended with an error, with what it said. */
  ended: Promise<void>;
  kill(): void;
}

/**
 * @param what it does, as in "The evaluation ended early"
 * @param name of its entry in this folder: `evaluate-policy`
 * @throws Error where Node or the entry is missing
 */
export function startPolicyProcess(what: string, name: string, options: readonly string[], onnx: Uint8Array): PolicyProcess {
  const child = spawn(findNodeBinary(), [processEntry(name), ...options], {
    // Nothing is said over the last one: it tells the process that this one is gone.
    stdio: ['pipe', 'pipe', 'pipe', 'ipc'],
    windowsHide: true,
    env: processEnvironment(),
    // Its type knows of three pipes alone.
  }) as ChildProcessByStdio<Writable, Readable, Readable>;
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-4000);
  });
  const ended = new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve();
      else
        reject(
          new WorkstationError({
            code: 'failed',
            message: `${what} ended early (${code === null ? 'killed' : `exit code ${code}`}); the run is as it was. ${complaint.trim()}`,
            field: null,
          }),
        );
    });
  });
  // Whoever reads the output first may leave before it awaits the end.
  ended.catch(() => undefined);
  // A child that ends before it has read the policy says why on its standard error.
  child.stdin.on('error', () => undefined);
  child.stdin.end(onnx);
  return { stdout: child.stdout, ended, kill: () => void child.kill() };
}
