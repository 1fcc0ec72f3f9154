// The built code in the layout of a package: trainers and the demo must be found beside the archive, where stock
// Node can read them. (Electron's binary and the archive itself are the release workflow's to test.)
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../../scripts/build.ts';
import type { Lanes as BuiltLanes } from '../../src-main/engine/native/lanes.ts';
import type { createWorkstation } from '../../src-main/workstation/workstation.ts';

let folder = '';
let unpacked = '';
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'elbow-package-'));
  unpacked = path.join(folder, 'resources', 'app.asar.unpacked');
  mkdirSync(unpacked, { recursive: true });
  cpSync(path.join(root, 'package.json'), path.join(unpacked, 'package.json'));
  symlinkSync(path.join(root, 'node_modules'), path.join(unpacked, 'node_modules'), 'junction');
  const builder = path.join(root, 'node_modules/electron-vite/bin/electron-vite.js');
  const built = spawnSync(
    process.execPath,
    [builder, 'build', '--config', path.join(root, 'electron.vite.config.ts'), '--logLevel', 'error'],
    { cwd: unpacked, encoding: 'utf8' },
  );
  expect(built.stderr + built.stdout).toBe('');
  expect(built.status).toBe(0);
  // As electron-builder.yml's extraResources.
  for (const name of ['models', 'demo']) cpSync(path.join(root, 'assets', name), path.join(unpacked, 'assets', name), { recursive: true });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a package', () => {
  it("has Electron's entry where package.json says, its preload beside it, and nothing of the sources", () => {
    const { main } = JSON.parse(readFileSync(path.join(unpacked, 'package.json'), 'utf8')) as { main: string };
    expect(main).toBe('out/shells/electron/main.js');
    expect(readdirSync(path.join(unpacked, 'out/shells/electron'))).toEqual(expect.arrayContaining(['main.js', 'preload.cjs']));
    expect(readdirSync(path.join(unpacked, 'out'), { recursive: true }).filter((name) => String(name).endsWith('.ts'))).toEqual([]);
  });

  it('tries devices in a process of its own', () => {
    const { stdout, status } = spawnSync(process.execPath, [path.join(unpacked, 'out/engine/probe/child.js'), 'cpu'], {
      encoding: 'utf8',
      timeout: 90_000,
    });
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ available: true });
  });

  it('finds the threads of an update', async () => {
    const { Lanes } = (await import(pathToFileURL(path.join(unpacked, 'out/engine/native/lanes.js')).href)) as { Lanes: typeof BuiltLanes };
    const lanes = new Lanes(2);
    const nothing = new WebAssembly.Module(Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00));
    const words = (): Int32Array => new Int32Array(new SharedArrayBuffer(4096));
    const part = { lane: 1, before: 0, needs: [], call: { kernel: 'none' } };
    const program = await lanes.load({ parts: [part], module: nothing, memories: [], progress: words() });
    expect(program.lanes).toBe(2);
    await lanes.end();
  });

  it('trains with its own trainer and imports its own demo', async () => {
    const built = (await import(pathToFileURL(path.join(unpacked, 'out/workstation/workstation.js')).href)) as {
      createWorkstation: typeof createWorkstation;
    };
    const workstation = built.createWorkstation({ dataDirectory: path.join(folder, 'data') });
    try {
      const hyperparameters = { steps: 200, hidden: [16, 16], 'warm-up': 100, 'batch-size': 16, 'evaluation-episodes': 1 };
      const { runs } = await workstation.call('runs.create', {
        task: 'inverted-pendulum',
        agent: 'sac',
        hyperparameters,
        seeds: '1',
        device: 'cpu',
        threads: 1,
        name: null,
      });
      const [run = ''] = runs;
      await expect
        .poll(async () => (await workstation.call('runs.get', { run })).state, { timeout: 90_000, interval: 200 })
        .toBe('finished');
      const { run: demo } = await workstation.call('runs.importDemo', {});
      expect((await workstation.call('runs.get', { run: demo })).isDemo).toBe(true);
    } finally {
      await workstation.close();
    }
  });
});
