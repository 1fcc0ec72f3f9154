// Edits of live hyper-parameters: asked for, applied, refused, dropped, undone, made again.
import { describe, expect, it } from 'vitest';
import type { ParameterValues } from '../contract/parameters.ts';
import type { RunEdit, RunState } from '../contract/runs.ts';
import type { Store } from './store.ts';
import { configuration, environment, newRun, openAttempt, refusal, temporaryDirectory, temporaryStore } from './testing/temporary-store.ts';

const conflict = (words: string): unknown => ({ code: 'conflict', message: expect.stringContaining(words) as string });

/** Asks for one and applies it. */
function edit(store: Store, run: string, attempt: number, step: number, changes: ParameterValues, undoes: number | null = null): number {
  const id = store.edits.request(run, { changes, undoes, requester: 'window' });
  const { values } = store.runs.get(run);
  const previous = Object.fromEntries(Object.keys(changes).map((name) => [name, values[name] ?? 0]));
  store.edits.applied(run, attempt, { step, values: { ...values, ...changes }, edits: [{ id, previous }] });
  return id;
}

describe('edits', () => {
  it('are asked for, applied and refused, with the values in force', () => {
    const store = temporaryStore();
    const run = newRun(store);
    const attempt = openAttempt(store, run);
    expect(store.runs.get(run)).toMatchObject({ values: configuration.hyperparameters, edits: [], editCount: 0 });
    const before = Date.now();
    const first = store.edits.request(run, { changes: { 'batch-size': 128, hidden: [64, 64] }, requester: 'window' });
    const second = store.edits.request(run, { changes: { 'temperature-rule': 'fixed' }, requester: 'CLI' });
    const pending = { undoes: null, dueStep: null, state: 'pending', appliedStep: null, previous: null, reason: null };
    expect(store.edits.pending(run)).toEqual([
      {
        id: first,
        requester: 'window',
        requestedAt: expect.any(Number) as number,
        changes: { 'batch-size': 128, hidden: [64, 64] },
        ...pending,
      },
      { id: second, requester: 'CLI', requestedAt: expect.any(Number) as number, changes: { 'temperature-rule': 'fixed' }, ...pending },
    ]);
    expect(store.edits.pending(run)[0]?.requestedAt).toBeGreaterThanOrEqual(before);
    expect(store.runs.get(run)).toMatchObject({ values: configuration.hyperparameters, editCount: 2, isEdited: false });

    const values = { ...configuration.hyperparameters, 'batch-size': 128, hidden: [64, 64] };
    store.transaction(() => {
      store.edits.applied(run, attempt, { step: 70, values, edits: [{ id: first, previous: { 'batch-size': 256, hidden: [256, 256] } }] });
      store.events.append(run, attempt, { step: 70, kind: 'edit', message: 'batch-size 256 → 128', requester: 'window' });
    });
    store.edits.refuse(second, 'it would compile forever');
    expect(store.edits.pending(run)).toEqual([]);
    const detail = store.runs.get(run);
    expect(detail).toMatchObject({ values, editCount: 2, isEdited: true, configuration });
    expect(detail.edits).toMatchObject([
      { id: first, state: 'applied', appliedStep: 70, previous: { 'batch-size': 256, hidden: [256, 256] }, reason: null },
      { id: second, state: 'refused', appliedStep: null, previous: null, reason: 'it would compile forever' },
    ]);
    expect(store.edits.get(run, first)).toEqual(detail.edits[0]);
  });

  it('that are not pending are not answered again, and then nothing is', () => {
    const store = temporaryStore();
    const [run, other] = [newRun(store), newRun(store)];
    const attempt = openAttempt(store, run);
    openAttempt(store, other);
    const done = edit(store, run, attempt, 5, { a: 1 });
    const open = store.edits.request(run, { changes: { a: 2 }, requester: 'me' });
    const foreign = store.edits.request(other, { changes: { a: 3 }, requester: 'me' });
    const apply = (...ids: number[]): unknown =>
      refusal(() => store.edits.applied(run, attempt, { step: 9, values: { a: 9 }, edits: ids.map((id) => ({ id, previous: { a: 1 } })) }));
    expect(apply(open, done)).toEqual(conflict(`Edit ${done} is applied already`));
    expect(apply(open, foreign)).toMatchObject({ code: 'not-found', message: `Run ${run} has no edit ${foreign}` });
    expect(refusal(() => store.edits.refuse(done, 'r'))).toEqual(conflict(`Edit ${done} is applied already`));
    expect(refusal(() => store.edits.refuse(999, 'r'))).toMatchObject({ code: 'not-found' });
    expect(store.edits.pending(run)).toMatchObject([{ id: open }]);
    expect(store.runs.get(run).values).toMatchObject({ a: 1 });

    // A trainer that another one has replaced.
    store.attempts.open(run, { startStep: 5, environment, pid: 1, bootId: 'b' }, () => 'dead');
    expect(apply(open)).toMatchObject({ code: 'superseded', message: expect.stringContaining('was replaced by attempt 2') as string });
    store.runs.setValues(run, null);
    expect(store.runs.get(run).values).toEqual(configuration.hyperparameters);
  });

  it('need a trainer, and say what to do without one', () => {
    const store = temporaryStore();
    const run = newRun(store);
    const ask = (): unknown => refusal(() => store.edits.request(run, { changes: { a: 1 }, requester: 'me' }));
    expect(ask()).toEqual(conflict(`Run ${run} has not started: an edit needs a trainer that runs. Start it first. Nothing was changed.`));
    store.queue.enqueue(run);
    expect(ask()).toEqual(conflict('is queued: an edit needs a trainer that runs. Ask again once it runs.'));
    store.queue.claim({ share: 1, claimant: 'a test' });
    expect(ask(), 'its trainer is about to come').toMatchObject({ code: 'none' });
    const attempt = openAttempt(store, run);
    expect(store.edits.pending(run)).toHaveLength(1);
    store.runs.setState(run, 'paused');
    expect(ask()).toMatchObject({ code: 'none' });
    store.attempts.close(run, attempt);
    for (const [state, words] of [
      ['stopped', 'is stopped: an edit needs a trainer that runs. Continue it first, or fork it'],
      ['interrupted', 'Continue it first, or fork it'],
      ['failed', 'Continue it first, or fork it'],
      ['finished', 'Give it more steps and continue it, or fork it'],
    ] as [RunState, string][]) {
      store.runs.setState(run, state);
      expect(ask()).toEqual(conflict(words));
    }
    store.runs.softDelete([run]);
    expect(ask()).toEqual(conflict('was deleted and cannot be edited. Restore it first.'));
    store.runs.restore([run]);
    expect(store.runs.get(run).editCount).toBe(2);
  });

  it('that wait are dropped when the trainer ends or vanishes, except those due at a certain step', () => {
    for (const vanishes of [false, true]) {
      const store = temporaryStore();
      const run = newRun(store);
      const [due = 0] = store.edits.schedule(run, [{ id: 1, changes: { b: 1 }, undoes: null, requester: 'me', dueStep: 900 }]);
      const attempt = openAttempt(store, run);
      const applied = edit(store, run, attempt, 5, { a: 2 });
      const waiting = store.edits.request(run, { changes: { a: 3 }, requester: 'me' });
      if (vanishes) expect(store.attempts.reapDead(() => 'dead')).toEqual([run]);
      else store.attempts.close(run, attempt);
      expect(store.runs.get(run).edits).toMatchObject([
        { id: due, state: 'pending', dueStep: 900 },
        { id: applied, state: 'applied' },
        { id: waiting, state: 'dropped', reason: 'the trainer ended before it came to this edit', appliedStep: null },
      ]);
      openAttempt(store, run, 5);
      expect(store.edits.pending(run)).toMatchObject([{ id: due }]);
    }
  });

  it('are taken back by other edits, each once', () => {
    const store = temporaryStore();
    const [run, other] = [newRun(store), newRun(store)];
    const attempt = openAttempt(store, run);
    const foreign = edit(store, other, openAttempt(store, other), 1, { a: 1 });
    expect(store.edits.newestToUndo(run)).toBeNull();
    const [first, second] = [edit(store, run, attempt, 10, { a: 1 }), edit(store, run, attempt, 20, { a: 2 })];
    expect(store.edits.newestToUndo(run)).toMatchObject({ id: second, previous: { a: 1 } });
    const undo = store.edits.request(run, { changes: { a: 1 }, undoes: second, requester: 'me' });
    expect(store.edits.get(run, undo)).toMatchObject({ undoes: second, state: 'pending' });
    expect(store.edits.newestToUndo(run), 'an undo that waits counts').toMatchObject({ id: first });
    store.edits.refuse(undo, 'no');
    expect(store.edits.newestToUndo(run), 'one that was refused does not').toMatchObject({ id: second });
    edit(store, run, attempt, 30, { a: 1 }, second);
    edit(store, run, attempt, 40, { a: 0 }, first);
    expect(store.edits.newestToUndo(run)).toBeNull();

    for (const undoes of [foreign, 9999]) {
      expect(refusal(() => store.edits.request(run, { changes: { a: 1 }, undoes, requester: 'me' }))).toMatchObject({
        code: 'not-found',
        message: `Run ${run} has no edit ${undoes}`,
      });
    }
    expect(refusal(() => store.edits.request(run, { changes: { a: 1 }, undoes: undo, requester: 'me' }))).toEqual(
      conflict('was refused and never in force'),
    );
  });

  it('are made again by a new run, at their steps and with their undos', () => {
    const store = temporaryStore();
    const run = newRun(store);
    const attempt = openAttempt(store, run);
    const first = edit(store, run, attempt, 100, { a: 1 });
    store.edits.refuse(store.edits.request(run, { changes: { a: 5 }, requester: 'me' }), 'no');
    const undo = edit(store, run, attempt, 200, { a: 0 }, first);
    const originals = store.edits.appliedFrom(run, 0);
    expect(originals.map(({ id }) => id)).toEqual([first, undo]);
    expect(store.edits.appliedFrom(run, 101).map(({ id }) => id)).toEqual([undo]);
    expect(store.edits.appliedFrom(run, 201)).toEqual([]);

    const repetition = newRun(store);
    const again = originals.map((original) => ({ ...original, dueStep: original.appliedStep ?? 0 }));
    const ids = store.edits.schedule(repetition, again);
    expect(store.edits.pending(repetition)).toMatchObject([
      { id: ids[0], changes: { a: 1 }, undoes: null, dueStep: 100, requester: 'window' },
      { id: ids[1], changes: { a: 0 }, undoes: ids[0], dueStep: 200 },
    ]);
    expect(store.runs.get(repetition)).toMatchObject({ isEdited: false, editCount: 2 });
    expect(refusal(() => store.edits.schedule(newRun(store), again.slice(1)))).toMatchObject({
      code: 'invalid',
      message: expect.stringContaining('undoes must be the id of another edit of the list') as string,
    });
    expect(refusal(() => store.edits.schedule(run, again))).toEqual(conflict('has started already'));
    expect(store.runs.get(run).editCount).toBe(3);
  });

  it('of lost steps are due again, and give way to newer ones of the same values', () => {
    const store = temporaryStore();
    const run = newRun(store);
    const lost = openAttempt(store, run);
    const [held, here, wide, narrow] = [
      edit(store, run, lost, 100, { a: 1 }),
      edit(store, run, lost, 100, { b: 1 }),
      edit(store, run, lost, 300, { a: 2, b: 2 }),
      edit(store, run, lost, 400, { a: 3 }),
    ];
    const attempt = openAttempt(store, run, 100);
    expect(refusal(() => store.edits.reschedule(run, lost, { step: 100, kept: [] }))).toEqual({
      code: 'superseded',
      message: expect.stringContaining('was replaced by attempt 2') as string,
    });
    store.edits.reschedule(run, attempt, { step: 100, kept: [held] });
    const due = (dueStep: number, changes: ParameterValues) => ({ state: 'pending', dueStep, appliedStep: null, previous: null, changes });
    expect(store.runs.get(run).edits).toMatchObject([
      { id: held, state: 'applied', appliedStep: 100 },
      { id: here, ...due(100, { b: 1 }) },
      { id: wide, ...due(300, { a: 2, b: 2 }) },
      { id: narrow, ...due(400, { a: 3 }) },
    ]);
    // What was due itself supersedes nothing.
    expect(
      store.edits.applied(run, attempt, { step: 100, values: configuration.hyperparameters, edits: [{ id: here, previous: { b: 0 } }] }),
    ).toEqual([]);
    const newer = store.edits.request(run, { changes: { a: 9 }, requester: 'me' });
    expect(
      store.edits.applied(run, attempt, { step: 150, values: configuration.hyperparameters, edits: [{ id: newer, previous: { a: 1 } }] }),
    ).toEqual([
      { id: wide, dueStep: 300 },
      { id: narrow, dueStep: 400 },
    ]);
    const by = 'superseded by the newer edit of step 150';
    expect(store.edits.list(run, { limit: 10 }).edits.slice(2)).toMatchObject([
      { id: wide, ...due(300, { b: 2 }), reason: `a=2 was ${by}` },
      { id: narrow, state: 'dropped', changes: { a: 3 }, reason: by },
      { id: newer, state: 'applied', appliedStep: 150 },
    ]);
    const others = store.edits.request(run, { changes: { b: 5 }, requester: 'me' });
    store.edits.applied(run, attempt, { step: 160, values: configuration.hyperparameters, edits: [{ id: others, previous: { b: 1 } }] });
    expect(store.edits.get(run, wide)).toMatchObject({ state: 'dropped', reason: 'superseded by the newer edit of step 160' });
    expect(store.edits.pending(run)).toEqual([]);
  });

  it('come in pages, oldest first', () => {
    const store = temporaryStore();
    const run = newRun(store);
    openAttempt(store, run);
    const ids = store.transaction(() =>
      Array.from({ length: 250 }, (_, index) => store.edits.request(run, { changes: { a: index }, requester: 'me' })),
    );
    const idsOf = (edits: readonly RunEdit[]): number[] => edits.map(({ id }) => id);
    const detail = store.runs.get(run);
    expect(idsOf(detail.edits)).toEqual(ids.slice(150));
    expect(detail.editCount).toBe(250);
    const earlier = store.edits.list(run, { before: ids[150] ?? 0, limit: 100 });
    expect([idsOf(earlier.edits), earlier.count]).toEqual([ids.slice(50, 150), 250]);
    expect(idsOf(store.edits.list(run, { before: ids[50] ?? 0, limit: 100 }).edits)).toEqual(ids.slice(0, 50));
    expect(store.edits.list(run, { before: ids[0] ?? 0, limit: 100 })).toEqual({ edits: [], count: 250 });
    expect(store.edits.list('nowhere', { limit: 1 })).toEqual({ edits: [], count: 0 });
  });

  it('show themselves to pollers when they are asked for and when they are answered', () => {
    const directory = temporaryDirectory();
    const [store, poller] = [temporaryStore(directory), temporaryStore(directory)];
    const run = newRun(store);
    const attempt = openAttempt(store, run);
    let revision = 0;
    const isSeen = (): boolean => {
      const changes = poller.runs.changedSince(revision);
      revision = changes.revision;
      return changes.data.some((state) => state.run === run);
    };
    expect([isSeen(), isSeen()]).toEqual([true, false]);
    const acts = [
      () => store.edits.request(run, { changes: { a: 1 }, requester: 'me' }),
      () => store.edits.refuse(store.edits.pending(run)[0]?.id ?? 0, 'no'),
      () => edit(store, run, attempt, 1, { a: 2 }),
      () => store.runs.setValues(run, { a: 3 }),
      () => store.histograms.set(run, attempt, { step: 1, bins: 1, counts: Int32Array.of(1), moments: new Float64Array(4) }),
    ];
    for (const act of acts) {
      act();
      expect([isSeen(), isSeen()], String(act)).toEqual([true, false]);
    }
  });

  it('keep the steps that a run is extended to', () => {
    const store = temporaryStore();
    const run = newRun(store);
    const attempt = openAttempt(store, run);
    edit(store, run, attempt, 1, { a: 2.5 });
    store.attempts.close(run, attempt);
    store.runs.setState(run, 'stopped');
    store.runs.extend(run, 20_000);
    expect(store.runs.get(run).values).toEqual({ ...configuration.hyperparameters, a: 2.5, steps: 20_000 });
    const untouched = newRun(store);
    store.runs.extend(untouched, 20_000);
    expect(store.runs.get(untouched).values).toEqual({ ...configuration.hyperparameters, steps: 20_000 });
  });
});
