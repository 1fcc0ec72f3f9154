// Rolling back as the service does it, without a trainer: what counts afterwards, and what is refused.
import * as fs from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { RequestOf } from '../contract/requests.ts';
import { addCheckpoint } from '../training/checkpoint/testing.ts';
import { benchOfFile, type Held, refusalOf, smallPendulum } from './testing.ts';

const bench = benchOfFile();
let held: Held;
beforeEach(async () => {
  // This process keeps one attempt open throughout, so that nothing in the queue starts.
  bench.hold();
  held = bench.hold(smallPendulum);
  await editAt(100, { 'entropy-target': -0.5 });
  const inside = await editAt(200, { 'actor-learning-rate': 1e-4 });
  checkpoint(200, [inside]);
  await editAt(200, { 'critic-learning-rate': 1e-2 });
  await editAt(300, { 'entropy-target': -0.25 });
  checkpoint(400, []);
});

const checkpoint = (step: number, editsHere: number[]): void => addCheckpoint(bench.store, held, step, { editsHere });
const editAt = (step: number, changes: RequestOf<'runs.edit'>['changes']): Promise<number> => bench.editAt(held, step, changes);
function end(): void {
  bench.store.runs.setProgress(held.run, { environmentSteps: 450, stepsPerSecond: null, etaSeconds: null, activeSeconds: 1 });
  bench.store.attempts.close(held.run, held.attempt);
  bench.store.runs.setState(held.run, 'failed', 'a loss became NaN');
}
const rollBack = (wishes: Partial<RequestOf<'runs.rollBack'>> = {}): Promise<{ step: number; edit: number | null }> =>
  bench.workstation.call('runs.rollBack', { run: held.run, step: null, changes: {}, ...wishes });
const editStates = () =>
  bench.store.edits
    .list(held.run, { limit: 100 })
    .edits.map(({ changes, state, appliedStep, dueStep, reason }) => [
      Object.entries(changes).flat().join('='),
      state,
      appliedStep ?? dueStep,
      reason,
    ]);

describe('runs.rollBack', () => {
  it('takes back what came after the checkpoint, edits of its own step that it does not hold included', async () => {
    end();
    expect(await rollBack({ step: 200 })).toEqual({ step: 200, edit: null });
    const detail = bench.store.runs.get(held.run);
    expect(detail).toMatchObject({
      state: 'queued',
      environmentSteps: 200,
      values: { 'entropy-target': -0.5, 'actor-learning-rate': 1e-4, 'critic-learning-rate': 3e-4 },
    });
    expect(detail.checkpoints.map(({ step }) => step)).toEqual([200]);
    expect(editStates()).toEqual([
      ['entropy-target=-0.5', 'applied', 100, null],
      ['actor-learning-rate=0.0001', 'applied', 200, null],
      ['critic-learning-rate=0.01', 'dropped', null, 'the run was rolled back to step 200, before this edit of step 200'],
      ['entropy-target=-0.25', 'dropped', null, 'the run was rolled back to step 200, before this edit of step 300'],
    ]);
    expect(detail.events.at(-1)).toMatchObject({
      kind: 'rolled-back',
      step: 200,
      requester: 'window',
      message: 'Rolled back from step 450 to the checkpoint at step 200; 2 edits after it no longer count.',
    });
  });

  it('takes the newest checkpoint, and changes as an edit that is due there', async () => {
    end();
    const { step, edit } = await rollBack({ changes: { 'critic-learning-rate': '1e-4', 'entropy-target': -1 } });
    expect(step).toBe(400);
    expect(bench.store.edits.pending(held.run)).toMatchObject([
      { id: edit, dueStep: 400, requester: 'window', changes: { 'critic-learning-rate': 1e-4, 'entropy-target': -1 } },
    ]);
    expect(editStates().map(([, state]) => state)).toEqual(['applied', 'applied', 'applied', 'applied', 'pending']);
    // Taken out of the queue, it is still to be applied once the run goes on.
    bench.store.queue.cancel(held.run);
    bench.store.queue.enqueue(held.run);
    expect(bench.store.edits.pending(held.run).map(({ id }) => id)).toEqual([edit]);
  });

  it.each<[string, Partial<RequestOf<'runs.rollBack'>>, string, string | null, RegExp]>([
    ['a step without a checkpoint', { step: 300 }, 'invalid-request', 'step', /run \w+ has them at 400, 200; 300 was given/],
    ['a run that is not there', { run: 'nobody' }, 'not-found', null, /no run/],
    [
      'a knob that is not live',
      { changes: { 'batch-size': 16 } },
      'invalid-request',
      'changes.batch-size',
      /is fixed when the run begins; fork the run/,
    ],
    ['an unknown knob', { changes: { 'critic-rate': 1 } }, 'invalid-request', 'changes.critic-rate', /nearest: /],
    [
      'a value out of range',
      { changes: { 'critic-learning-rate': 1e30 } },
      'invalid-request',
      'changes.critic-learning-rate',
      /from 0 to 1/,
    ],
    [
      'a value that is no number',
      { changes: { 'critic-learning-rate': 'much' } },
      'invalid-request',
      'changes.critic-learning-rate',
      /"much" was given/,
    ],
    [
      'a value that is in force at that checkpoint',
      { step: 200, changes: { 'critic-learning-rate': 3e-4 } },
      'invalid-request',
      'changes.critic-learning-rate',
      /Nothing would change: critic-learning-rate is 0\.0003 already/,
    ],
    ['a negative step', { step: -1 }, 'invalid-request', 'step', /at least 0/],
    ['a step between two', { step: 1.5 }, 'invalid-request', 'step', /whole number/],
  ])('refuses %s, and changes nothing', async (_, wishes, code, field, message) => {
    end();
    const before = [bench.store.runs.get(held.run), editStates(), bench.store.queue.list()];
    const refusal = await refusalOf(rollBack(wishes));
    expect(refusal).toMatchObject({ code, field });
    expect(refusal.message).toMatch(message);
    expect([bench.store.runs.get(held.run), editStates(), bench.store.queue.list()]).toEqual(before);
  });

  it('refuses a run that a trainer holds', async () => {
    expect(await refusalOf(rollBack())).toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(/is running and cannot be rolled back\. Stop it first\. Nothing was changed\./) as string,
    });
    expect(bench.store.runs.get(held.run).checkpoints).toHaveLength(2);
  });

  it('refuses the last step, a damaged checkpoint and a run without one', async () => {
    checkpoint(1000, []);
    end();
    expect(await refusalOf(rollBack())).toMatchObject({
      field: 'step',
      message: expect.stringMatching(/at step 1,000 is the run's last: there would be nothing left to train/) as string,
    });
    const damaged = bench.store.checkpoints.list(held.run).find(({ step }) => step === 400);
    fs.appendFileSync(path.join(bench.store.runs.directory(held.run), damaged?.path ?? '?', 'manifest.json'), ' ');
    expect(await refusalOf(rollBack({ step: 400 }))).toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(
        /checkpoint at step 400 cannot be used: .*damaged\. Roll back to another\. Nothing was changed\./,
      ) as string,
    });
    bench.store.runs.deleteCheckpoints(held.run);
    expect((await refusalOf(rollBack())).message).toMatch(/has no checkpoint to roll back to|have been deleted/);
    expect(bench.store.runs.summary(held.run)).toMatchObject({ state: 'failed', environmentSteps: 450 });
  });
});
