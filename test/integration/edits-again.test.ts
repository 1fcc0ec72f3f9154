// Edits whose steps are lost, by a crash or a roll back: which of them come again, and that such a history repeats bit for bit.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ParameterValues } from '../../src-main/contract/parameters.ts';
import { openStore, type Store } from '../../src-main/store/store.ts';
import { asked, editNow, outcomeOf, smallRun, trainHere, trainScripted } from '../../src-main/training/test-run.ts';
import { planUndo } from '../../src-main/workstation/edits.ts';
import { planRepeat } from '../../src-main/workstation/forks.ts';
import { findPossibilities } from '../../src-main/workstation/possibilities.ts';
import { planRollBack } from '../../src-main/workstation/roll-back.ts';

vi.setConfig({ testTimeout: 240_000 });

const folder = mkdtempSync(path.join(tmpdir(), 'elbow-again-'));
const possible = findPossibilities();
let store: Store;
let count = 0;
beforeEach(() => {
  store?.close();
  store = openStore(path.join(folder, String((count += 1))));
});
afterAll(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** Evaluated at its end alone: there is then one look for requests a step. */
const create = (steps: number): string => store.runs.create({ configuration: smallRun({ steps, 'evaluation-every': 1e9 }), name: 'again' });
const hashOf = (run: string): string | undefined => outcomeOf(store, run).newest?.stateHash;
const editsOf = (run: string) =>
  store.edits.list(run, { limit: 100 }).edits.map(({ state, appliedStep, dueStep, changes, reason }) => ({
    state,
    at: appliedStep ?? dueStep,
    changes,
    reason,
  }));
/** The look for requests before the step after this one, in an attempt that began at `from`. */
const after = (step: number, from = 0): number => step - from + 1;

function rollBack(run: string, step: number, changes: ParameterValues = {}): void {
  store.transaction(() => store.runs.rollBack(run, { ...planRollBack(store, { run, step, changes }, possible), requester: 'ada' }));
  store.queue.enqueue(run);
}

async function repeat(run: string): Promise<string> {
  const { configuration, name, edits } = planRepeat(store, run, null);
  const copy = store.runs.create({ configuration, name });
  store.edits.schedule(copy, edits);
  await trainHere(store, copy);
  return copy;
}

/** A trainer that is gone at once at `crash`, after a checkpoint at `checkpoint` and an edit that is applied at `edited`. */
async function crashed(
  steps: number,
  { checkpoint, edited, crash }: Record<'checkpoint' | 'edited' | 'crash', number>,
  changes: ParameterValues,
) {
  const run = create(steps);
  let edit = 0;
  const training = trainScripted(store, run, {
    [after(checkpoint)]: () => asked('checkpoint'),
    [after(edited - 1)]: () => {
      edit = editNow(store, run, changes);
    },
    [after(crash)]: () => {
      throw new Error('gone');
    },
  });
  await expect(training).rejects.toThrow('gone');
  expect(store.edits.get(run, edit)).toMatchObject({ state: 'applied', appliedStep: edited });
  expect(store.attempts.holder(run), 'nobody has tidied up').not.toBeNull();
  return { run, edit };
}

describe('rolling back', () => {
  it('takes back what an earlier one, which was never gone on from, had set', async () => {
    const [run, reference] = [create(5000), create(5600)];
    await trainScripted(store, run, { [after(4000)]: () => asked('checkpoint') });
    store.runs.extend(run, 5600);
    rollBack(run, 5000, { 'actor-learning-rate': 1e-4 });
    expect(editsOf(run)).toMatchObject([{ state: 'pending', at: 5000 }]);
    rollBack(run, 4000);
    expect(editsOf(run)).toMatchObject([
      { state: 'dropped', reason: 'the run was rolled back to step 4,000, before this edit of step 5,000' },
    ]);
    expect(store.events.list(run).at(-1)?.message).toBe(
      'Rolled back from step 5,000 to the checkpoint at step 4,000; 1 edit after it no longer counts.',
    );
    await trainHere(store, run);
    await trainHere(store, reference);
    expect(store.runs.get(run)).toMatchObject({ state: 'finished', environmentSteps: 5600 });
    expect(hashOf(run)).toBe(hashOf(reference));
    expect(hashOf(await repeat(run))).toBe(hashOf(reference));
  });
});

describe('after a crash', () => {
  it('an edit of a later step gives way to one that was made since', async () => {
    const { run } = await crashed(5600, { checkpoint: 5000, edited: 5200, crash: 5300 }, { 'entropy-target': -0.5 });
    let between: unknown;
    await trainScripted(store, run, {
      [after(5020, 5000)]: () => {
        between = editsOf(run);
      },
      [after(5049, 5000)]: () => void editNow(store, run, { 'entropy-target': -2 }),
    });
    expect(between).toMatchObject([{ state: 'pending', at: 5200 }]);
    expect(editsOf(run)).toEqual([
      { state: 'dropped', at: 5200, changes: { 'entropy-target': -0.5 }, reason: 'superseded by the newer edit of step 5,050' },
      { state: 'applied', at: 5050, changes: { 'entropy-target': -2 }, reason: null },
    ]);
    expect(store.runs.values(run)['entropy-target']).toBe(-2);
    expect(store.events.list(run).findLast(({ kind }) => kind === 'edit')).toMatchObject({
      step: 5050,
      message: 'entropy-target −1 → −2 nats; takes the place of the edit due at step 5,200',
    });
    expect(hashOf(await repeat(run))).toBe(hashOf(run));
  });

  it('keeps of an edit what nothing newer sets', async () => {
    const places = { checkpoint: 200, edited: 260, crash: 300 };
    const { run } = await crashed(400, places, { 'entropy-target': -0.5, 'actor-learning-rate': 1e-4 });
    await trainScripted(store, run, { [after(229, 200)]: () => void editNow(store, run, { 'entropy-target': -2 }) });
    expect(editsOf(run)).toEqual([
      {
        state: 'applied',
        at: 260,
        changes: { 'actor-learning-rate': 1e-4 },
        reason: 'entropy-target=-0.5 was superseded by the newer edit of step 230',
      },
      { state: 'applied', at: 230, changes: { 'entropy-target': -2 }, reason: null },
    ]);
    expect(hashOf(await repeat(run))).toBe(hashOf(run));
  });

  it('an edit may be taken back before it comes again, and the run is as if it had not been', async () => {
    const { run, edit } = await crashed(400, { checkpoint: 200, edited: 260, crash: 300 }, { 'entropy-target': -0.5 });
    const newest = (): unknown => planUndo(store, run, null, possible);
    await trainScripted(store, run, {
      [after(229, 200)]: () => {
        expect(newest).toThrow(new RegExp(`edit ${edit} is due at step 260 and not in force yet: name it`));
        const { changes, undoes } = planUndo(store, run, edit, possible);
        editNow(store, run, changes, undoes);
      },
    });
    expect(editsOf(run)).toMatchObject([
      { state: 'dropped', reason: 'superseded by the newer edit of step 230' },
      { state: 'applied', at: 230 },
    ]);
    const reference = create(400);
    await trainHere(store, reference);
    expect(hashOf(run)).toBe(hashOf(reference));
    expect(hashOf(await repeat(run))).toBe(hashOf(reference));
  });

  it('an edit that nothing supersedes comes again at its step, and is still to come where the run is repeated before that', async () => {
    const places = { checkpoint: 200, edited: 260, crash: 300 };
    const { run } = await crashed(400, places, { 'entropy-target': -0.5 });
    await trainScripted(store, run, { [after(230, 200)]: () => asked('stop') });
    expect(editsOf(run)).toMatchObject([{ state: 'pending', at: 260 }]);
    const copy = await repeat(run);
    await trainHere(store, run);
    expect(editsOf(run)).toMatchObject([{ state: 'applied', at: 260 }]);
    expect(hashOf(copy)).toBe(hashOf(run));
    expect(
      store.runs.get(run).events.filter(({ kind }) => kind === 'edit'),
      'it is told once',
    ).toHaveLength(1);
  });
});
