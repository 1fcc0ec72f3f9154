// Rolling back in the store: which rows count afterwards, and that a refused one changes nothing.
import { expect, it } from 'vitest';
import type { RollBack, Store } from './store.ts';
import { configuration, evaluationAt, newRun, openAttempt, refusal, temporaryStore } from './testing/temporary-store.ts';

const values = configuration.hyperparameters;
const given = (changes: Partial<RollBack> = {}): RollBack => ({
  step: 1000,
  keptEdits: [],
  values,
  changes: null,
  requester: 'me',
  ...changes,
});
const addCheckpoint = (store: Store, run: string, attempt: number, step: number): void =>
  store.checkpoints.add(run, attempt, { step, path: `checkpoints/${step}`, bytes: 1, sha256: 'a'.repeat(64), createdAt: 1, details: null });

/** A run with checkpoints, evaluations and points at steps 1,000 and 2,000, which has ended. */
function ended(store: Store, state: 'failed' | 'running' = 'failed'): string {
  const run = newRun(store);
  const attempt = openAttempt(store, run);
  for (const step of [1000, 2000]) {
    addCheckpoint(store, run, attempt, step);
    store.evaluations.add(run, attempt, evaluationAt(step, step / 100));
    const writer = store.metrics.writer(run, attempt);
    writer.append(step, { entropy: step });
    writer.flush();
  }
  store.runs.setProgress(run, { environmentSteps: 2500, stepsPerSecond: null, etaSeconds: null, activeSeconds: 1 });
  if (state === 'running') return run;
  store.attempts.close(run, attempt);
  store.runs.setState(run, 'failed', 'a loss became NaN');
  return run;
}

it('leaves what came before the checkpoint, and keeps the rest as superseded', () => {
  const store = temporaryStore();
  const run = ended(store);
  expect(store.runs.rollBack(run, given())).toBeNull();
  const detail = store.runs.get(run);
  expect(detail).toMatchObject({ environmentSteps: 1000, lastReturn: 10, bestReturn: 10, state: 'failed' });
  expect(detail.checkpoints.map(({ step }) => step)).toEqual([1000]);
  expect(detail.evaluations.map(({ step }) => step)).toEqual([1000]);
  expect(detail.attempts[0]?.supersededAfter).toBe(1000);
  const query = { metrics: ['entropy'], fromStep: null, toStep: null, maxPoints: 100 };
  expect([...(store.metrics.query(run, { ...query, includeSuperseded: false }).series[0]?.step ?? [])]).toEqual([1000]);
  expect(store.metrics.query(run, { ...query, includeSuperseded: true }).superseded.flatMap(({ step }) => [...step])).toContain(2000);
  // The next attempt may go on from there.
  expect(openAttempt(store, run, 1000)).toBe(2);
});

it.each<[string, Partial<RollBack>, string]>([
  ['no checkpoint there', { step: 1500 }, 'conflict'],
  ['a step below 0', { step: -1 }, 'invalid'],
  ['half a step', { step: 0.5 }, 'invalid'],
  ['a step that is no number', { step: NaN }, 'invalid'],
  ['a requester of two lines', { requester: 'a\nb' }, 'invalid'],
  ['values that are not finite', { values: { ...values, 'batch-size': NaN } }, 'invalid'],
  ['changes that are not finite', { changes: { 'batch-size': Infinity } }, 'invalid'],
])('refuses %s', (_, changes, code) => {
  const store = temporaryStore();
  const run = ended(store);
  const before = [store.runs.get(run), store.edits.list(run, { limit: 10 })];
  expect(refusal(() => store.runs.rollBack(run, given(changes)))).toMatchObject({ code });
  expect([store.runs.get(run), store.edits.list(run, { limit: 10 })]).toEqual(before);
});

it('takes back every edit that the checkpoint does not hold, also those still due', () => {
  const store = temporaryStore();
  const run = newRun(store);
  const attempt = openAttempt(store, run);
  addCheckpoint(store, run, attempt, 1000);
  const [inside, here, later] = [900, 1000, 1500].map((step) => {
    const id = store.edits.request(run, { changes: { a: step }, requester: 'me' });
    store.edits.applied(run, attempt, { step, values: { ...values, a: step }, edits: [{ id, previous: { a: 0 } }] });
    return id;
  });
  store.attempts.close(run, attempt);
  store.runs.setState(run, 'stopped');
  const first = store.runs.rollBack(run, given({ changes: { a: 7 }, keptEdits: [inside ?? 0] }));
  const second = store.runs.rollBack(run, given({ changes: { a: 8 } }));
  expect(store.edits.list(run, { limit: 10 }).edits.map(({ id, state, reason }) => [id, state, reason])).toEqual([
    [inside, 'applied', null],
    [here, 'dropped', 'the run was rolled back to step 1,000, before this edit of step 1,000'],
    [later, 'dropped', 'the run was rolled back to step 1,000, before this edit of step 1,500'],
    [first, 'dropped', 'the run was rolled back to step 1,000, before this edit of step 1,000'],
    [second, 'pending', null],
  ]);
});

it('refuses a run that is held, deleted or not there', () => {
  const store = temporaryStore();
  const held = ended(store, 'running');
  expect(refusal(() => store.runs.rollBack(held, given()))).toMatchObject({
    code: 'conflict',
    message: expect.stringContaining('is running and cannot be rolled back') as string,
  });
  const deleted = ended(store);
  store.runs.softDelete([deleted]);
  expect(refusal(() => store.runs.rollBack(deleted, given()))).toMatchObject({ code: 'not-found' });
  expect(refusal(() => store.runs.rollBack('nobody', given()))).toMatchObject({ code: 'not-found' });
});
