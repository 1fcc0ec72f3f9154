// Opening: new, old, newer, damaged and foreign databases; the data directory; reading only.
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { migrate } from './migrate.ts';
import { migrations } from './migrations/index.ts';
import { openStore, resolveDataDirectory, type Store } from './store.ts';
import {
  afterThisTest,
  evaluationAt,
  newRun,
  openAttempt,
  refusal,
  startProcess,
  temporaryDirectory,
  temporaryStore,
} from './testing/temporary-store.ts';

const newest = migrations.at(-1)?.version ?? 0;
const fixture = join(import.meta.dirname, '../../test/fixtures/store/version-1.sqlite');

/** A data directory with this file as its database. */
function directoryWith(content: Uint8Array | string): string {
  const directory = temporaryDirectory();
  writeFileSync(join(directory, 'elbow.sqlite'), content);
  return directory;
}

function contentOf(directory: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(directory)
      .sort()
      .map((name) => [name, readFileSync(join(directory, name)).toString('base64')]),
  );
}

function schemaVersionOf(directory: string): unknown {
  const database = new Database(join(directory, 'elbow.sqlite'), { readonly: true });
  try {
    return database.pragma('user_version', { simple: true });
  } finally {
    database.close();
  }
}

/** Files as a crash leaves them: what was committed lies in the write-ahead log. */
function crashedDirectory(change: (store: Store) => void, sql?: string): string {
  const living = temporaryDirectory();
  const store = temporaryStore(living);
  change(store);
  const database = new Database(join(living, 'elbow.sqlite'));
  if (sql) database.exec(sql);
  const crashed = temporaryDirectory();
  for (const name of readdirSync(living)) if (name.startsWith('elbow.sqlite')) copyFileSync(join(living, name), join(crashed, name));
  database.close();
  return crashed;
}

describe('opening', () => {
  it('makes the directory and a database with the settings that matter', () => {
    const directory = join(temporaryDirectory(), 'a', 'b with spaces and ü');
    const store = temporaryStore(directory);
    newRun(store);
    const database = new Database(join(directory, 'elbow.sqlite'), { readonly: true });
    expect(
      ['journal_mode', 'auto_vacuum', 'user_version', 'application_id'].map((name) => database.pragma(name, { simple: true })),
    ).toEqual(['wal', 2, newest, 0x454c424f]);
    database.close();
    expect(store.storage()).toMatchObject({ dataDirectory: directory, schemaVersion: newest, isNetworkFileSystem: false });
    expect(store.storage().freeBytes).toBeGreaterThan(0);
    store.close();
    store.close();
    expect(readdirSync(directory)).toEqual(['elbow.reserve', 'elbow.sqlite']);
  });

  it.skipIf(!existsSync('/proc/self'))('refuses a place where no directory can be made, at once', () => {
    expect(() => openStore('/proc/elbow/data')).toThrow(/\/proc\/elbow\/data cannot be used as a data directory.*Nothing was changed/);
  });

  it('gives a version 1 database with everything that it held', () => {
    const directory = directoryWith(readFileSync(fixture));
    const store = temporaryStore(directory);
    const [run = '', waiting = ''] = ['from version 1', 'waiting'].map((name) => store.runs.resolve(name));
    expect(store.queue.list()).toMatchObject([{ run: waiting, position: 1 }]);
    const detail = store.runs.get(run);
    expect(detail).toMatchObject({
      seed: 3,
      state: 'stopped',
      stateReason: 'stopped by a person',
      environmentSteps: 1100,
      starred: true,
      note: 'a note',
      activeSeconds: 12.5,
      configuration: { hyperparameters: { steps: 1000, hidden: [8, 8] } },
      metrics: ['mean-q', 'training-return'],
      checkpoints: [{ step: 1000 }, { step: 500 }],
      events: [{ kind: 'started' }, { kind: 'resumed', step: 500 }],
      liveSnapshot: { step: 1100 },
      attempts: [{ supersededAfter: 500, environment: { host: 'a-host' } }, { supersededAfter: null }],
    });
    expect(detail.evaluations.map((evaluation) => [evaluation.step, ...evaluation.returns])).toEqual([
      [500, 1, 2, 1],
      [1000, 1, 2, 2],
    ]);
    const { series } = store.metrics.query(run, {
      metrics: ['mean-q'],
      fromStep: null,
      toStep: null,
      maxPoints: 5000,
      includeSuperseded: false,
    });
    expect(series[0]?.mean).toEqual(Float64Array.from({ length: 1100 }, (_, index) => (index + 1) / 4 + (index < 500 ? 1 : 2)));
    expect(store.metrics.nonFinite(run)).toMatchObject([{ metric: 'actor-loss', count: 1, firstStep: 7 }]);
    expect(store.rollouts.get(detail.evaluations[1]?.rollouts[0]?.id ?? 0)).toMatchObject({
      step: 1000,
      rewardTerms: ['forward', 'control'],
      columns: [{ name: 'qpos', data: Float64Array.of(0.1, 0.2, 0.3) }, { name: 'action' }, { name: 'terminated' }],
    });
    expect(store.snapshots.critics(run, 1000).onnx).toEqual(Uint8Array.of(2, 2));
    expect(detail).toMatchObject({ values: detail.configuration.hyperparameters, edits: [], editCount: 0, isEdited: false });
    expect(store.check()).toEqual([]);

    const backup = temporaryDirectory();
    copyFileSync(join(directory, `elbow.sqlite.before-version-${newest}`), join(backup, 'elbow.sqlite'));
    expect(schemaVersionOf(backup), 'the backup is as it was').toBe(1);
    expect(temporaryStore(backup).runs.get(run)).toEqual(detail);

    const attempt = openAttempt(store, run, 1000);
    const edit = store.edits.request(run, { changes: { 'batch-size': 32 }, requester: 'a test' });
    store.edits.applied(run, attempt, {
      step: 1000,
      values: { steps: 1000, 'batch-size': 32 },
      edits: [{ id: edit, previous: { 'batch-size': 16 } }],
    });
    expect(store.runs.get(run)).toMatchObject({ values: { 'batch-size': 32 }, edits: [{ id: edit, state: 'applied' }], editCount: 1 });
  });

  it('backs an older database up before a migration, and undoes a migration that fails', () => {
    const directory = directoryWith(readFileSync(fixture));
    const path = join(directory, 'elbow.sqlite');
    const database = new Database(path);
    afterThisTest(() => database.close());
    const next = { version: newest + 1, up: (into: Database.Database) => void into.exec('ALTER TABLE runs ADD COLUMN colour TEXT') };
    const broken = {
      version: newest + 1,
      up: (into: Database.Database) => void into.exec('CREATE TABLE half (a) STRICT; DROP TABLE runs; nonsense'),
    };
    expect(() => migrate(database, [...migrations, broken], path)).toThrow(/nonsense|syntax|unknown datatype|missing datatype/);
    expect(database.pragma('user_version', { simple: true }), 'the migrations before it stay').toBe(newest);
    expect(database.prepare('SELECT count(*) AS count FROM runs').get()).toEqual({ count: 2 });
    migrate(database, [...migrations, next], path);
    migrate(database, [...migrations, next], path);
    expect(database.pragma('user_version', { simple: true })).toBe(newest + 1);
    expect(database.prepare('SELECT colour FROM runs').all()).toHaveLength(2);
    expect(
      readdirSync(directory)
        .filter((name) => name.includes('before'))
        .sort(),
    ).toEqual([`elbow.sqlite.before-version-${newest + 1}`, `elbow.sqlite.before-version-${newest + 1}-2`]);
    const backup = temporaryDirectory();
    copyFileSync(`${path}.before-version-${newest + 1}-2`, join(backup, 'elbow.sqlite'));
    expect(temporaryStore(backup).runs.list()).toHaveLength(2);
  });

  it('refuses a newer database with both versions named, and leaves it alone', () => {
    const newer = directoryWith(readFileSync(fixture));
    const database = new Database(join(newer, 'elbow.sqlite'));
    database.pragma('user_version = 7');
    database.close();
    const crashed = crashedDirectory((store) => void newRun(store), 'PRAGMA user_version = 7');
    for (const directory of [newer, crashed]) {
      const before = contentOf(directory);
      for (const options of [{}, { readonly: true }]) {
        const { code, message } = refusal(() => openStore(directory, options));
        expect(code).toBe('newer-version');
        expect(message).toContain(`its schema has version 7, this Elbow knows versions up to ${newest}`);
        expect(message).toContain(directory);
      }
      const after = contentOf(directory);
      for (const name of ['elbow.sqlite', 'elbow.sqlite-wal']) expect(after[name], name).toBe(before[name]);
    }
  });

  const whole = readFileSync(fixture);
  const edited = (edit: (bytes: Buffer) => void): Buffer => {
    const bytes = Buffer.from(whole);
    edit(bytes);
    return bytes;
  };
  const foreign = (sql: string): Buffer => {
    const database = new Database(':memory:');
    database.exec(sql);
    return database.serialize();
  };
  it.each([
    ['a text', 'these are notes, not a database', 'not a database'],
    ['a long text', 'no '.repeat(5000), 'is not a database'],
    ['a few bytes of a database', whole.subarray(0, 60), 'too short'],
    ['a header alone', whole.subarray(0, 100), 'cut off'],
    ['half of a database', whole.subarray(0, whole.length / 2), 'is cut off: it should have 196608 bytes and has 98304'],
    ['a database without its last byte', whole.subarray(0, -1), 'cut off'],
    ['a wrong magic', edited((bytes) => bytes.write('SQLite format 4')), 'is not a database'],
    ['a page size of zero', edited((bytes) => bytes.writeUInt16BE(0, 16)), 'not'],
    ['a broken schema page', edited((bytes) => bytes.fill(0xff, 100, 4096)), 'damaged'],
    ["another program's database", foreign('CREATE TABLE songs (title)'), "another program's database"],
    ["another program's marked database", foreign('PRAGMA application_id = 5; CREATE TABLE songs (title)'), "another program's database"],
    ["another program's numbered database", foreign('PRAGMA user_version = 1; CREATE TABLE runs (title)'), "another program's database"],
  ])('refuses %s and leaves it alone', (_, content, words) => {
    const directory = directoryWith(content);
    for (const options of [{}, { readonly: true }]) {
      expect(refusal(() => openStore(directory, options))).toMatchObject({
        code: 'corrupt',
        message: expect.stringContaining(words) as string,
      });
      expect(readFileSync(join(directory, 'elbow.sqlite')).equals(Buffer.from(content))).toBe(true);
    }
  });

  it('never does worse than say so where bytes were changed', () => {
    let state = 12345;
    const random = (bound: number): number => (state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff) % bound;
    const outcomes = { fine: 0, corrupt: 0 };
    for (let trial = 0; trial < 60; trial += 1) {
      const directory = directoryWith(
        edited((bytes) => {
          for (let count = 0; count < 40; count += 1) bytes[100 + random(bytes.length - 100)] = random(256);
        }),
      );
      const read = refusal(() => {
        const store = openStore(directory);
        try {
          for (const { id } of store.runs.list()) {
            const detail = store.runs.get(id);
            for (const evaluation of detail.evaluations) for (const rollout of evaluation.rollouts) store.rollouts.get(rollout.id);
            store.metrics.query(id, { metrics: detail.metrics, fromStep: 100, toStep: null, maxPoints: 20, includeSuperseded: true });
          }
          store.check();
        } finally {
          store.close();
        }
      });
      if (read.code === 'none') outcomes.fine += 1;
      else if (['corrupt', 'not-found'].includes(read.code)) outcomes.corrupt += 1;
      else throw new Error(`${read.code}: ${read.message}`);
    }
    console.info(`of 60 databases with 40 bytes changed, ${outcomes.fine} were still readable and ${outcomes.corrupt} were refused`);
    expect(outcomes.corrupt).toBeGreaterThan(0);
  });

  it('takes an empty file for a new database, and copes with files left beside it', () => {
    const empty = directoryWith('');
    newRun(temporaryStore(empty));
    const stale = directoryWith(whole);
    writeFileSync(join(stale, 'elbow.sqlite-shm'), Buffer.alloc(32768, 0xab));
    writeFileSync(join(stale, 'elbow.sqlite-wal'), '');
    expect(temporaryStore(stale).runs.list()).toHaveLength(2);
    const halfLog = crashedDirectory((store) => store.transaction(() => newRun(store)));
    truncateSync(join(halfLog, 'elbow.sqlite-wal'), readFileSync(join(halfLog, 'elbow.sqlite-wal')).length - 100);
    expect(temporaryStore(halfLog).check(), 'the torn transaction is gone, the rest is whole').toEqual([]);
  });

  it.each(['a file in the way', 'a folder for a database'])('refuses %s', (what) => {
    const directory = join(temporaryDirectory(), 'data');
    if (what === 'a file in the way') writeFileSync(directory, '');
    else mkdirSync(join(directory, 'elbow.sqlite'), { recursive: true });
    expect(refusal(() => openStore(directory))).toMatchObject({ code: 'invalid', message: expect.stringContaining(directory) as string });
    expect(refusal(() => openStore(join(directory, 'below', '\0'))).code).toBe('invalid');
  });

  it('is made once by processes that open it at the same moment', async () => {
    const directory = join(temporaryDirectory(), 'new');
    const processes = Array.from({ length: 4 }, () => startProcess('open-process.ts', directory));
    expect(await Promise.all(processes.map(({ ended }) => ended))).toEqual([0, 0, 0, 0]);
    const store = temporaryStore(directory);
    expect(
      store.runs
        .list()
        .map((run) => run.id)
        .sort(),
    ).toEqual(processes.map(({ lines }) => lines[0]).sort());
    expect(readdirSync(directory).filter((name) => name.includes('before'))).toEqual([]);
  });
});

describe('reading only', () => {
  it('writes nothing, at rest and after a crash, and shows all that was committed', () => {
    const rest = directoryWith(readFileSync(fixture));
    const crashed = crashedDirectory((store) => {
      const run = newRun(store);
      store.evaluations.add(run, openAttempt(store, run), evaluationAt(5, 1));
    });
    for (const [directory, count] of [
      [rest, 2],
      [crashed, 1],
    ] as const) {
      const before = contentOf(directory);
      const store = openStore(directory, { readonly: true });
      expect(store.runs.list()).toHaveLength(count);
      expect(store.isReadonly).toBe(true);
      const run = store.runs.list()[0]?.id ?? '';
      for (const act of [() => store.runs.rename(run, 'x'), () => store.queue.claim({ share: 1, claimant: 'x' }), () => newRun(store)]) {
        expect(refusal(act)).toMatchObject({ code: 'read-only', message: expect.stringContaining('opened for reading only') as string });
      }
      store.close();
      const after = contentOf(directory);
      for (const name of ['elbow.sqlite', 'elbow.sqlite-wal']) expect(after[name], name).toBe(before[name]);
      expect(Object.keys(after)).toEqual(Object.keys(before));
    }
  });

  it('follows a database in use', () => {
    const directory = temporaryDirectory();
    const writing = temporaryStore(directory);
    const reading = openStore(directory, { readonly: true });
    newRun(writing, 'later');
    expect(reading.runs.list()).toMatchObject([{ name: 'later' }]);
    reading.close();
  });

  it('does not make what is missing', () => {
    const directory = join(temporaryDirectory(), 'missing');
    expect(refusal(() => openStore(directory, { readonly: true }))).toMatchObject({
      code: 'not-found',
      message: expect.stringContaining('no file elbow.sqlite') as string,
    });
    expect(existsSync(directory)).toBe(false);
  });
});

describe('the data directory', () => {
  beforeEach(() => vi.stubEnv('ELBOW_DATA_DIR', undefined));
  afterEach(() => void vi.unstubAllEnvs());

  it('is the one given, else of the environment, else of the platform', () => {
    expect(resolveDataDirectory()).toMatch(/elbow/);
    vi.stubEnv('ELBOW_DATA_DIR', '/from/environment');
    expect(resolveDataDirectory()).toBe('/from/environment');
    expect(resolveDataDirectory('relative')).toBe(join(process.cwd(), 'relative'));
  });

  it.each(['', '  ', 'a\0b'])('refuses %j', (given) => {
    expect(refusal(() => resolveDataDirectory(given))).toMatchObject({
      code: 'invalid',
      message: expect.stringContaining('--data-dir must name a folder') as string,
    });
    vi.stubEnv('ELBOW_DATA_DIR', '   ');
    expect(refusal(() => resolveDataDirectory())).toMatchObject({
      code: 'invalid',
      message: expect.stringContaining('ELBOW_DATA_DIR must name a folder') as string,
    });
  });
});
