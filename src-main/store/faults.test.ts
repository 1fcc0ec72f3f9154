// What must survive: killed writers, several writers at once, a full disk, a directory that cannot be written, a
// database that another program keeps busy. With real processes and real disks.
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { connectionOf } from './connection-of.ts';
import { openStore, type Store } from './store.ts';
import { makeReadonly, smallDisk } from './testing/small-disk.ts';
import { evaluationAt, newRun, openAttempt, refusal, startProcess, temporaryDirectory, temporaryStore } from './testing/temporary-store.ts';

/** How many points are stored; all are read, and must be those that metrics-process.ts writes: 2 × step at every step from 1 on. */
function unbrokenPoints(store: Store, run: string): number {
  let count = 0;
  for (;;) {
    const [series] = store.metrics.query(run, {
      metrics: ['mean-q'],
      fromStep: count + 1,
      toStep: count + 10_000,
      maxPoints: 10_000,
      includeSuperseded: false,
    }).series;
    if (!series || series.pointCount === 0) return count;
    const wrong = series.step.findIndex((step, index) => step !== count + index + 1 || series.mean[index] !== 2 * step);
    if (wrong >= 0) throw new Error(`point ${count + wrong + 1} is at step ${series.step[wrong]} and has the value ${series.mean[wrong]}`);
    count += series.pointCount;
  }
}

/** More with ELBOW_KILLS=200, in a minute or two. */
const kills = Number(process.env['ELBOW_KILLS'] ?? 8);

describe('killed and competing writers', () => {
  it(
    'loses no acknowledged flush to kill -9 at random instants, while another process writes',
    { timeout: 90_000 + kills * 4000 },
    async () => {
      const directory = temporaryDirectory();
      const store = temporaryStore(directory);
      const [run, other] = [newRun(store, 'killed'), newRun(store, 'other')];
      const bystander = startProcess('metrics-process.ts', directory, other, '0', '1000000');
      let from = 0;
      for (let kill = 0; kill < kills; kill += 1) {
        const { child, lines, ended } = startProcess('metrics-process.ts', directory, run, String(from), '1000000');
        await expect.poll(() => lines.length, { timeout: 60_000, interval: 5 }).toBeGreaterThan(0);
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 30));
        child.kill('SIGKILL');
        await ended;
        const acknowledged = Number(lines.at(-1));
        const kept = unbrokenPoints(store, run);
        expect(kept).toBeGreaterThanOrEqual(acknowledged);
        expect(kept % 40, 'a flush is whole or absent').toBe(0);
        expect(store.attempts.reapDead()).toEqual([run]);
        from = kept;
      }
      const acknowledged = Number(bystander.lines.at(-1));
      bystander.child.kill('SIGKILL');
      await bystander.ended;
      expect(unbrokenPoints(store, other)).toBeGreaterThanOrEqual(acknowledged);
      expect(store.check()).toEqual([]);
      console.info(`${kills} kills: ${from} points of the killed run and ${unbrokenPoints(store, other)} of the other are there`);
    },
  );

  it('takes every write of two processes that write at once', async () => {
    const directory = temporaryDirectory();
    const store = temporaryStore(directory);
    const runs = [newRun(store), newRun(store)];
    const processes = runs.map((run) => startProcess('metrics-process.ts', directory, run, '0', '150'));
    expect(await Promise.all(processes.map(({ ended }) => ended))).toEqual([0, 0]);
    for (const run of runs) expect(unbrokenPoints(store, run)).toBe(6000);
    expect(store.check()).toEqual([]);
  });

  it('says that another process keeps the database busy, and goes on afterwards', () => {
    const directory = temporaryDirectory();
    const store = temporaryStore(directory);
    const run = newRun(store);
    connectionOf(store).database.pragma('busy_timeout = 30');
    const other = new Database(join(directory, 'elbow.sqlite'));
    other.exec('BEGIN IMMEDIATE');
    expect(refusal(() => store.runs.star(run, true))).toMatchObject({
      code: 'locked',
      message: expect.stringContaining(`the database in ${directory} busy`) as string,
    });
    expect(store.runs.summary(run).starred).toBe(false);
    other.exec('ROLLBACK');
    other.close();
    store.runs.star(run, true);
    expect(store.runs.summary(run).starred).toBe(true);
  });
});

describe('a full disk', () => {
  it('refuses the write, keeps what was stored, and goes on once there is room', (context) => {
    const disk = smallDisk(4096);
    if (disk === null) return context.skip();
    const store = temporaryStore(join(disk, 'data'));
    const run = newRun(store);
    const attempt = openAttempt(store, run);
    const writer = store.metrics.writer(run, attempt);
    const filler = join(disk, 'filler');
    writeFileSync(filler, Buffer.alloc(2_000_000));

    let step = 0;
    let acknowledged = 0;
    const refused = refusal(() => {
      while (step < 1_000_000) {
        for (let point = 0; point < 100; point += 1) writer.append((step += 1), { 'mean-q': step * 2 });
        writer.flush();
        acknowledged = step;
      }
    });
    expect(refused.code).toBe('disk-full');
    expect(refused.message).toMatch(
      new RegExp(`^No room left in ${join(disk, 'data')}: [\\d.]+ (B|kB) are free\\. Everything that was stored before is kept`),
    );
    expect(acknowledged).toBeGreaterThan(1000);
    expect(unbrokenPoints(store, run)).toBe(acknowledged);
    expect(refusal(() => store.evaluations.add(run, attempt, { ...evaluationAt(5, 1), policyOnnx: new Uint8Array(500_000) })).code).toBe(
      'disk-full',
    );
    expect(store.evaluations.list(run)).toEqual([]);
    expect(refusal(() => writer.flush()).code).toBe('disk-full');
    expect(store.check()).toEqual([]);

    rmSync(filler);
    writer.flush();
    store.evaluations.add(run, attempt, evaluationAt(5, 1));
    expect(unbrokenPoints(store, run)).toBe(step);
    store.close();
    const again = temporaryStore(join(disk, 'data'));
    expect(again.check()).toEqual([]);
    expect(unbrokenPoints(again, run)).toBe(step);
  });

  it.for([0, 8, 40, 100])('is said when a new database does not fit into %i kB', (kilobytes, context) => {
    const disk = smallDisk(512);
    if (disk === null) return context.skip();
    writeFileSync(join(disk, 'filler'), Buffer.alloc((508 - kilobytes) * 1024));
    expect(refusal(() => openStore(disk))).toMatchObject({ code: 'disk-full', message: expect.stringContaining('No room left') as string });
    rmSync(join(disk, 'filler'));
    newRun(temporaryStore(disk));
  });
});

describe('a directory that cannot be written', () => {
  function unwritable(content: (directory: string) => void): string | null {
    const isRoot = process.getuid?.() === 0;
    const directory = isRoot ? smallDisk(4096) : temporaryDirectory();
    if (directory === null) return null;
    content(directory);
    makeReadonly(directory, isRoot);
    return directory;
  }

  it('is refused for writing and can be read, also as a crash left it', (context) => {
    const source = temporaryStore();
    const run = newRun(source, 'readable');
    const directory = unwritable((into) => {
      for (const name of readdirSync(source.dataDirectory)) copyFileSync(join(source.dataDirectory, name), join(into, name));
    });
    if (directory === null) return context.skip();
    const refused = refusal(() => openStore(directory));
    expect(refused.code).toBe('read-only');
    expect(refused.message).toContain(`${directory} cannot be written`);
    expect(refused.message).toContain('Nothing was changed');
    const store = openStore(directory, { readonly: true });
    expect(store.runs.list()).toMatchObject([{ id: run, name: 'readable' }]);
    store.close();
  });

  it('is refused where nothing is stored yet', (context) => {
    const directory = unwritable((into) => mkdirSync(join(into, 'empty')));
    if (directory === null) return context.skip();
    for (const place of [directory, join(directory, 'empty'), join(directory, 'new')]) {
      expect(refusal(() => openStore(place))).toMatchObject({ code: 'read-only', message: expect.stringContaining(place) as string });
      expect(refusal(() => openStore(place, { readonly: true })).code).toBe('not-found');
    }
    expect(existsSync(join(directory, 'new'))).toBe(false);
  });
});
