// The command line on a disk without a byte left: a real one of 24 MB.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { freeBytes } from '../../store/data-directory.ts';
import { openStore, processIdentity, type Store } from '../../store/store.ts';
import { fill, smallDisk } from '../../store/testing/small-disk.ts';
import { afterThisTest, environment, newRun, temporaryDirectory } from '../../store/testing/temporary-store.ts';
import { importDemo } from '../../workstation/demo.ts';
import { parseLines, runCli } from './testing.ts';

const checkpointBytes = 1_500_000;

/** A stored run with a checkpoint of some size. */
function storeRun(store: Store, name: string): string {
  const run = newRun(store, name);
  const attempt = store.attempts.open(run, { startStep: 0, environment, ...processIdentity() });
  const folder = path.join(store.runs.directory(run), 'checkpoints', '100-1');
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'state.bin'), Buffer.alloc(checkpointBytes, name));
  store.checkpoints.add(run, attempt, {
    step: 100,
    path: 'checkpoints/100-1',
    bytes: checkpointBytes,
    sha256: 'ab'.repeat(32),
    createdAt: Date.now(),
    details: {},
  });
  store.attempts.close(run, attempt);
  store.runs.setState(run, 'stopped');
  return run;
}

interface Disk {
  dataDirectory: string;
  demo: string;
  /** By name; `fork` shares its checkpoint with `parent`. */
  runs: Record<'deleted' | 'parent' | 'fork' | 'kept' | 'queued', string>;
  empty: () => void;
}

/** A full disk with a demo run and others; null where no disk can be made. */
function fullDisk(): Disk | null {
  const disk = smallDisk(24 * 1024);
  if (disk === null) return null;
  const dataDirectory = path.join(disk, 'data');
  const store = openStore(dataDirectory);
  const [deleted, parent, kept, queued] = ['deleted', 'parent', 'kept', 'queued'].map((name) => storeRun(store, name)) as [
    string,
    string,
    string,
    string,
  ];
  const checkpoint = store.checkpoints.newest(parent);
  if (checkpoint === null) throw new Error('it has one');
  const fork = store.runs.fork({ run: parent, checkpoint, files: [], configuration: store.runs.configuration(parent), name: 'fork' });
  store.queue.enqueue(queued);
  store.runs.softDelete([deleted]);
  const demo = importDemo(store);
  store.close();
  return { dataDirectory, demo, runs: { deleted, parent, fork, kept, queued }, empty: fill(disk) };
}

const cli = (disk: Disk, ...given: string[]): ReturnType<typeof runCli> => runCli([...given, '--data-dir', disk.dataDirectory]);

it('shows, evaluates and exports what is stored, and says why nothing can be changed', { timeout: 120_000 }, async (context) => {
  const disk = fullDisk() ?? context.skip();
  const before = readdirSync(disk.dataDirectory);
  const list = await cli(disk, 'runs', 'list');
  expect(list).toMatchObject({
    code: 0,
    stderr: `No room left in ${disk.dataDirectory}: 0 B are free. Stored runs are shown. Make room with: npm run runs -- purge\n`,
  });
  for (const name of ['parent', 'fork', 'kept']) expect(list.stdout).toContain(name);
  expect(await cli(disk, 'runs', 'show', disk.demo)).toMatchObject({ code: 0, stdout: expect.stringContaining('half-cheetah') as string });
  expect((await cli(disk, 'runs', 'edits', disk.demo)).code).toBe(0);
  const evaluated = await cli(disk, 'runs', 'evaluate', disk.demo, '--episodes', '1', '--json');
  expect(parseLines(evaluated.stdout).at(-1)).toMatchObject({ kind: 'result', run: disk.demo, episodes: 1 });
  const file = path.join(temporaryDirectory(), 'policy.onnx');
  expect((await cli(disk, 'runs', 'export-policy', disk.demo, '--out', file)).code).toBe(0);
  expect(existsSync(file)).toBe(true);
  const doctor = await cli(disk, 'doctor');
  expect(doctor.code).toBe(0);
  expect(doctor.stdout).toContain(`WARNING  data directory`);
  expect(doctor.stdout).toMatch(new RegExp(`${disk.dataDirectory}: it is there, and has no room left`));
  expect(doctor.stdout).toMatch(/free disk +0 B/);
  expect(doctor.stdout).not.toMatch(/MISSING +data directory/);

  const train = await cli(disk, 'train', '--task', 'reacher', '--steps', '1000');
  expect(train).toMatchObject({ code: 1, stderr: expect.stringMatching(/No room left .*npm run runs -- purge/) as string });
  expect(readdirSync(disk.dataDirectory)).toEqual(before);
});

it('deletes, restores and purges, and says how much that freed', { timeout: 120_000 }, async (context) => {
  const disk = fullDisk() ?? context.skip();
  const { runs, dataDirectory } = disk;
  const folderOf = (run: string): string => path.join(dataDirectory, 'runs', run);

  expect(await cli(disk, 'runs', 'delete', runs.kept)).toMatchObject({
    code: 0,
    stdout: expect.stringContaining(`Deleted run ${runs.kept}`) as string,
  });
  expect((await cli(disk, 'runs', 'restore', runs.kept)).code).toBe(0);

  const all = await cli(disk, 'runs', 'purge', '--json');
  expect(all.code).toBe(0);
  const [purged, freed] = parseLines(all.stdout);
  expect(purged).toEqual({ kind: 'purged', run: runs.deleted });
  expect(freed?.['bytes']).toBeGreaterThanOrEqual(checkpointBytes);
  expect(freeBytes(dataDirectory)).toBeGreaterThanOrEqual(checkpointBytes);
  expect(existsSync(folderOf(runs.deleted))).toBe(false);

  // What a fork shares with its parent frees nothing and stays.
  const parent = await cli(disk, 'runs', 'purge', 'parent');
  expect(parent.stdout).toMatch(new RegExp(`^Deleted run ${runs.parent} \\(parent\\) for good\\.\n[\\d.]+ k?B freed; [\\d.]+ MB are free`));
  expect(existsSync(folderOf(runs.parent))).toBe(false);
  expect(readFileSync(path.join(folderOf(runs.fork), 'checkpoints/100-1/state.bin')).length).toBe(checkpointBytes);
  const fork = await cli(disk, 'runs', 'purge', runs.fork, '--checkpoints', '--json');
  expect(parseLines(fork.stdout)).toMatchObject([
    { kind: 'checkpoints-deleted', run: runs.fork, bytes: expect.any(Number) as number },
    { kind: 'freed' },
  ]);
  expect(parseLines(fork.stdout)[0]?.['bytes']).toBeGreaterThanOrEqual(checkpointBytes);

  const store = openStore(dataDirectory);
  afterThisTest(() => store.close());
  expect(store.check()).toEqual([]);
  expect(store.runs.list().map(({ name }) => name)).toEqual(expect.arrayContaining(['fork', 'kept']));
  expect(() => store.runs.configuration(runs.deleted)).toThrow('There is no run');
  expect(store.checkpoints.list(runs.fork)).toEqual([]);
});

it('purges without its reserve too: files go first', { timeout: 120_000 }, async (context) => {
  const disk = fullDisk() ?? context.skip();
  rmSync(path.join(disk.dataDirectory, 'elbow.reserve'));
  fill(disk.dataDirectory);
  expect(await cli(disk, 'runs', 'purge')).toMatchObject({ code: 0, stdout: expect.stringMatching(/1\.5\d* MB freed/) as string });
});

it('never purges a run that trains, a name that is not there, or half of what was asked', { timeout: 120_000 }, async (context) => {
  const disk = fullDisk() ?? context.skip();
  disk.empty();
  const store = openStore(disk.dataDirectory);
  afterThisTest(() => store.close());
  store.attempts.open(disk.runs.parent, { startStep: 100, environment, ...processIdentity() });
  const refused = await cli(disk, 'runs', 'purge', disk.runs.kept, disk.runs.parent);
  expect(refused).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/is running and cannot be deleted for good\. Stop it first\. Nothing was changed/) as string,
  });
  expect(store.runs.list().map(({ name }) => name)).toEqual(expect.arrayContaining(['kept', 'parent']));
  expect((await cli(disk, 'runs', 'purge', 'nobody')).code).toBe(2);
  expect((await cli(disk, 'runs', 'purge', '--checkpoints')).code).toBe(2);
  expect(store.runs.deleted(10).runs.map(({ name }) => name)).toEqual(['deleted']);
  store.runs.setState(disk.runs.parent, 'stopped');
});
