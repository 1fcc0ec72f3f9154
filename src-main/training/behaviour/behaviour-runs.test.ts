// Real trainings with a behaviour prior: fitted when the run begins or by a live edit, the same after a resume and a
// repetition, and independent of its source from then on.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ParameterValues } from '../../contract/parameters.ts';
import { openStore, type Store } from '../../store/store.ts';
import { asked, editNow, outcomeOf, smallRun, trainHere, trainScripted, until } from '../test-run.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'elbow-behaviour-runs-'));
let store: Store;
beforeAll(() => {
  store = openStore(folder);
});
afterAll(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

async function trainSource(): Promise<string> {
  const source = store.runs.create({
    configuration: smallRun({ steps: 400, 'evaluation-every': 400, 'evaluation-episodes': 1 }, 3),
    name: 'the source',
  });
  await trainHere(store, source);
  return source;
}

/** As a repetition does: the same priors, not fitted anew. */
function copyPriors(from: string, to: string): void {
  for (const { id, sourceRun, details } of store.fittedPriors.list(from))
    store.fittedPriors.add(to, { sourceRun, details, data: store.fittedPriors.data(id) });
}

describe('a run with a behaviour prior', () => {
  it('trains, and is the same when interrupted or repeated without its source', { timeout: 600_000 }, async () => {
    const source = await trainSource();
    const behaviour: ParameterValues = { prior: 'behaviour', 'prior-run': source, 'kl-target': 0.5 };
    const whole = store.runs.create({ configuration: smallRun(behaviour), name: 'whole' });
    const { log } = await trainHere(store, whole);
    const { events, fittedPriors, stateReason, state } = store.runs.get(whole);
    expect({ state, stateReason }).toEqual({ state: 'finished', stateReason: null });
    expect(events.slice(0, 2)).toMatchObject([{ kind: 'prior', step: 0, attempt: 0 }, { kind: 'started' }]);
    expect(log).toContain(events[0]?.message);
    expect(fittedPriors).toMatchObject([{ sourceRun: source, data: 'replay', sourceStep: 400, transitions: 300, endedBy: 'likelihood' }]);
    const {
      series: [kl],
    } = store.metrics.query(whole, { metrics: ['kl'], fromStep: null, toStep: null, maxPoints: 100, includeSuperseded: false });
    expect(kl?.mean).toHaveLength(5);
    expect(kl?.mean.every((value) => Number.isFinite(value) && value >= 0)).toBe(true);

    store.runs.softDelete([source]);
    store.runs.purgeDeleted(0);
    const cut = store.runs.create({ configuration: smallRun({ ...behaviour, steps: 300 }), name: 'cut' });
    copyPriors(whole, cut);
    await trainHere(store, cut);
    store.runs.extend(cut, 600);
    await trainHere(store, cut);
    const [expected, resumed] = [outcomeOf(store, whole), outcomeOf(store, cut)];
    expect(resumed.newest).toEqual(expected.newest);
    expect(resumed.series.find(({ metric }) => metric === 'kl')).toEqual(expected.series.find(({ metric }) => metric === 'kl'));
    expect(store.fittedPriors.list(cut)).toHaveLength(1);

    const uniform = store.runs.create({ configuration: smallRun({ 'kl-target': 0.5 }), name: 'uniform' });
    await trainHere(store, uniform);
    expect(outcomeOf(store, uniform).newest?.stateHash).not.toBe(expected.newest?.stateHash);
  });

  it('may turn to one while it goes on; an edit to a source that nothing can be fitted to is refused', { timeout: 600_000 }, async () => {
    const source = await trainSource();
    const empty = store.runs.create({ configuration: smallRun(), name: 'not begun' });
    const edits = [
      [150, { prior: 'behaviour', 'prior-run': empty, 'kl-target': 1 }],
      [200, { prior: 'behaviour', 'prior-run': source, 'kl-target': 1 }],
      [250, { prior: 'uniform', 'entropy-target': -1 }],
      [300, { prior: 'behaviour', 'prior-run': source, 'kl-target': 0.3 }],
    ] as const;
    const begin = (): string => {
      const run = store.runs.create({ configuration: smallRun({ steps: 400 }), name: 'edited' });
      store.edits.schedule(
        run,
        edits.map(([dueStep, changes], i) => ({ id: i + 1, changes, undoes: null, requester: 'test', dueStep })),
      );
      return run;
    };
    const run = begin();
    await trainHere(store, run);
    const detail = store.runs.get(run);
    expect(detail.state).toBe('finished');
    expect(detail.edits.map(({ state }) => state)).toEqual(['refused', 'applied', 'applied', 'applied']);
    expect(detail.edits[0]?.reason).toContain(`cannot be fitted to run ${empty} (not begun): it has neither a checkpoint`);
    expect(detail.events.filter(({ kind }) => kind === 'prior')).toMatchObject([{ step: 200, attempt: 1 }]);
    expect(detail.fittedPriors).toMatchObject([{ sourceRun: source }]);
    expect(detail.values).toMatchObject({ prior: 'behaviour', 'prior-run': source, 'kl-target': 0.3 });

    store.runs.softDelete([source]);
    const again = begin();
    copyPriors(run, again);
    await trainHere(store, again);
    expect(outcomeOf(store, again).newest).toEqual(outcomeOf(store, run).newest);
  });
});

describe('a fit of a behaviour prior', () => {
  it('rests and ends at once when it is asked to, before the run has begun', { timeout: 600_000 }, async () => {
    const source = await trainSource();
    const run = store.runs.create({ configuration: smallRun({ prior: 'behaviour', 'prior-run': source, 'kl-target': 0.5 }), name: 'fits' });
    store.queue.enqueue(run);
    expect(store.queue.claim({ share: 1, claimant: 'test' })).toBe(run);
    const training = trainHere(store, run);
    const asking = openStore(folder);
    const stands = (state: string, reason: RegExp) =>
      until(
        () => `${state}, ${reason}; it is ${JSON.stringify(asking.runs.summary(run))}`,
        () => asking.runs.summary(run).state === state && reason.test(asking.runs.summary(run).stateReason ?? ''),
      );
    try {
      await stands('running', /^fitting the behaviour prior, \d+ %/);
      asking.commands.request(run, 'pause', 'ada');
      await stands('paused', /^paused by ada while it starts$/);
      // Its claim holds: it is neither put back into the queue nor taken for lost.
      expect(asking.queue.claim({ share: 9, claimant: 'another' })).toBeNull();
      expect(asking.attempts.reapDead()).toEqual([]);
      expect(asking.runs.summary(run).state).toBe('paused');
      asking.commands.request(run, 'resume', 'ada');
      await stands('running', /^(starting|fitting)/);
      asking.commands.request(run, 'stop', 'ben');
      expect((await training).outcome).toBe('stopped');
    } finally {
      asking.close();
    }
    expect(store.runs.get(run)).toMatchObject({
      state: 'stopped',
      stateReason: null,
      environmentSteps: 0,
      fittedPriors: [],
      attempts: [],
      events: [{ kind: 'stopped', step: 0, requester: 'ben', message: 'Stopped by ben while it started; nothing was trained.' }],
    });
    expect(store.commands.pending(run)).toEqual([]);
    await trainHere(store, run);
    expect(store.runs.summary(run).state).toBe('finished');
  });

  it('for an edit ends with a stop, which leaves the run as it was before', { timeout: 600_000 }, async () => {
    const source = await trainSource();
    const [reference, run] = ['reference', 'stopped'].map((name) => store.runs.create({ configuration: smallRun({ steps: 300 }), name }));
    if (reference === undefined || run === undefined) throw new Error('two runs');
    await trainHere(store, reference);
    await trainScripted(store, run, {
      150: () => void editNow(store, run, { prior: 'behaviour', 'prior-run': source, 'kl-target': 1 }),
      // Some way into the fit, which looks after each of its updates.
      400: () => asked('stop'),
    });
    expect(store.runs.get(run)).toMatchObject({ state: 'stopped', environmentSteps: 150, stateReason: null, fittedPriors: [] });
    expect(store.edits.list(run, { limit: 9 }).edits).toMatchObject([
      { state: 'dropped', reason: 'the trainer ended before it came to this edit' },
    ]);
    await trainHere(store, run);
    expect(outcomeOf(store, run)).toEqual(outcomeOf(store, reference));
  });
});
