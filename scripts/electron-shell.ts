// Runs Electron and waits for its word that the window is there.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { electronSignals } from '../src-main/shells/electron/readiness.ts';

/** A window that has not come by then is taken for one that never will. */
const readyLimitSeconds = 45;

export type ElectronResult =
  /** It ended before its window was ready. */
  | { kind: 'not-ready'; reason: string }
  | { kind: 'already-open' }
  /** Its window was there, and it has ended since. */
  | { kind: 'ended'; problem: string | null };

export interface ElectronRun {
  binary: string;
  /** The folder whose package.json names Electron's entry. */
  root: string;
  dataDirectory: string | null;
  environment: NodeJS.ProcessEnv;
  onReady(): void;
  limitSeconds?: number;
  /** Ends Electron. */
  signal?: AbortSignal;
}

/** `--no-sandbox` is never passed: where Chromium's sandbox does not work, the browser shell opens instead. */
export function runElectron(options: ElectronRun): Promise<ElectronResult> {
  const { limitSeconds = readyLimitSeconds } = options;
  // The data directory goes by environment; ELECTRON_RUN_AS_NODE would make Electron a plain Node.
  const environment = { ...options.environment };
  delete environment['ELECTRON_RUN_AS_NODE'];
  if (options.dataDirectory !== null) environment['ELBOW_DATA_DIR'] = options.dataDirectory;
  const child = spawn(options.binary, [options.root], { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  const stop = (): void => void child.kill('SIGTERM');
  options.signal?.addEventListener('abort', stop);

  return new Promise((resolve) => {
    let state: 'starting' | 'late' | 'ready' | 'already-open' = 'starting';
    let lastWords = '';
    const limit = setTimeout(() => {
      if (state !== 'starting') return;
      state = 'late';
      child.kill('SIGKILL');
    }, limitSeconds * 1000);
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line === electronSignals.ready && state === 'starting') {
        state = 'ready';
        options.onReady();
      } else if (line === electronSignals.alreadyOpen) {
        state = 'already-open';
      }
    });
    createInterface({ input: child.stderr }).on('line', (line) => {
      if (line.trim() !== '') lastWords = line.trim();
      if (state === 'ready') process.stderr.write(`${line}\n`);
    });
    const end = (result: ElectronResult): void => {
      clearTimeout(limit);
      options.signal?.removeEventListener('abort', stop);
      resolve(result);
    };
    child.once('error', (error) => end({ kind: 'not-ready', reason: error.message }));
    child.once('close', (code, signal) => {
      const how = signal ?? `exit code ${code}`;
      if (state === 'already-open') end({ kind: 'already-open' });
      else if (state === 'ready') end({ kind: 'ended', problem: code === 0 ? null : how });
      else if (state === 'late') end({ kind: 'not-ready', reason: `no window came within ${limitSeconds} s` });
      else end({ kind: 'not-ready', reason: lastWords === '' ? how : `${how}: ${lastWords.slice(0, 300)}` });
    });
  });
}
