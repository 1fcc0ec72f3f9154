// On the demo run, which schema 1 wrote as it was recorded.
import { cpSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Rollout } from '../contract/series.ts';
import type { Shrunk, Store } from './store.ts';
import { newRun, openAttempt, refusal, temporaryDirectory, temporaryStore } from './testing/temporary-store.ts';

function demo(): { store: Store; run: string; file: string } {
  const directory = temporaryDirectory();
  cpSync(join(import.meta.dirname, '../../assets/demo'), directory, { recursive: true });
  const store = temporaryStore(directory);
  return { store, run: store.runs.list()[0]?.id ?? '', file: join(directory, 'elbow.sqlite') };
}

function shrink(store: Store, run: string, budgetBytes: number | null, isDryRun = false): Shrunk {
  const work = store.runs.shrink(run, { budgetBytes, isDryRun });
  for (;;) {
    const next = work.next();
    if (next.done === true) return next.value;
  }
}

function rolloutsOf(store: Store, run: string): Rollout[] {
  return store.evaluations
    .list(run)
    .flatMap(({ rollouts }) => rollouts)
    .filter(({ isKept }) => isKept)
    .map(({ id }) => store.rollouts.get(id));
}

/** Are the numbers the same to so many significant bits? */
function agree(a: ArrayLike<number>, b: ArrayLike<number>, bits: number): boolean {
  return a.length === b.length && Array.from(a).every((value, k) => Math.abs(value - (b[k] as number)) <= Math.abs(value) * 2 ** -bits);
}

describe('shrinking', () => {
  it('packs what an earlier schema wrote; episodes and models read as before, and the file is smaller', () => {
    const { store, run, file } = demo();
    const [before, policies, size] = [rolloutsOf(store, run), store.evaluations.list(run), statSync(file).size];
    const models = policies.map(({ step }) => [store.snapshots.getEvaluation(run, step).onnx, store.snapshots.critics(run, step).onnx]);
    const foretold = shrink(store, run, null, true);
    expect(rolloutsOf(store, run), 'a dry run changes nothing').toEqual(before);
    const { diskBytes } = store.runs.summary(run);
    expect(shrink(store, run, null)).toEqual(foretold);
    expect(foretold).toMatchObject({ packed: 12 + 8, thinned: { bytes: 0, rollouts: 0, policies: 0 } });
    expect(foretold.after).toBeLessThan(foretold.before * 0.55);
    expect(store.runs.summary(run).diskBytes).toBeLessThan(diskBytes);
    expect([...store.reclaim()].at(-1)).toBeGreaterThan(1e6);
    expect(statSync(file).size).toBeLessThan(size * 0.6);

    const after = rolloutsOf(store, run);
    expect(after.map(({ columns: _, ...rest }) => rest)).toEqual(before.map(({ columns: _, ...rest }) => rest));
    before.forEach(({ columns }, k) =>
      columns.forEach(({ name, width, data }, column) => {
        const packed = after[k]?.columns[column];
        expect([packed?.name, packed?.width, packed?.data.constructor]).toEqual([name, width, data.constructor]);
        const exact = ['action', 'observation', 'terminated', 'truncated'].includes(name);
        const bits = exact ? 60 : name.startsWith('policy') || name === 'log-probability' ? 13 : name === 'reward-terms' ? 16 : 24;
        expect(agree(data, packed?.data ?? [], bits), `${name} to ${bits} bits`).toBe(true);
      }),
    );
    expect(policies.map(({ step }) => [store.snapshots.getEvaluation(run, step).onnx, store.snapshots.critics(run, step).onnx])).toEqual(
      models,
    );
    expect(store.check()).toEqual([]);
    expect(shrink(store, run, null), 'nothing is left to do').toMatchObject({ packed: 0, before: foretold.after, after: foretold.after });
  });

  it('thins to a budget: all returns stay, the best and the newest are whole, and what is gone says where the nearest is', () => {
    const { store, run } = demo();
    const before = store.evaluations.list(run);
    const foretold = shrink(store, run, 1.6e6, true);
    expect(shrink(store, run, 1.6e6)).toEqual(foretold);
    expect(foretold.after).toBeLessThanOrEqual(1.6e6);
    const after = store.evaluations.list(run);
    expect(after.map(({ returns, lengths, step }) => ({ returns, lengths, step }))).toEqual(
      before.map(({ returns, lengths, step }) => ({ returns, lengths, step })),
    );
    // It learned to the end: its newest evaluation is its best.
    expect(after.at(-1)?.rollouts.map(({ isKept }) => isKept)).toEqual([true, true, true]);
    const gone = after.flatMap(({ rollouts, step }) => rollouts.filter(({ isKept }) => !isKept).map(({ id }) => ({ id, step })));
    expect(gone.length).toBe(foretold.thinned.rollouts);
    expect(gone.length).toBeGreaterThan(0);
    for (const { id } of gone) {
      const { code, message } = refusal(() => store.rollouts.get(id));
      expect([code, message]).toEqual([
        'not-found',
        expect.stringMatching(/was thinned.*its return is kept.*The nearest recorded ones: step [\d,]+/),
      ]);
    }
    const rerunnable = after.filter(({ hasPolicy, rollouts }) => hasPolicy && rollouts.some(({ isKept }) => !isKept));
    for (const { rollouts, step } of rerunnable) {
      const id = rollouts.find(({ isKept }) => !isKept)?.id ?? 0;
      expect(refusal(() => store.rollouts.get(id)).message).toContain(`npm run runs -- evaluate ${run} --step ${step}`);
    }
    const thinned = after.filter(({ hasPolicy }) => !hasPolicy);
    for (const { step } of thinned) expect(refusal(() => store.snapshots.getEvaluation(run, step)).message).toContain('The nearest steps');
  });

  it('leaves a readable run when it is ended in the middle, and goes on from there', () => {
    const { store, run } = demo();
    const before = rolloutsOf(store, run).map(({ id, return: value, length }) => ({ id, value, length }));
    const work = store.runs.shrink(run, { budgetBytes: null, isDryRun: false });
    for (let k = 0; k < 7; k += 1) work.next();
    work.return({ before: 0, after: 0, packed: 0, thinned: { bytes: 0, rollouts: 0, policies: 0 } });
    expect(rolloutsOf(store, run).map(({ id, return: value, length }) => ({ id, value, length }))).toEqual(before);
    expect(shrink(store, run, null).packed).toBe(20 - 7);
  });

  it('does not touch a run that a trainer holds', () => {
    const store = temporaryStore();
    const run = newRun(store);
    openAttempt(store, run);
    expect(refusal(() => shrink(store, run, 1e6))).toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('Stop it first') as string,
    });
  });
});
