// What a run keeps besides its curves while it is steered: the histogram of its actions, and fitted priors.
import { describe, expect, it } from 'vitest';
import { environment, newRun, openAttempt, refusal, temporaryStore } from './testing/temporary-store.ts';

describe('action histograms', () => {
  it('overwrite themselves', () => {
    const store = temporaryStore();
    const run = newRun(store);
    const attempt = openAttempt(store, run);
    expect(refusal(() => store.histograms.get(run))).toMatchObject({
      code: 'not-found',
      message: expect.stringContaining('no histogram of its actions yet') as string,
    });
    const before = Date.now();
    store.histograms.set(run, attempt, { step: 5, bins: 2, counts: Int32Array.of(1, 2), moments: new Float64Array(4) });
    // Views into larger buffers, as a trainer may hand them in; a policy that diverges has moments that are no numbers.
    const counts = Int32Array.of(0, 1, 2, 3, 4, 5, 2 ** 31 - 1).subarray(1);
    const moments = Float64Array.of(9, 0.1, 0.2, 0.3, 0.4, NaN, -0, Infinity, -1).subarray(1);
    store.histograms.set(run, attempt, { step: 10, bins: 3, counts, moments });
    const { createdAt, ...stored } = store.histograms.get(run);
    expect(createdAt).toBeGreaterThanOrEqual(before);
    expect(stored).toEqual({ step: 10, bins: 3, counts: Int32Array.from(counts), moments: Float64Array.from(moments) });

    store.attempts.open(run, { startStep: 5, environment, pid: 1, bootId: 'b' }, () => 'dead');
    expect(refusal(() => store.histograms.set(run, attempt, { step: 11, bins: 3, counts, moments })).message).toContain(
      'was replaced by attempt 2',
    );
    expect(store.histograms.get(run).step).toBe(10);
  });

  it.each([
    ['no counts', 2, 0, 0, 'counts must be'],
    ['a part of a dimension', 2, 5, 8, 'counts must be'],
    ['too few moments', 2, 4, 4, 'moments must be'],
    ['too many moments', 2, 2, 5, 'moments must be'],
    ['no bins', 0, 2, 4, 'bins must be'],
    ['half a bin', 1.5, 3, 8, 'bins must be'],
  ])('refuse %s', (_, bins, counts, moments, words) => {
    const store = temporaryStore();
    const run = newRun(store);
    const attempt = openAttempt(store, run);
    expect(
      refusal(() =>
        store.histograms.set(run, attempt, { step: 1, bins, counts: new Int32Array(counts), moments: new Float64Array(moments) }),
      ),
    ).toMatchObject({
      code: 'invalid',
      message: expect.stringContaining(words) as string,
    });
  });
});

describe('fitted priors', () => {
  it("show in a run's detail how they were fitted", () => {
    const store = temporaryStore();
    const run = newRun(store);
    const shown = {
      smallestScale: 0.05,
      data: 'replay',
      sourceStep: 5000,
      transitions: 4000,
      heldOutTransitions: 400,
      updates: 3000,
      endedBy: 'likelihood',
      seconds: 12.5,
      trainingLikelihood: 3.4,
      heldOutLikelihood: 3.2,
      uniformLikelihood: -4.16,
      outsideShare: 0.02,
    };
    store.fittedPriors.add(run, {
      sourceRun: 'abcdefgh',
      details: { ...shown, named: 'a run', dataHash: 'ab', entries: [{ name: 'w', length: 1 }] },
      data: new Uint8Array(4),
    });
    store.fittedPriors.add(run, {
      sourceRun: 'abcdefgh',
      details: { ...shown, outsideShare: 2, named: 'a run', dataHash: 'ab', entries: [] },
      data: new Uint8Array(4),
    });
    expect(store.runs.get(run).fittedPriors).toEqual([{ ...shown, sourceRun: 'abcdefgh', createdAt: expect.any(Number) as number }]);
  });

  it('are kept with the run that uses them, whatever becomes of the other', () => {
    const store = temporaryStore();
    const [run, source] = [newRun(store), newRun(store)];
    const details = { heldOut: -3.25, actions: ['a', 'ü'], nested: { episodes: 12 } };
    const data = Uint8Array.of(0, 1, 2, 255).subarray(1);
    const diskBytes = store.runs.summary(run).diskBytes;
    const [first, second] = [
      store.fittedPriors.add(run, { sourceRun: source, details, data }),
      store.fittedPriors.add(run, { sourceRun: source, details: null, data }),
    ];
    store.runs.softDelete([source]);
    store.runs.purgeDeleted(0);
    expect(store.fittedPriors.list(run)).toEqual([
      { id: first, run, sourceRun: source, createdAt: expect.any(Number) as number, bytes: 3, details },
      { id: second, run, sourceRun: source, createdAt: expect.any(Number) as number, bytes: 3, details: null },
    ]);
    expect(store.fittedPriors.data(first)).toEqual(Uint8Array.of(1, 2, 255));
    expect(store.runs.summary(run).diskBytes).toBe(diskBytes + 6);
    expect(store.runs.get(run).fittedPriors).toEqual([]);
    expect(refusal(() => store.fittedPriors.data(999))).toMatchObject({ code: 'not-found' });
    expect(refusal(() => store.fittedPriors.add(run, { sourceRun: source, details, data: new Uint8Array(0) }))).toMatchObject({
      code: 'invalid',
    });
    expect(refusal(() => store.fittedPriors.add(run, { sourceRun: '', details, data })).message).toContain('sourceRun must be');
  });
});

describe('everything of a run that is steered', () => {
  it('is imported with it and goes away with it', () => {
    const source = temporaryStore();
    const run = newRun(source);
    const attempt = openAttempt(source, run);
    newRun(source, 'another');
    const ask = (changes: number, undoes: number | null = null): number =>
      source.edits.request(run, { changes: { a: changes }, undoes, requester: 'me' });
    const first = ask(1);
    const undo = ask(0, first);
    source.edits.applied(run, attempt, {
      step: 3,
      values: { steps: 10_000, a: 0 },
      edits: [
        { id: first, previous: { a: 0 } },
        { id: undo, previous: { a: 1 } },
      ],
    });
    ask(7);
    source.histograms.set(run, attempt, { step: 3, bins: 1, counts: Int32Array.of(4), moments: new Float64Array(4) });
    source.fittedPriors.add(run, { sourceRun: 'abcdefgh', details: { a: 1 }, data: Uint8Array.of(5) });

    const target = temporaryStore();
    const other = newRun(target);
    openAttempt(target, other);
    for (let count = 0; count < 5; count += 1) target.edits.request(other, { changes: { a: 1 }, requester: 'me' });
    expect(target.runs.copyFrom(source, run)).toBe(run);
    const { edits, values } = target.runs.get(run);
    expect(values).toEqual({ steps: 10_000, a: 0 });
    expect(edits).toMatchObject([
      { id: 6, state: 'applied', undoes: null, appliedStep: 3 },
      { id: 7, state: 'applied', undoes: 6 },
      { id: 8, state: 'dropped', reason: 'the trainer ended before it came to this edit' },
    ]);
    expect(source.edits.pending(run), 'the original waits on').toHaveLength(1);
    expect(target.histograms.get(run)).toEqual(source.histograms.get(run));
    expect(target.fittedPriors.list(run)).toMatchObject([{ run, details: { a: 1 }, bytes: 1 }]);

    const [{ id: prior } = { id: 0 }] = target.fittedPriors.list(run);
    target.runs.softDelete([run]);
    target.runs.purgeDeleted(0);
    expect(target.edits.list(run, { limit: 10 })).toEqual({ edits: [], count: 0 });
    expect(refusal(() => target.fittedPriors.data(prior)).code).toBe('not-found');
    expect(refusal(() => target.histograms.get(run)).code).toBe('not-found');
    expect(target.edits.pending(other)).toHaveLength(5);
    expect(target.check()).toEqual([]);
  });
});
