// Forks: a new run from a checkpoint, its files, and what is left where making one fails.
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { continuationProblem } from '../contract/runs.ts';
import type { Checkpoint, Fork, Store } from './store.ts';
import { smallDisk } from './testing/small-disk.ts';
import {
  afterThisTest,
  configuration,
  evaluationAt,
  newRun,
  openAttempt,
  refusal,
  startProcess,
  temporaryDirectory,
  temporaryStore,
} from './testing/temporary-store.ts';

const segments = ['replay/rows-0-500-1.bin', 'replay/rows-500-700-1.bin'];
const checkpointFiles = ['manifest.json', 'state.bin'];

/** A stopped run with curves, an edit, a fitted prior, and checkpoints at steps 500 and 700 with their files. */
function trainedRun(store: Store): string {
  const run = newRun(store, 'the parent');
  const attempt = openAttempt(store, run);
  const writer = store.metrics.writer(run, attempt);
  for (let step = 1; step <= 700; step += 1) writer.append(step, { entropy: step });
  writer.flush();
  store.evaluations.add(run, attempt, evaluationAt(500, 4));
  store.fittedPriors.add(run, { sourceRun: 'abcdefgh', details: { likelihood: -1.5 }, data: Uint8Array.of(1, 2, 3) });
  const edit = store.edits.request(run, { changes: { a: 1 }, requester: 'me' });
  store.edits.applied(run, attempt, {
    step: 600,
    values: { ...configuration.hyperparameters, a: 1 },
    edits: [{ id: edit, previous: { a: 0 } }],
  });
  const folder = store.runs.directory(run);
  for (const step of [500, 700]) {
    mkdirSync(join(folder, `checkpoints/${step}-1`), { recursive: true });
    for (const name of checkpointFiles) writeFileSync(join(folder, `checkpoints/${step}-1/${name}`), `${name} of ${step}`);
    store.checkpoints.add(run, attempt, {
      step,
      path: `checkpoints/${step}-1`,
      bytes: 30,
      sha256: 'ab'.repeat(32),
      createdAt: step,
      details: { stateHash: 'h', gradientSteps: step },
    });
  }
  mkdirSync(join(folder, 'replay'));
  for (const file of [...segments, 'replay/.unfinished-rows', 'log.txt']) writeFileSync(join(folder, file), `content of ${file}`);
  store.attempts.close(run, attempt);
  store.runs.setState(run, 'stopped');
  return run;
}

function forkOf(store: Store, run: string, changes: Partial<Fork> = {}): Fork {
  const checkpoint = store.checkpoints.newest(run) as Checkpoint;
  const hyperparameters = { ...configuration.hyperparameters, 'batch-size': 64 };
  return { run, checkpoint, files: segments, configuration: { ...configuration, hyperparameters }, name: 'a fork', ...changes };
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/'),
    )
    .sort();
}

function expectWhole(store: Store, run: string, step: number): void {
  const folder = store.runs.directory(run);
  const own = checkpointFiles.map((name) => `checkpoints/${step}-1/${name}`);
  expect(filesBelow(folder)).toEqual([...own, ...segments].sort());
  for (const name of checkpointFiles)
    expect(readFileSync(join(folder, `checkpoints/${step}-1/${name}`), 'utf8')).toBe(`${name} of ${step}`);
  for (const file of segments) expect(readFileSync(join(folder, file), 'utf8')).toBe(`content of ${file}`);
}

describe('a fork', () => {
  it('begins at the checkpoint, with its files and without curves and edits', () => {
    const store = temporaryStore();
    const parent = trainedRun(store);
    const run = store.runs.fork(forkOf(store, parent));
    const detail = store.runs.get(run);
    expect(detail).toMatchObject({
      name: 'a fork',
      parent: { run: parent, step: 700 },
      state: 'stopped',
      stateReason: 'not started yet',
      environmentSteps: 700,
      startedAt: null,
      configuration: { hyperparameters: { 'batch-size': 64 } },
      values: { 'batch-size': 64 },
      edits: [],
      editCount: 0,
      isEdited: false,
      attempts: [],
      evaluations: [],
      metrics: [],
      lastReturn: null,
      checkpoints: [{ step: 700, attempt: 0, createdAt: 700, bytes: 30 }],
      events: [{ kind: 'checkpoint', step: 700, attempt: 0, message: `Forked from run ${parent} (the parent) at its checkpoint.` }],
    });
    expect(detail.diskBytes).toBeGreaterThan(0);
    expect(store.checkpoints.newest(run)).toMatchObject({
      run,
      attempt: 0,
      path: 'checkpoints/700-1',
      sha256: 'ab'.repeat(32),
      details: { stateHash: 'h', gradientSteps: 700, forkedFrom: parent },
    });
    expectWhole(store, run, 700);
    expect(statSync(join(store.runs.directory(run), segments[0] ?? '')).nlink, 'shared where /tmp allows it').toBe(2);
    expect(store.fittedPriors.list(run)).toMatchObject([{ run, sourceRun: 'abcdefgh', details: { likelihood: -1.5 }, bytes: 3 }]);
    expect(store.fittedPriors.data(store.fittedPriors.list(run)[0]?.id ?? 0)).toEqual(Uint8Array.of(1, 2, 3));
    expect(store.checkpoints.newest(parent), 'the parent is as it was').toMatchObject({
      step: 700,
      details: { stateHash: 'h', gradientSteps: 700 },
    });
    expect(refusal(() => store.edits.request(run, { changes: { a: 1 }, requester: 'me' })).message).toContain('has not started');
    expect(store.edits.schedule(run, [{ id: 1, changes: { a: 2 }, undoes: null, requester: 'me', dueStep: 800 }])).toHaveLength(1);
    expect(store.check()).toEqual([]);
  });

  it('has attempts from 1 on, and keeps its checkpoint until it is told otherwise', () => {
    const store = temporaryStore();
    const run = store.runs.fork(forkOf(store, trainedRun(store)));
    const attempt = openAttempt(store, run, 700);
    expect(attempt).toBe(1);
    expect(store.attempts.list(run)).toMatchObject([{ attempt: 1, startStep: 700 }]);
    expect(store.checkpoints.list(run)).toMatchObject([{ step: 700, attempt: 0 }]);
    store.checkpoints.add(run, attempt, {
      step: 900,
      path: 'checkpoints/900-1',
      bytes: 1,
      sha256: 'ab'.repeat(32),
      createdAt: 1,
      details: null,
    });
    store.attempts.close(run, attempt);
    expect(openAttempt(store, run, 900)).toBe(2);
    expect(store.checkpoints.list(run).map(({ step }) => step)).toEqual([900, 700]);
    expect(store.checkpoints.removeOlder(run, 1)).toMatchObject([{ step: 700, path: 'checkpoints/700-1' }]);
  });

  it('cannot begin again in silence where its checkpoint was deleted', () => {
    const store = temporaryStore();
    const run = store.runs.fork(forkOf(store, trainedRun(store)));
    expect(continuationProblem(store.runs.get(run))).toBeNull();
    store.runs.deleteCheckpoints(run);
    expect(continuationProblem(store.runs.get(run))).toContain('checkpoints have been deleted');
  });

  it('frees only what no other run shares', () => {
    const store = temporaryStore();
    const parent = trainedRun(store);
    const run = store.runs.fork(forkOf(store, parent));
    const sizeOf = (files: readonly string[]): number =>
      files.reduce((sum, file) => sum + statSync(join(store.runs.directory(run), file)).size, 0);
    const shared = sizeOf([...segments, ...checkpointFiles.map((name) => `checkpoints/700-1/${name}`)]);
    const own = 'manifest.json of 500'.length + 'state.bin of 500'.length + 'content of replay/.unfinished-rows'.length;
    expect(store.runs.deleteCheckpoints(parent)).toBe(own);
    expect(store.runs.summary(run).diskBytes).toBeGreaterThan(shared);
    expect(store.runs.deleteCheckpoints(run)).toBe(shared);
  });

  it('outlives its parent, and can be forked and imported itself', () => {
    const store = temporaryStore();
    const parent = trainedRun(store);
    const run = store.runs.fork(forkOf(store, parent, { checkpoint: store.checkpoints.list(parent)[1] as Checkpoint }));
    store.runs.softDelete([parent]);
    store.runs.purgeDeleted(0);
    expectWhole(store, run, 500);
    const next = store.runs.fork(forkOf(store, run, { name: 'a fork of a fork' }));
    expect(store.runs.summary(next).parent).toEqual({ run, step: 500 });
    expect(store.checkpoints.newest(next)?.details).toMatchObject({ forkedFrom: run });
    expectWhole(store, next, 500);
    const elsewhere = temporaryStore();
    expect(elsewhere.runs.copyFrom(store, next)).toBe(next);
    expectWhole(elsewhere, next, 500);
    expect(elsewhere.checkpoints.newest(next)).toMatchObject({ step: 500, attempt: 0 });
    expect(elsewhere.fittedPriors.list(next)).toMatchObject([{ sourceRun: 'abcdefgh' }]);
    expect(elsewhere.attempts.list(next)).toEqual([]);
  });

  it('gets copies where its parent lies on another file system', (context) => {
    const store = temporaryStore();
    const parent = trainedRun(store);
    if (!existsSync('/dev/shm') || statSync('/dev/shm').dev === statSync(store.dataDirectory).dev) {
      console.info('skipped: there is no second file system here');
      return context.skip();
    }
    const other = mkdtempSync('/dev/shm/elbow-fork-');
    afterThisTest(() => rmSync(other, { recursive: true, force: true }));
    const before = store.runs.directory(parent);
    cpSync(before, other, { recursive: true });
    rmSync(before, { recursive: true });
    symlinkSync(other, before);
    const run = store.runs.fork(forkOf(store, parent));
    expectWhole(store, run, 700);
    expect(statSync(join(store.runs.directory(run), segments[0] ?? '')).nlink).toBe(1);
  });
});

describe('a fork that fails', () => {
  const cases: [string, string, (store: Store, run: string) => Partial<Fork>][] = [
    ['of a run that does not exist', 'not-found: There is no run', () => ({ run: 'nowhere' })],
    ['of a deleted run', 'not-found: .*was deleted', (store, run) => (store.runs.softDelete([run]), {})],
    [
      'at a checkpoint that is gone',
      'conflict: .*no longer has its checkpoint at step 700.*No run was made. It can be forked at step 500',
      (store, run) => {
        const checkpoint = store.checkpoints.newest(run) as Checkpoint;
        store.checkpoints.removeOlder(run, 0);
        const attempt = openAttempt(store, run, 700);
        store.checkpoints.add(run, attempt, { ...checkpoint, step: 500 });
        store.attempts.close(run, attempt);
        return { checkpoint };
      },
    ],
    [
      "at another run's checkpoint",
      'conflict: .*no longer has its checkpoint',
      (store) => ({ checkpoint: store.checkpoints.newest(trainedRun(store)) as Checkpoint }),
    ],
    [
      'without a file',
      'conflict: .*at step 700 is not whole: .*rows-500-700-1.bin is missing. No run was made',
      (store, run) => (rmSync(join(store.runs.directory(run), segments[1] ?? '')), {}),
    ],
    [
      'without the folder',
      'conflict: .*is not whole: .*checkpoints/700-1 is missing',
      (store, run) => (rmSync(join(store.runs.directory(run), 'checkpoints'), { recursive: true }), {}),
    ],
    [
      'with files from elsewhere',
      'invalid: files\\[1\\] must be relative',
      () => ({ files: ['replay/rows-0-500-1.bin', '../other/log.txt'] }),
    ],
    [
      'with too few steps',
      'invalid: hyperparameters.steps must be a whole number from 701',
      () => ({ configuration: { ...configuration, hyperparameters: { steps: 700 } } }),
    ],
    [
      'with values that cannot be',
      'invalid: hyperparameters.a must be',
      () => ({ configuration: { ...configuration, hyperparameters: { steps: 1000, a: NaN } } }),
    ],
    ['without a name', 'invalid: name must be', () => ({ name: ' ' })],
  ];
  it.each(cases)('%s leaves nothing behind', (_, words, change) => {
    const store = temporaryStore();
    const run = trainedRun(store);
    const before = forkOf(store, run);
    const fork = { ...before, ...change(store, run) };
    const [runs, folders] = [store.runs.list().length, readdirSync(join(store.dataDirectory, 'runs')).length];
    const { code, message } = refusal(() => store.runs.fork(fork));
    expect(`${code}: ${message}`).toMatch(new RegExp(words));
    expect(store.runs.list()).toHaveLength(runs);
    expect(readdirSync(join(store.dataDirectory, 'runs'))).toHaveLength(folders);
    expect(store.check()).toEqual([]);
  });

  it('for want of room leaves nothing behind, and works once there is some', (context) => {
    const disk = smallDisk(2048);
    if (disk === null) return context.skip();
    const store = temporaryStore(disk);
    const parent = trainedRun(store);
    // Elsewhere, so that its files have to be copied.
    const [inside, outside] = [store.runs.directory(parent), join(temporaryDirectory(), 'parent')];
    cpSync(inside, outside, { recursive: true });
    rmSync(inside, { recursive: true });
    symlinkSync(outside, inside);
    writeFileSync(join(outside, segments[1] ?? ''), Buffer.alloc(4_000_000));
    const refused = refusal(() => store.runs.fork(forkOf(store, parent)));
    expect(refused).toMatchObject({ code: 'disk-full', message: expect.stringContaining(`No room left in ${disk}`) as string });
    expect(store.runs.list()).toHaveLength(1);
    expect(readdirSync(join(disk, 'runs'))).toEqual([parent]);
    writeFileSync(join(outside, segments[1] ?? ''), `content of ${segments[1]}`);
    expectWhole(store, store.runs.fork(forkOf(store, parent)), 700);
  });

  it('because its process is killed leaves whole runs only', async () => {
    const directory = temporaryDirectory();
    const store = temporaryStore(directory);
    const parent = trainedRun(store);
    for (let trial = 0; trial < 6; trial += 1) {
      const { child, lines, ended } = startProcess('fork-process.ts', directory, parent, ...segments);
      while (lines.length < 3 + trial) await new Promise((resolve) => setTimeout(resolve, 1));
      child.kill('SIGKILL');
      await ended;
    }
    const forks = store.runs.list().filter(({ id }) => id !== parent);
    expect(forks.length).toBeGreaterThanOrEqual(6 * 3);
    for (const { id } of forks) {
      expectWhole(store, id, 700);
      expect(store.checkpoints.newest(id)).toMatchObject({ step: 700, attempt: 0 });
    }
    expect(store.check()).toEqual([]);
  });

  it('is cleared away by a later one', () => {
    const store = temporaryStore();
    const parent = trainedRun(store);
    const [old, recent] = ['old', 'recent'].map((name) => join(store.dataDirectory, 'runs', `${name}.partial-1`));
    for (const folder of [old, recent]) mkdirSync(join(folder ?? '', 'replay'), { recursive: true });
    const longAgo = new Date(Date.now() - 7_200_000);
    utimesSync(old ?? '', longAgo, longAgo);
    store.runs.fork(forkOf(store, parent));
    expect([old, recent].map((folder) => existsSync(folder ?? ''))).toEqual([false, true]);
  });
});
