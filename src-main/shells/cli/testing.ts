// For tests: the real command line in a process of its own.
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';

export const cliEntry = path.join(import.meta.dirname, 'main.ts');

export interface CliResult {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface CliOptions {
  env?: NodeJS.ProcessEnv;
  /** Runs as nobody when the tests run as root, for whom every folder is writable. */
  unprivileged?: boolean;
}

export function startCli(given: readonly string[], options: CliOptions = {}): ChildProcessByStdio<null, Readable, Readable> {
  const nobody = options.unprivileged === true && process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
  // Dozens of starts share what the first one compiled.
  const ours = { NO_COLOR: undefined, FORCE_COLOR: undefined, ELBOW_DATA_DIR: undefined, ELBOW_TRAINERS: undefined };
  const env = { ...process.env, ...ours, NODE_COMPILE_CACHE: path.join(tmpdir(), 'elbow-test-compile-cache'), ...options.env };
  return spawn(process.execPath, [cliEntry, ...given], { env, stdio: ['ignore', 'pipe', 'pipe'], ...nobody });
}

export function runCli(given: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const child = startCli(given, options);
  return new Promise((resolve, reject) => {
    const result: CliResult = { code: null, stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => (result.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (result.stderr += text));
    child.once('error', reject);
    child.once('close', (code) => resolve({ ...result, code }));
  });
}

/** The objects of `--json`, one a line. */
export function parseLines(text: string): Record<string, unknown>[] {
  return text
    .trim()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
