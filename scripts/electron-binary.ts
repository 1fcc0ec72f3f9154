// Electron's binary: where it lies, and how it is fetched. The npm package carries none; importing it would
// download without a limit, so only its files are read here.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

export const downloadLimitSeconds = 60;
/** A download that failed is not tried again for a day, unless --electron asks for it. */
const retryAfterMs = 24 * 3600 * 1000;

export interface BinarySearch {
  /** The checkout. */
  root: string;
  environment: NodeJS.ProcessEnv;
  platform: NodeJS.Platform;
}

const packageFolder = (root: string): string => path.join(root, 'node_modules', 'electron');
const noteFile = (root: string): string => path.join(root, 'out', 'electron-download-failed.json');

function executableName(platform: NodeJS.Platform): string {
  if (platform === 'darwin') return 'Electron.app/Contents/MacOS/Electron';
  return platform === 'win32' ? 'electron.exe' : 'electron';
}

/** Path of the executable, or null where there is none (electron/install.js says the same). */
export function findElectron({ root, environment, platform }: BinarySearch): string | null {
  const override = environment['ELECTRON_OVERRIDE_DIST_PATH'];
  const folder = packageFolder(root);
  if (override) {
    const binary = path.join(override, executableName(platform));
    return existsSync(binary) ? binary : null;
  }
  // path.txt is written last, so an unpacking that was cut short does not count.
  if (!existsSync(path.join(folder, 'path.txt'))) return null;
  const binary = path.join(folder, 'dist', readFileSync(path.join(folder, 'path.txt'), 'utf8').trim());
  return existsSync(binary) ? binary : null;
}

/** Why it is not worth trying now, from the note of an earlier failure; null where it is. */
export function recentFailure(root: string, now: number): string | null {
  try {
    const note: unknown = JSON.parse(readFileSync(noteFile(root), 'utf8'));
    if (typeof note !== 'object' || note === null || !('at' in note) || !('reason' in note)) return null;
    if (typeof note.at !== 'number' || typeof note.reason !== 'string') return null;
    return now - note.at < retryAfterMs && now >= note.at ? note.reason : null;
  } catch {
    return null;
  }
}

export function noteFailure(root: string, now: number, reason: string): void {
  mkdirSync(path.dirname(noteFile(root)), { recursive: true });
  writeFileSync(noteFile(root), JSON.stringify({ at: now, reason }));
}

/**
 * Runs Electron's own installer for at most a minute, and says how far it is.
 * @param installer the program to run in its place, in tests
 * @throws Error with the reason in one line
 */
export async function downloadElectron(options: {
  search: BinarySearch;
  say: (line: string) => void;
  limitSeconds?: number;
  installer?: string;
}): Promise<void> {
  const { search, say, limitSeconds = downloadLimitSeconds } = options;
  const installer = options.installer ?? path.join(packageFolder(search.root), 'install.js');
  if (!existsSync(installer)) throw new Error('the electron package is not installed');
  // The installer downloads into the temporary folder: watching a folder of its own tells the bytes.
  const temporary = mkdtempSync(path.join(tmpdir(), 'elbow-electron-'));
  const environment = { ...search.environment, TMPDIR: temporary, TEMP: temporary, TMP: temporary, ELECTRON_GET_NO_PROGRESS: '1' };
  const child = spawn(process.execPath, [installer], { env: environment, stdio: ['ignore', 'ignore', 'pipe'] });
  let words = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    words = (words + text).slice(-4000);
  });
  const start = performance.now();
  const seconds = (): number => Math.round((performance.now() - start) / 1000);
  say(`Downloading Electron (about 120 MB, at most ${limitSeconds} s; --web does without) …`);
  const progress = setInterval(() => say(`  ${(folderBytes(temporary) / 1e6).toFixed(0)} MB after ${seconds()} s`), 5000);
  let isLate = false;
  const limit = setTimeout(() => {
    isLate = true;
    child.kill('SIGKILL');
  }, limitSeconds * 1000);
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    if (isLate) throw new Error(`the download took longer than ${limitSeconds} s`);
    if (code !== 0) throw new Error(`the download failed: ${firstLine(words) ?? `exit code ${code}`}`);
  } finally {
    clearInterval(progress);
    clearTimeout(limit);
    rmSync(temporary, { recursive: true, force: true });
  }
}

function firstLine(text: string): string | null {
  return (
    text
      .split('\n')
      .map((line) => line.trim())
      .find((line) => line !== '') ?? null
  );
}

function folderBytes(folder: string): number {
  let bytes = 0;
  try {
    for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
      if (entry.isFile()) bytes += statSync(path.join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size ?? 0;
    }
  } catch {
    // The installer moves its files while we look.
  }
  return bytes;
}
