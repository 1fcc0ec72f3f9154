// What is read of a stored run: the newest rows of its own policy, whole episodes told apart, damage survived.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { ParameterValues } from '../../contract/parameters.ts';
import { openStore, type Store } from '../../store/store.ts';
import { runFolder } from '../launch.ts';
import { smallRun } from '../test-run.ts';
import { hashData, mostRows, unsquash } from './data.ts';
import { readBehaviour } from './read-behaviour.ts';
import { findSource } from './source.ts';
import { storeCheckpoint, storeEpisodes, storeGoalCheckpoint } from './testing.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'elbow-behaviour-'));
let store: Store;
let count = 0;
beforeEach(() => {
  store?.close();
  count += 1;
  store = openStore(path.join(folder, `data-${count}`));
});
afterAll(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

const newRun = (changes: ParameterValues = {}, parent: { run: string; step: number } | null = null): string =>
  store.runs.create({ configuration: smallRun(changes), name: 'a source', parent });
const read = (source: string, warnings: string[] = []) =>
  readBehaviour(store, findSource(store, newRun(), source), (message) => warnings.push(message));
const wave = (row: number): number => Math.sin(row);
const waves = (from: number, to: number): number[] => [...Float32Array.from({ length: to - from }, (_, k) => wave(from + k))];

describe('the behaviour of a stored run', () => {
  it("is what its newest checkpoint's replay holds beyond the uniform warm-up, in episodes", () => {
    const source = newRun({ 'warm-up': 100 });
    storeEpisodes(store, source, [250], 300, () => 0.5);
    storeCheckpoint(store, source, 290, wave, { step: 300, from: 250 });
    const data = read(source);
    expect(data).toMatchObject({ kind: 'replay', step: 300, rows: 190 });
    expect([...data.action]).toEqual(waves(100, 290));
    expect(data.observation).toHaveLength(190 * 4);
    expect(data.observation.filter((_, k) => k % 4 === 0)).toEqual(Float32Array.from({ length: 190 }, (_, k) => (100 + k) / 100));
    // Episodes of 40 rows begin at 120, 160, …, counted from row 100 on.
    expect(data.episodes).toEqual([0, 20, 60, 100, 140, 180]);
  });

  it("is read past the goals that a goal task's replay keeps", () => {
    const [source, user] = [0, 1].map(() =>
      store.runs.create({ configuration: { ...smallRun({ 'warm-up': 0 }), task: 'fetch-reach' }, name: 'a source', parent: null }),
    ) as [string, string];
    storeGoalCheckpoint(store, source, 100, wave);
    const data = readBehaviour(store, findSource(store, user, source), () => {});
    expect(data).toMatchObject({ kind: 'replay', rows: 100, episodes: [0, 40, 80] });
    expect([...data.action.filter((_, k) => k % 4 === 3)]).toEqual(waves(0, 100));
    expect(data.observation.filter((_, k) => k % 13 === 0)).toEqual(Float32Array.from({ length: 100 }, (_, k) => k / 100));
  });

  it('includes a warm-up in which the policy acted', () => {
    const source = newRun({ 'warm-up': 100, 'warm-up-actions': 'policy' });
    storeCheckpoint(store, source, 150, wave);
    expect(read(source)).toMatchObject({ rows: 150 });
  });

  it("leaves out the parent's warm-up too, as long as the parent is there", () => {
    const parent = newRun({ 'warm-up': 200 });
    const fork = newRun({ 'warm-up': 50 }, { run: parent, step: 300 });
    storeCheckpoint(store, fork, 400, wave);
    expect(read(fork).rows).toBe(200);
    store.runs.softDelete([parent]);
    expect(read(fork).rows).toBe(200);
    store.runs.purgeDeleted(0);
    expect(read(fork).rows).toBe(350);
  });

  it('is the newest rows alone where there are many', () => {
    const source = newRun({ 'warm-up': 100 });
    storeCheckpoint(store, source, mostRows + 500, wave);
    const data = read(source);
    expect(data.rows).toBe(mostRows);
    expect(data.action[0]).toBe(Math.fround(wave(500)));
  });

  it('is its recorded evaluation episodes where there is no checkpoint, the newest that there is room for', () => {
    const source = newRun();
    storeEpisodes(store, source, [250, 500], 60, wave);
    const data = read(source);
    expect(data).toMatchObject({ kind: 'episodes', step: 500, rows: 120, episodes: [0, 60] });
    expect([...data.action]).toEqual([...waves(0, 60), ...waves(0, 60)]);
    expect([data.observation[0], data.observation[4 * 60]]).toEqual([250, 500]);

    const long = newRun();
    storeEpisodes(store, long, [1, 2, 3], 45_000, wave);
    const newest = read(long);
    expect(newest).toMatchObject({ rows: 90_000, episodes: [0, 45_000] });
    expect(newest.observation[0]).toBe(2);
  });

  it('does not count evaluations that a later attempt has replaced', () => {
    const source = newRun();
    storeEpisodes(store, source, [250, 500], 150, wave);
    storeEpisodes(store, source, [300], 150, wave);
    expect(read(source)).toMatchObject({ step: 300, rows: 150 });
  });

  it('is its episodes where its checkpoint holds little but the warm-up', () => {
    const source = newRun({ 'warm-up': 100 });
    storeEpisodes(store, source, [100], 250, wave);
    storeCheckpoint(store, source, 130, wave, { from: 100 });
    expect(read(source)).toMatchObject({ kind: 'episodes', rows: 250 });
  });

  it.each<[string, (place: string) => void]>([
    ['damaged', (place) => writeFileSync(place, 'not rows')],
    ['gone', (place) => rmSync(place)],
  ])('is its episodes where its checkpoint is %s', (_, harm) => {
    const source = newRun({ 'warm-up': 0 });
    storeEpisodes(store, source, [10], 250, wave);
    storeCheckpoint(store, source, 200, wave, { from: 10 });
    const replay = path.join(runFolder(store.dataDirectory, source), 'replay');
    for (const file of readdirSync(replay)) harm(path.join(replay, file));
    const warnings: string[] = [];
    expect(read(source, warnings)).toMatchObject({ kind: 'episodes' });
    expect(warnings).toEqual([expect.stringContaining(`run ${source} (a source) at step 200 cannot be used for its behaviour`)]);
  });

  it('is an earlier checkpoint where the newest cannot be used', () => {
    const source = newRun({ 'warm-up': 0 });
    storeCheckpoint(store, source, 150, wave);
    storeCheckpoint(store, source, 200, wave, { from: 150 });
    rmSync(path.join(runFolder(store.dataDirectory, source), 'checkpoints', '200-2'), { recursive: true });
    const warnings: string[] = [];
    expect(read(source, warnings)).toMatchObject({ kind: 'replay', step: 150, rows: 150 });
    expect(warnings).toEqual([]);
  });

  it('has the same hash where it is the same', () => {
    const [first, second] = [newRun({ 'warm-up': 0 }), newRun({ 'warm-up': 0 })];
    storeCheckpoint(store, first, 120, wave);
    storeCheckpoint(store, second, 120, (row) => (row === 119 ? 0.25 : wave(row)));
    expect(hashData(read(first))).toBe(hashData(read(first)));
    expect(hashData(read(second))).not.toBe(hashData(read(first)));
  });
});

it('actions are taken back through tanh, clipped short of ±1', () => {
  const edge = Math.atanh(1 - 1e-4);
  expect([...unsquash(Float32Array.of(0, 0.5, -0.99, 1, -1, 1.5))].map((u) => u.toFixed(4))).toEqual(
    [0, Math.atanh(0.5), Math.atanh(-0.99), edge, -edge, edge].map((u) => u.toFixed(4)),
  );
});
