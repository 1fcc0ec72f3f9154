// Builds what a shell needs, when its sources are newer than what was built. `npm run build` builds both parts.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';

export const root = path.resolve(import.meta.dirname, '..');
const limitSeconds = 300;

export interface Part {
  name: string;
  /** Files and folders that it is made from. */
  sources: readonly string[];
  /** Exists once it is built. */
  product: string;
  /** A Node program and its arguments. */
  command: readonly string[];
}

export const parts = {
  renderer: {
    name: 'the window',
    // The rooms that the window may import (eslint.config.js).
    sources: [
      'src-renderer',
      'src-main/contract',
      'src-main/tasks',
      'src-main/physics',
      'src-main/random',
      'assets/models',
      'vite.config.ts',
      'package-lock.json',
    ],
    product: 'out/renderer/index.html',
    command: ['node_modules/vite/bin/vite.js', 'build', '--logLevel', 'warn'],
  },
  electron: {
    name: "Electron's part",
    sources: ['src-main', 'electron.vite.config.ts', 'package-lock.json'],
    product: 'out/shells/electron/main.js',
    command: ['node_modules/electron-vite/bin/electron-vite.js', 'build', '--logLevel', 'warn'],
  },
} as const satisfies Record<string, Part>;

/**
 * One text for the present sources: names, sizes and times. Contents are not read, so that looking costs
 * milliseconds; a change of a source always changes one of the three, and so does deleting it.
 */
export function digestSources(folder: string, sources: readonly string[]): string {
  const hash = createHash('sha256');
  const visit = (file: string): void => {
    const stats = statSync(file, { throwIfNoEntry: false });
    if (!stats) return;
    if (stats.isDirectory()) {
      for (const name of readdirSync(file).sort()) if (!name.endsWith('.test.ts')) visit(path.join(file, name));
    } else {
      hash.update(`${path.relative(folder, file)}\0${stats.size}\0${stats.mtimeMs}\0`);
    }
  };
  for (const source of sources) visit(path.join(folder, source));
  return hash.digest('hex');
}

const stampFile = (folder: string, part: Part): string => path.join(folder, 'out', 'stamps', path.basename(part.sources[0] ?? ''));

export function isFresh(folder: string, part: Part, digest: string): boolean {
  const stamp = stampFile(folder, part);
  return existsSync(path.join(folder, part.product)) && existsSync(stamp) && readFileSync(stamp, 'utf8') === digest;
}

/**
 * Builds the part unless it is fresh, and says so before.
 * @throws Error with the builder's own words, or when it takes longer than five minutes
 */
export async function ensureBuilt(part: Part, say: (line: string) => void, folder = root): Promise<void> {
  const digest = digestSources(folder, part.sources);
  if (isFresh(folder, part, digest)) return;
  say(`Building ${part.name}: its sources are newer than what was built (at most ${limitSeconds / 60} minutes) …`);
  // Should it end half-way, the next start builds again.
  rmSync(stampFile(folder, part), { force: true });
  const start = performance.now();
  await runBuilder(part, folder);
  mkdirSync(path.join(folder, 'out', 'stamps'), { recursive: true });
  writeFileSync(stampFile(folder, part), digest);
  say(`Built ${part.name} in ${((performance.now() - start) / 1000).toFixed(1)} s.`);
}

function runBuilder(part: Part, folder: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...part.command], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: limitSeconds * 1000,
      env: { ...process.env, NO_COLOR: '1' },
    });
    let words = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        words = (words + text).slice(-8000);
      });
    }
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (code === 0) resolve();
      else
        reject(
          new Error(`${part.name} could not be built (${signal === null ? `exit code ${code}` : `ended by ${signal}`}):\n${words.trim()}`),
        );
    });
  });
}

if (import.meta.main) {
  for (const part of Object.values(parts)) await ensureBuilt(part, (line) => console.log(line));
}
