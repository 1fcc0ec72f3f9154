// Real trainings with a behaviour prior: fitted when the run begins or by a live edit, the same after a resume and a
// repetition, and independent of its source from then on.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ParameterValues } from '../../contract/parameters.ts';
import { openStore, type Store } from '../../store/store.ts';
import { outcomeOf, smallRun, trainHere } from '../test-run.ts';

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
