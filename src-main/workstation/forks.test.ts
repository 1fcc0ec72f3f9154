// Forks and repetitions as the service makes them, without a trainer: which values, which files, which edits.
import * as fs from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ParameterValues } from '../contract/parameters.ts';
import type { RequestOf } from '../contract/requests.ts';
import { addCheckpoint } from '../training/checkpoint/testing.ts';
import { benchOfFile, type Held, refusalOf, smallPendulum } from './testing.ts';

const bench = benchOfFile();
let held: Held;
beforeEach(() => {
  held = bench.hold(smallPendulum);
});

const checkpoint = (step: number): void => addCheckpoint(bench.store, held, step);
const editAt = (step: number, changes: RequestOf<'runs.edit'>['changes']): Promise<number> => bench.editAt(held, step, changes);
const fork = async (wishes: Partial<RequestOf<'runs.fork'>> = {}): Promise<string> =>
  (await bench.workstation.call('runs.fork', { run: held.run, step: null, hyperparameters: {}, name: null, ...wishes })).run;
const repeat = async (run = held.run, name: string | null = null): Promise<string> =>
  (await bench.workstation.call('runs.repeat', { run, name })).run;
const valuesOf = (run: string): ParameterValues => bench.store.runs.configuration(run).hyperparameters;

describe('runs.fork', () => {
  beforeEach(async () => {
    await editAt(100, { 'entropy-target': -2 });
    checkpoint(200);
    await editAt(200, { 'actor-learning-rate': 1e-4 });
    await editAt(300, { 'entropy-target': -3 });
    checkpoint(400);
  });

  it('goes on from the newest checkpoint with the values in force there, and waits in the queue', async () => {
    const run = await fork();
    expect(valuesOf(run)).toEqual({ ...valuesOf(held.run), 'entropy-target': -3, 'actor-learning-rate': 1e-4 });
    expect(bench.store.runs.get(run)).toMatchObject({
      name: 'held-fork',
      parent: { run: held.run, step: 400 },
      state: 'queued',
      queuePosition: 1,
      environmentSteps: 400,
      totalSteps: 1000,
      editCount: 0,
      isEdited: false,
    });
    const folder = bench.store.runs.directory(run);
    const [stored] = bench.store.checkpoints.list(run);
    expect(fs.existsSync(path.join(folder, stored?.path ?? '?', 'manifest.json'))).toBe(true);
    expect(fs.readdirSync(path.join(folder, 'replay'))).toHaveLength(1);
  });

  it('takes the values of an earlier checkpoint’s step, those set at that very step included, and the given ones over them', async () => {
    const run = await fork({ step: 200, hyperparameters: { steps: '2000', 'batch-size': 16, 'entropy-target': '-1.5' }, name: ' bolder ' });
    expect(valuesOf(run)).toEqual({
      ...valuesOf(held.run),
      steps: 2000,
      // It ended with the parent's run, and ends with the fork's.
      'schedule-to': 2000,
      'batch-size': 16,
      'entropy-target': -1.5,
      'actor-learning-rate': 1e-4,
    });
    expect(bench.store.runs.get(run)).toMatchObject({ name: 'bolder', parent: { run: held.run, step: 200 }, totalSteps: 2000 });
  });

  it.each<[string, Partial<RequestOf<'runs.fork'>>, string, string | null, RegExp]>([
    ['a step without a checkpoint', { step: 300 }, 'invalid-request', 'step', /run \w+ has them at 400, 200; 300 was given/],
    [
      'a knob that shapes the stored state',
      { hyperparameters: { hidden: '16,16' } },
      'invalid-request',
      'hyperparameters.hidden',
      /hidden is 8,8 and cannot change in a fork: it shapes what the checkpoint stores.* start a new run instead; 16,16 was given/,
    ],
    [
      'a start for a temperature that is learned',
      { hyperparameters: { temperature: 0.2 } },
      'invalid-request',
      'hyperparameters.temperature',
      /temperature is 1 and cannot change in a fork: .* only count where a run begins: the temperature is learned; choose temperature-rule=fixed .*; 0\.2 was given/,
    ],
    [
      'a start for a temperature that is to be learned',
      { hyperparameters: { temperature: 0.2, 'temperature-rule': 'learned' } },
      'invalid-request',
      'hyperparameters.temperature',
      /the temperature is learned/,
    ],
    [
      'another warm-up after it',
      { hyperparameters: { 'warm-up': 100 }, step: 200 },
      'invalid-request',
      'hyperparameters.warm-up',
      /warm-up is 150 and cannot change in a fork: the checkpoint is at step 200, and warm-up is over by then.*; 100 was given/,
    ],
    [
      'other actions in a warm-up that is over',
      { hyperparameters: { 'warm-up-actions': 'policy' } },
      'invalid-request',
      'hyperparameters.warm-up-actions',
      /the checkpoint is at step 400, and warm-up is over by then/,
    ],
    [
      'a total that is reached already',
      { hyperparameters: { steps: 400 } },
      'invalid-request',
      'hyperparameters.steps',
      /must exceed the checkpoint’s 400; 400 was given/,
    ],
    ['an unknown knob', { hyperparameters: { batchsize: 3 } }, 'invalid-request', 'hyperparameters.batchsize', /nearest: batch-size/],
    [
      'a value out of range',
      { hyperparameters: { 'batch-size': 0 } },
      'invalid-request',
      'hyperparameters.batch-size',
      /from 1 to 65,536; 0 was given/,
    ],
    [
      'an entropy that cannot be reached',
      { hyperparameters: { 'entropy-target': 1 } },
      'invalid-request',
      'hyperparameters.entropy-target',
      /at most 0\.683635 nats/,
    ],
    [
      'a prior fitted to no run',
      { hyperparameters: { prior: 'behaviour', 'prior-run': 'nowhere' } },
      'invalid-request',
      'hyperparameters.prior-run',
      /no run "nowhere"/,
    ],
    ['a run that is not there', { run: 'nobody' }, 'not-found', null, /no run/],
  ])('refuses %s', async (_, wishes, code, field, message) => {
    const before = bench.store.runs.list().length;
    const refusal = await refusalOf(fork(wishes));
    expect(refusal).toMatchObject({ code, field });
    expect(refusal.message).toMatch(message);
    expect(bench.store.runs.list()).toHaveLength(before);
  });

  it('allows a knob of the stored state to be given as it is', async () => {
    expect(valuesOf(await fork({ hyperparameters: { hidden: '8,8' } }))['hidden']).toEqual([8, 8]);
  });

  it('allows what has an effect beside the other values given, or at this step', async () => {
    expect(valuesOf(await fork({ hyperparameters: { temperature: 0.2, 'temperature-rule': 'fixed' } }))).toMatchObject({
      temperature: 0.2,
    });
    expect(valuesOf(await fork({ step: 200, hyperparameters: { 'warm-up': 300, 'warm-up-actions': 'policy' } }))).toMatchObject({
      'warm-up': 300,
      'warm-up-actions': 'policy',
    });
    expect(valuesOf(await fork({ hyperparameters: { temperature: 1, 'warm-up': 150 } }))).toMatchObject({ temperature: 1, 'warm-up': 150 });
  });

  it('says when the parent’s total leaves nothing to do', async () => {
    checkpoint(1000);
    expect(await refusalOf(fork())).toMatchObject({
      field: 'hyperparameters.steps',
      message: expect.stringMatching(/the parent’s total is 1,000, so give a larger one/) as string,
    });
  });

  it('refuses a damaged checkpoint, and makes nothing', async () => {
    const newest = bench.store.checkpoints.newest(held.run);
    fs.appendFileSync(path.join(bench.store.runs.directory(held.run), newest?.path ?? '?', 'manifest.json'), ' ');
    expect(await refusalOf(fork())).toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(/checkpoint of run \w+ at step 400 cannot be used: .*damaged\. No run was made/) as string,
    });
  });
});

it('refuses to fork a run without a checkpoint', async () => {
  expect(await refusalOf(fork())).toMatchObject({
    code: 'conflict',
    message: expect.stringMatching(/has no checkpoint yet to fork from.*No run was made/) as string,
  });
});

describe('runs.repeat', () => {
  it('has the same configuration and the same edits, due where they were applied', async () => {
    await editAt(100, { 'entropy-target': -2 });
    await editAt(250, { 'actor-paused': true });
    await bench.workstation.call('runs.undo', { run: held.run, edit: null });
    bench.apply(held, 300);
    await bench.workstation.call('runs.edit', { run: held.run, changes: { 'entropy-target': -4 } }); // still pending: it was never in force
    bench.store.fittedPriors.add(held.run, { sourceRun: 'abcd2345', details: { a: 1 }, data: Uint8Array.of(1, 2, 3) });

    const run = await repeat();
    expect(bench.store.runs.configuration(run)).toEqual(bench.store.runs.configuration(held.run));
    expect(bench.store.runs.get(run)).toMatchObject({ name: 'held-repeat', parent: null, state: 'queued' });
    const edits = bench.store.edits.pending(run);
    expect(edits.map(({ dueStep, changes, requester }) => ({ dueStep, changes, requester }))).toEqual([
      { dueStep: 100, changes: { 'entropy-target': -2 }, requester: 'window' },
      { dueStep: 250, changes: { 'actor-paused': true }, requester: 'window' },
      { dueStep: 300, changes: { 'actor-paused': false }, requester: 'window' },
    ]);
    expect(edits[2]?.undoes).toBe(edits[1]?.id);
    const [prior] = bench.store.fittedPriors.list(run);
    expect([prior?.sourceRun, prior?.details, [...bench.store.fittedPriors.data(prior?.id ?? 0)]]).toEqual([
      'abcd2345',
      { a: 1 },
      [1, 2, 3],
    ]);
  });

  it('repeats a fork from the same checkpoint, as long as it is there', async () => {
    checkpoint(200);
    bench.store.fittedPriors.add(held.run, { sourceRun: 'abcd2345', details: { a: 1 }, data: Uint8Array.of(1) });
    const original = await fork({ hyperparameters: { 'batch-size': 16 } });
    bench.store.fittedPriors.add(original, { sourceRun: 'abcd2345', details: { b: 2 }, data: Uint8Array.of(2) });
    const again = await repeat(original, 'once more');
    expect(bench.store.runs.get(again)).toMatchObject({ name: 'once more', parent: { run: held.run, step: 200 }, environmentSteps: 200 });
    expect(valuesOf(again)).toEqual(valuesOf(original));
    expect(bench.store.fittedPriors.list(again).map(({ details }) => details)).toEqual([{ a: 1 }, { b: 2 }]);
    bench.store.attempts.close(held.run, held.attempt);
    bench.store.runs.setState(held.run, 'stopped');
    bench.store.runs.deleteCheckpoints(held.run);
    const own = await repeat(original);
    expect(bench.store.runs.get(own)).toMatchObject({ parent: { run: original, step: 200 }, environmentSteps: 200 });
    expect(valuesOf(own)).toEqual(valuesOf(original));
    bench.store.queue.cancel(original);
    bench.store.runs.deleteCheckpoints(original);
    expect(await refusalOf(repeat(original))).toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(
        /was forked from run \w+ at step 200, and that checkpoint is gone, in both runs.*No run was made/,
      ) as string,
    });
  });

  it('refuses a run that is not there, and a name without end', async () => {
    expect((await refusalOf(repeat('nobody'))).code).toBe('not-found');
    expect((await refusalOf(repeat(held.run, 'x'.repeat(121)))).code).toBe('invalid-request');
  });
});
