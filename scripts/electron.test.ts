// Finding, fetching and running Electron, with real processes in the place of its installer and its binary.
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { downloadElectron, findElectron, noteFailure, recentFailure } from './electron-binary.ts';
import { type ElectronResult, runElectron } from './electron-shell.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'elbow-electron-'));
  mkdirSync(path.join(folder, 'node_modules/electron/dist'), { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (name: string, text: string): string => {
  const file = path.join(folder, name);
  writeFileSync(file, text);
  chmodSync(file, 0o755);
  return file;
};
const search = (environment: NodeJS.ProcessEnv = {}) => ({ root: folder, environment, platform: 'linux' as const });

describe('findElectron', () => {
  it('finds the one that was unpacked whole', () => {
    const binary = write('node_modules/electron/dist/electron', '');
    // path.txt comes last.
    expect(findElectron(search())).toBeNull();
    write('node_modules/electron/path.txt', 'electron');
    expect(findElectron(search())).toBe(binary);
    rmSync(binary);
    expect(findElectron(search())).toBeNull();
  });

  it('takes ELECTRON_OVERRIDE_DIST_PATH first', () => {
    write('node_modules/electron/path.txt', 'electron');
    write('node_modules/electron/dist/electron', '');
    mkdirSync(path.join(folder, 'mine'));
    expect(findElectron(search({ ELECTRON_OVERRIDE_DIST_PATH: path.join(folder, 'mine') }))).toBeNull();
    const binary = write('mine/electron', '');
    expect(findElectron(search({ ELECTRON_OVERRIDE_DIST_PATH: path.join(folder, 'mine') }))).toBe(binary);
  });
});

describe('the note of a failed download', () => {
  const hour = 3600_000;
  it('holds for a day', () => {
    expect(recentFailure(folder, 0)).toBeNull();
    noteFailure(folder, 1000, 'fetch failed');
    expect(recentFailure(folder, 1000 + 23 * hour)).toBe('fetch failed');
    expect(recentFailure(folder, 1000 + 25 * hour)).toBeNull();
    // A clock that was set back.
    expect(recentFailure(folder, 0)).toBeNull();
  });

  it.each(['', '{', 'null', '[]', '{"at":"now","reason":1}', '{"at":5}'])('is nothing where it reads %j', (text) => {
    mkdirSync(path.join(folder, 'out'));
    write('out/electron-download-failed.json', text);
    expect(recentFailure(folder, 10)).toBeNull();
  });
});

describe('downloadElectron', () => {
  const download = async (program: string, limitSeconds = 20) => {
    const said: string[] = [];
    await downloadElectron({
      search: search(process.env),
      say: (line) => said.push(line),
      limitSeconds,
      installer: write('installer.cjs', program),
    });
    return said;
  };

  it('runs the installer in a temporary folder of its own and says what it does', async () => {
    const said = await download(`require('fs').writeFileSync(${JSON.stringify(path.join(folder, 'where'))}, require('os').tmpdir())`);
    expect(said[0]).toMatch(/^Downloading Electron .* at most 20 s/);
    expect(existsSync(readFileSync(path.join(folder, 'where'), 'utf8'))).toBe(false);
  });

  it('gives the first line of what went wrong', async () => {
    await expect(download("console.error('\\nTypeError: fetch failed\\n    at x'); process.exit(1)")).rejects.toThrow(
      /^the download failed: TypeError: fetch failed$/,
    );
    await expect(download('process.exit(7)')).rejects.toThrow('the download failed: exit code 7');
  });

  it('ends an installer that takes too long', async () => {
    const start = performance.now();
    await expect(download('setInterval(() => {}, 1000)', 0.5)).rejects.toThrow('took longer than 0.5 s');
    expect(performance.now() - start).toBeLessThan(10_000);
  });

  it('says where the package is missing', async () => {
    await expect(downloadElectron({ search: search(), say: () => undefined })).rejects.toThrow('the electron package is not installed');
  });
});

describe('runElectron', () => {
  interface Ran {
    result: ElectronResult;
    readyCount: number;
  }
  const run = async (script: string, options: { limitSeconds?: number; signal?: AbortSignal } = {}): Promise<Ran> => {
    let readyCount = 0;
    const result = await runElectron({
      binary: write('electron', `#!/bin/sh\n${script}\n`),
      root: folder,
      dataDirectory: '/some/data',
      environment: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
      onReady: () => (readyCount += 1),
      ...options,
    });
    return { result, readyCount };
  };

  it('hands over the folder alone, the data directory by environment, and never --no-sandbox', async () => {
    const { result, readyCount } = await run(
      `echo "$# $1 $ELBOW_DATA_DIR [$ELECTRON_RUN_AS_NODE]" > ${folder}/seen; echo elbow-window-ready`,
    );
    expect(result).toEqual({ kind: 'ended', problem: null });
    expect(readyCount).toBe(1);
    expect(readFileSync(path.join(folder, 'seen'), 'utf8')).toBe(`1 ${folder} /some/data []\n`);
  });

  it.each<[string, string, ElectronResult]>([
    [
      'exits before its window is ready',
      'echo one >&2; echo "no display" >&2; exit 3',
      { kind: 'not-ready', reason: 'exit code 3: no display' },
    ],
    ['exits silently', 'exit 0', { kind: 'not-ready', reason: 'exit code 0' }],
    ['is killed before its window is ready', 'kill -ABRT $$', { kind: 'not-ready', reason: 'SIGABRT' }],
    ['is open already', 'echo elbow-already-open', { kind: 'already-open' }],
    ['crashes later', 'echo elbow-window-ready; kill -SEGV $$', { kind: 'ended', problem: 'SIGSEGV' }],
    ['fails later', 'echo elbow-window-ready; exit 4', { kind: 'ended', problem: 'exit code 4' }],
  ])('%s', async (_, script, expected) => {
    expect((await run(script)).result).toEqual(expected);
  });

  it('does not wait for ever for a window', async () => {
    expect((await run('exec sleep 60', { limitSeconds: 0.3 })).result).toEqual({
      kind: 'not-ready',
      reason: 'no window came within 0.3 s',
    });
  });

  it('ends Electron when it is told to', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 300);
    expect((await run('echo elbow-window-ready; exec sleep 60', { signal: controller.signal })).result).toEqual({
      kind: 'ended',
      problem: 'SIGTERM',
    });
  });

  it('explains a binary that cannot be run', async () => {
    const result = await runElectron({
      binary: path.join(folder, 'missing'),
      root: folder,
      dataDirectory: null,
      environment: {},
      onReady: () => undefined,
    });
    expect(result).toMatchObject({ kind: 'not-ready', reason: expect.stringContaining('ENOENT') as string });
  });
});
