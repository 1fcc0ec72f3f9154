// The supplier: fits once and keeps what it fitted, tells of it, and refuses what nothing can be fitted to.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { ParameterValues } from '../../contract/parameters.ts';
import type { RunConfiguration } from '../../contract/runs.ts';
import { openStore, type Store } from '../../store/store.ts';
import { hashState } from '../state-hash.ts';
import { smallRun } from '../test-run.ts';
import { TrainingError } from '../training-error.ts';
import { createSupplier } from './supplier.ts';
import { type ActionOf, storeCheckpoint, storeEpisodes } from './testing.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'elbow-supplier-'));
let store: Store;
let count = 0;
let lines: string[] = [];
beforeEach(() => {
  store?.close();
  count += 1;
  store = openStore(path.join(folder, `data-${count}`));
  lines = [];
});
afterAll(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

const wave: ActionOf = (row) => 0.5 * Math.sin(row / 7);
const newRun = (changes: ParameterValues = {}, name = 'a run', configuration: Partial<RunConfiguration> = {}): string =>
  store.runs.create({ configuration: { ...smallRun(changes), ...configuration }, name });
const supplierOf = (run: string, updates = 250) =>
  createSupplier({
    store,
    run,
    log: (line) => lines.push(line),
    step: () => 12,
    isAbandoned: () => false,
    limits: { updates, seconds: 900, patience: 1500 },
  });
const wanted = (source: string, smallestScale = 0.05): ParameterValues => ({
  prior: 'behaviour',
  'prior-run': source,
  'prior-smallest-scale': smallestScale,
});

function sourceWithCheckpoint(actionOf: ActionOf = wave, rows = 300): string {
  const source = newRun({ 'warm-up': 100 }, 'a source');
  storeCheckpoint(store, source, rows, actionOf);
  return source;
}

describe('the supplier', () => {
  it.each([
    ['another prior', { prior: 'uniform', 'prior-run': 'nowhere' }],
    ['no prior at all', {}],
  ])('supplies nothing to an agent with %s', async (_, values) => {
    expect(await supplierOf(newRun())(values as ParameterValues)).toEqual({});
  });

  it('fits once, tells of it, and keeps the prior whatever becomes of its source', { timeout: 300_000 }, async () => {
    const source = sourceWithCheckpoint();
    const run = newRun();
    const { behaviourPrior: fitted = {} } = await supplierOf(run)(wanted(source));
    expect(Object.keys(fitted).every((name) => name.startsWith('behaviour/'))).toBe(true);
    const {
      fittedPriors: [shown],
      events,
      stateReason,
    } = store.runs.get(run);
    expect(shown).toMatchObject({
      sourceRun: source,
      smallestScale: 0.05,
      data: 'replay',
      sourceStep: 300,
      transitions: 200,
      updates: 250,
      endedBy: 'updates',
      uniformLikelihood: -Math.LN2,
    });
    expect(shown?.heldOutLikelihood).toBeGreaterThan(-1);
    expect(events).toMatchObject([{ kind: 'prior', step: 12, attempt: 0 }]);
    const likelihood = shown?.heldOutLikelihood.toFixed(2).replace('-', '−') ?? '';
    expect(events[0]?.message).toBe(
      `The behaviour prior was fitted to run ${source} (a source) at step 300: held-out log-likelihood ${likelihood} nats an action over 200 transitions of its training; uniform would have −0.69.`,
    );
    expect(stateReason).toBe('not started yet');
    expect(lines).toContain('fitting the behaviour prior, 100 %, at most 0 s to go');

    // More data, then none at all: the prior of this run stays.
    storeCheckpoint(store, source, 600, (row) => -wave(row));
    const again = async (values: ParameterValues) => hashState((await supplierOf(run)(values)).behaviourPrior ?? {});
    expect(await again(wanted(source))).toBe(hashState(fitted));
    store.runs.softDelete([source]);
    expect(await again(wanted(source))).toBe(hashState(fitted));
    store.runs.purgeDeleted(0);
    expect(await again(wanted(source))).toBe(hashState(fitted));
    expect(store.runs.get(run).events).toHaveLength(1);
    // Another smallest scale is another prior, and so is another run's.
    await expect(again(wanted(source, 0.1))).rejects.toThrow(`There is no run "${source}"`);
    await expect(supplierOf(newRun())(wanted(source))).rejects.toThrow(TrainingError);
  });

  it('gives the same bits for the same seed and data, and fits anew for another scale', { timeout: 300_000 }, async () => {
    const source = sourceWithCheckpoint();
    const hashOf = async (run: string, scale = 0.05): Promise<string> =>
      hashState((await supplierOf(run)(wanted(source, scale))).behaviourPrior ?? {});
    const [first, second, other] = [newRun(), newRun(), newRun({}, 'of another seed', { seed: 2 })];
    expect(await hashOf(second)).toBe(await hashOf(first));
    expect(await hashOf(other)).not.toBe(await hashOf(first));
    expect(await hashOf(first, 0.2)).not.toBe(await hashOf(first));
    expect(store.runs.get(first).fittedPriors.map(({ smallestScale }) => smallestScale)).toEqual([0.05, 0.2]);
  });

  it('finds its source by name, also after the source has gone, and says when it had only mean actions', { timeout: 300_000 }, async () => {
    const source = newRun({}, 'the runner');
    storeEpisodes(store, source, [250], 150, wave);
    const run = newRun();
    const first = await supplierOf(run)(wanted('the runner'));
    expect(store.runs.get(run).events[0]?.message).toContain(
      'over 150 steps of its recorded evaluation episodes, which hold the mean actions',
    );
    store.runs.softDelete([source]);
    expect(await supplierOf(run)(wanted('the runner'))).toEqual(first);
    expect(lines.at(-1)).toContain(`behaviour prior: the one fitted to run ${source}`);
  });

  it('leaves its source as it was', { timeout: 300_000 }, async () => {
    const source = sourceWithCheckpoint();
    const before = store.runs.get(source);
    await supplierOf(newRun())(wanted(source));
    expect(store.runs.get(source)).toEqual(before);
  });

  it('shows how far it has come while it fits', { timeout: 300_000 }, async () => {
    const run = newRun();
    const seen = new Set<string | null>();
    const source = sourceWithCheckpoint();
    const supply = createSupplier({
      store,
      run,
      log: () => seen.add(store.runs.summary(run).stateReason),
      step: () => 0,
      isAbandoned: () => false,
      limits: { updates: 500, seconds: 900, patience: 1500 },
    });
    await supply(wanted(source));
    expect([...seen].some((reason) => reason?.startsWith('fitting the behaviour prior'))).toBe(true);
    expect(store.runs.summary(run).stateReason).toBe('not started yet');
  });

  it.each<[string, (run: string) => string, RegExp]>([
    ['no source', () => '', /needs prior-run/],
    ['a run that is not there', () => 'nowhere', /cannot be fitted: There is no run "nowhere"/],
    [
      'a deleted run',
      () => {
        const source = sourceWithCheckpoint();
        store.runs.softDelete([source]);
        return source;
      },
      /was deleted\. It can still be restored\./,
    ],
    [
      'a name that several runs have',
      () => {
        newRun({}, 'twin');
        newRun({}, 'twin');
        return 'twin';
      },
      /"twin" fits 2 runs/,
    ],
    ['the run itself', (run) => run, /is this run itself\. A prior that follows it is prior=previous or prior=learned/],
    [
      'a run of other dimensions',
      () => newRun({}, 'a cheetah', { task: 'half-cheetah' }),
      /\(a cheetah\): half-cheetah has 17 observation dimensions \(.+, …\) where inverted-pendulum has 4 \(.+\)/,
    ],
    ['a run of an unknown task', () => newRun({}, 'old', { task: 'moon-lander' }), /no task moon-lander/],
    ['a run that has not begun', () => newRun({}, 'fresh'), /neither a checkpoint .* nor recorded evaluation episodes/],
    ['a run that is still warming up', () => sourceWithCheckpoint(wave, 90), /neither a checkpoint .* nor recorded evaluation episodes/],
    ['a run that has hardly begun', () => sourceWithCheckpoint(wave, 140), /has 40 recorded transitions .* needs at least 100/],
    ['a run that always did the same', () => sourceWithCheckpoint(() => 0.3), /the same action in all of its 200 recorded transitions/],
    [
      'a run with an action that is no number',
      () => sourceWithCheckpoint((row) => (row === 150 ? NaN : wave(row))),
      /stored an action of NaN \(replay, row 50\)/,
    ],
    [
      'a run with an infinite action in its episodes',
      () => {
        const source = newRun({}, 'wild');
        storeEpisodes(store, source, [10], 150, (row) => (row === 7 ? Infinity : wave(row)));
        return source;
      },
      /stored an action of Infinity \(episodes, row 7\)/,
    ],
  ])('refuses %s, and keeps nothing of it', async (_, source, message) => {
    const run = newRun({}, 'the user');
    const before = store.runs.get(run);
    const refusal = await supplierOf(run)(wanted(source(run))).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(TrainingError);
    expect((refusal as Error).message).toMatch(message);
    expect(store.runs.get(run)).toEqual(before);
  });

  it.each([
    [{ prior: 'behaviour' }],
    [{ prior: 'behaviour', 'prior-run': 7, 'prior-smallest-scale': 0.05 }],
    [{ prior: 'behaviour', 'prior-run': 'x' }],
  ])('refuses incomplete values %j', async (values) => {
    await expect(supplierOf(newRun())(values as ParameterValues)).rejects.toThrow(/needs prior-run and prior-smallest-scale/);
  });
});
