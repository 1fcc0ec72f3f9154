// Opening a store on a disk that is full: what can be read is read, in a copy elsewhere or alone in place.
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openAsFarAsPossible } from './open-as-far.ts';
import { openForReading } from './open-database.ts';
import { releaseReserve, reserveBytes, reservePath } from './reserve.ts';
import { openStore } from './store.ts';
import { fill, smallDisk } from './testing/small-disk.ts';
import { afterThisTest, newRun, refusal, temporaryDirectory, temporaryStore } from './testing/temporary-store.ts';

/** The names of the stored runs, read as `openForReading` opened it. */
function namesIn(directory: string, places: readonly string[]): unknown[] {
  const { database, cleanUp } = openForReading(directory, places);
  try {
    return database.prepare('SELECT name FROM runs ORDER BY name').pluck().all();
  } finally {
    database.close();
    cleanUp();
  }
}

describe('a full disk', () => {
  it('is read in a copy where one fits, and alone in place where none does', (context) => {
    const disk = smallDisk(16_384) ?? context.skip();
    const data = join(disk, 'data');
    const store = openStore(data);
    newRun(store, 'stored');
    store.close();
    fill(disk);
    const before = readdirSync(data);
    const elsewhere = temporaryDirectory();
    expect(namesIn(data, [elsewhere])).toEqual(['stored']);
    expect(readdirSync(elsewhere)).toEqual([]);
    for (const places of [[], [disk]]) expect(namesIn(data, places)).toEqual(['stored']);
    expect(readdirSync(data)).toEqual(before);
  });

  it('is read with what a killed process left in its log', (context) => {
    const disk = smallDisk(16_384) ?? context.skip();
    const data = join(disk, 'data');
    const source = temporaryStore();
    newRun(source, 'in the log');
    mkdirSync(data);
    for (const name of ['elbow.sqlite', 'elbow.sqlite-wal']) copyFileSync(join(source.dataDirectory, name), join(data, name));
    expect(statSync(join(data, 'elbow.sqlite-wal')).size).toBeGreaterThan(0);
    fill(disk);
    expect(namesIn(data, [])).toEqual(['in the log']);
    expect(namesIn(data, [temporaryDirectory()])).toEqual(['in the log']);
  });

  it('says what an older database needs where it can neither be brought up to date nor copied', (context) => {
    const disk = smallDisk(16_384) ?? context.skip();
    copyFileSync(join(import.meta.dirname, '../../test/fixtures/store/version-1.sqlite'), join(disk, 'elbow.sqlite'));
    const empty = fill(disk);
    expect(refusal(() => namesIn(disk, []))).toMatchObject({
      code: 'disk-full',
      message: expect.stringMatching(/written by an older Elbow .* no room: [\d.]+ kB are needed/) as string,
    });
    const { store, problem } = openAsFarAsPossible(disk);
    afterThisTest(() => store.close());
    expect(problem).toMatchObject({ code: 'disk-full' });
    expect(store.runs.list().length).toBeGreaterThan(0);
    empty();
    expect(temporaryStore(disk).runs.list().length).toBeGreaterThan(0);
  });

  it('holds nothing yet: that is refused, and nothing is made', (context) => {
    const disk = smallDisk(1024) ?? context.skip();
    fill(disk);
    expect(refusal(() => openAsFarAsPossible(join(disk, 'data'))).code).toBe('disk-full');
    expect(existsSync(join(disk, 'data', 'elbow.sqlite'))).toBe(false);
  });
});

describe('the reserve', () => {
  it('is kept where there is room, given back when asked, and made again at the next opening', (context) => {
    const disk = smallDisk(16_384) ?? context.skip();
    openStore(disk).close();
    expect(statSync(reservePath(disk)).size).toBe(reserveBytes);
    expect(releaseReserve(disk)).toBe(true);
    expect(releaseReserve(disk)).toBe(false);
    const empty = fill(disk);
    openAsFarAsPossible(disk).store.close();
    expect(existsSync(reservePath(disk))).toBe(false);
    empty();
    openStore(disk).close();
    expect(statSync(reservePath(disk)).size).toBe(reserveBytes);
    rmSync(reservePath(disk));
  });
});
