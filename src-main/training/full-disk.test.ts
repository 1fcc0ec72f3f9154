// A disk that is really full: a small tmpfs in a mount namespace, which needs no privileges where user
// namespaces are allowed.
import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openStore } from '../store/store.ts';
import { findNodeBinary } from './launch.ts';
import { outcomeOf, smallRun, trainHere } from './test-run.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'elbow-full-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const mount = 'mount -t tmpfs -o size=12m tmpfs "$1"';
const canMount = spawnSync('unshare', ['-rm', 'sh', '-c', mount, 'sh', tmpdir()]).status === 0;

// CI must not pass without it.
it.skipIf(!canMount && !process.env['CI'])(
  'a trainer waits while the disk is full, and ends with what it would have learned anyway',
  async () => {
    const scenario = fileURLToPath(new URL('full-disk.scenario.ts', import.meta.url));
    const script = `${mount} && exec "$2" "$3" "$1"`;
    const { stdout } = await promisify(execFile)('unshare', ['-rm', 'sh', '-c', script, 'sh', folder, findNodeBinary(), scenario], {
      timeout: 110_000,
    });
    const result = JSON.parse(stdout) as { outcome: unknown; log: string; stepsWhenFull: number; damage: string[] };
    expect(result.log).toMatch(/could not be stored .* Training waits and tries again every 3 s; nothing is lost\. Make room on the disk/s);
    expect(result.log).toContain('stored after all; training goes on');
    expect(result.stepsWhenFull).toBeLessThan(1500);
    expect(result.damage).toEqual([]);

    const store = openStore(folder);
    const run = store.runs.create({ configuration: smallRun({ steps: 1500 }), name: 'reference' });
    await trainHere(store, run);
    expect(result.outcome).toEqual(outcomeOf(store, run));
    store.close();
  },
  120_000,
);
