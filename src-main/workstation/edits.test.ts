// Edits as the service takes and refuses them, without a trainer: what is checked against what, and what undo takes back.
import { beforeEach, describe, expect, it } from 'vitest';
import type { ParameterValues } from '../contract/parameters.ts';
import { benchOfFile, type Held, refusalOf } from './testing.ts';

const bench = benchOfFile();
let held: Held;
beforeEach(() => {
  held = bench.hold();
});

const edit = async (changes: ParameterValues, run = held.run): Promise<number> =>
  (await bench.workstation.call('runs.edit', { run, changes })).edit;
const undo = async (id: number | null = null): Promise<number> =>
  (await bench.workstation.call('runs.undo', { run: held.run, edit: id })).edit;
const value = (name: string): unknown => bench.store.runs.get(held.run).values[name];

describe('runs.edit', () => {
  it('stores the changes in their own types, with who asked', async () => {
    const id = await edit({ 'entropy-target': '-3', 'actor-learning-rate': 3e-4 });
    expect(bench.store.edits.get(held.run, id)).toMatchObject({
      changes: { 'entropy-target': -3 },
      requester: 'window',
      state: 'pending',
      undoes: null,
    });
  });

  it('checks against edits that are still pending', async () => {
    await edit({ 'temperature-rule': 'fixed', temperature: 0.1 });
    await edit({ temperature: 0.2 });
    expect(await refusalOf(edit({ 'entropy-target': -3 }))).toMatchObject({
      code: 'invalid-request',
      field: 'changes.entropy-target',
      message: expect.stringContaining('the temperature is not learned') as string,
    });
    expect(await refusalOf(edit({ temperature: 0.2 }))).toMatchObject({
      field: 'changes.temperature',
      message: 'Nothing would change: temperature is 0.2 already.',
    });
  });

  it.each<[string, Record<string, unknown>, string, RegExp]>([
    [
      'an unknown knob',
      { 'entropy-traget': -3 },
      'changes.entropy-traget',
      /no hyper-parameter of sac named "entropy-traget"; the nearest: entropy-target/,
    ],
    ['a knob of another agent, with why', { 'residual-scale': 0.01 }, 'changes.residual-scale', /^SAC has no residual-scale: /],
    [
      'a knob of another agent',
      { 'exploration-noise': 0.1 },
      'changes.exploration-noise',
      /^SAC has no exploration-noise; it belongs to .*td3/,
    ],
    ['a knob that is not live', { 'batch-size': 64 }, 'changes.batch-size', /fixed when the run begins; fork the run/],
    [
      'a knob of the prototype',
      JSON.parse('{"constructor": 1}') as Record<string, unknown>,
      'changes.constructor',
      /no hyper-parameter of sac named "constructor"/,
    ],
    [
      'an entropy that cannot be reached',
      { 'entropy-target': 5 },
      'changes.entropy-target',
      /at most 4\.101813 nats on half-cheetah.*no tanh-Gaussian has more entropy/,
    ],
    [
      'a negative temperature',
      { 'temperature-rule': 'fixed', temperature: -1 },
      'changes.temperature',
      /from 1e-6 to 10,000: a weight of 0 or less .*; -1 was given/,
    ],
    [
      'a temperature that is no number',
      { 'temperature-rule': 'fixed', temperature: NaN },
      'changes.temperature',
      /from 1e-6 to 10,000; NaN was given/,
    ],
    [
      'a prior scale of 0',
      { prior: 'constant', 'kl-target': 3, 'prior-scale': 0 },
      'changes.prior-scale',
      /each from 0\.01 to 10: a scale of 0 has no density.*; 0 was given/,
    ],
    ['no change at all', {}, 'changes', /^No change is named\.$/],
    [
      'a prior fitted to no run',
      { prior: 'behaviour', 'kl-target': 3, 'prior-run': 'nowhere' },
      'changes.prior-run',
      /^prior-run: There is no run "nowhere"/,
    ],
  ])('refuses %s', async (_, changes, field, message) => {
    const refusal = await refusalOf(edit(changes as ParameterValues));
    expect(refusal).toMatchObject({ code: 'invalid-request', field });
    expect(refusal.message).toMatch(message);
    expect(bench.store.edits.pending(held.run)).toEqual([]);
  });

  it('proposes the measured entropy and the KL that follows from the stored moments', async () => {
    const { run, attempt } = held;
    expect((await refusalOf(edit({ prior: 'constant' }))).message).toBe(
      'kl-target has to be given with prior=constant, since the stored 10.159 was not meant for that.',
    );
    // μ = 0 and σ = 0.5 in every state and dimension, against a prior of mean 0.5 and scale 1.
    const moments = Float64Array.from({ length: 24 }, (_, k) => [0, 0, 0.25, Math.log(0.5)][k % 4] as number);
    bench.store.histograms.set(run, attempt, { step: 1, bins: 2, counts: new Int32Array(12), moments });
    const kl = 6 * (Math.log(2) + (0.25 + 0.25) / 2 - 0.5);
    expect((await refusalOf(edit({ prior: 'constant', 'prior-mean': 0.5, 'prior-scale': '1' }))).message).toContain(
      `measured now: ${kl.toPrecision(3)} nats, so kl-target=${kl.toPrecision(3)}`,
    );
    await edit({ prior: 'constant', 'kl-target': 3 });
    const writer = bench.store.metrics.writer(run, attempt);
    writer.append(100, { entropy: -5.25, temperature: 0.0625 });
    writer.flush();
    expect(await refusalOf(edit({ prior: 'uniform' }))).toMatchObject({
      field: 'changes.entropy-target',
      message: expect.stringContaining('entropy-target=-5.25 would keep') as string,
    });
    expect(await refusalOf(edit({ 'temperature-rule': 'fixed' }))).toMatchObject({
      field: 'changes.temperature',
      message: expect.stringContaining('temperature=0.0625 would keep') as string,
    });
  });

  it('is refused where no trainer runs, with what to do', async () => {
    bench.store.attempts.close(held.run, held.attempt);
    bench.store.runs.setState(held.run, 'finished');
    expect(await refusalOf(edit({ 'entropy-target': -3 }))).toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(/is finished: an edit needs a trainer.*fork it.*Nothing was changed/) as string,
    });
    expect(await refusalOf(edit({ 'entropy-target': -3 }, 'nobody'))).toMatchObject({ code: 'not-found' });
  });
});

describe('a behaviour prior', () => {
  const behaviour = (source: string): ParameterValues => ({ prior: 'behaviour', 'kl-target': 3, 'prior-run': source });
  const withCheckpoint = (task: string, agent = 'sac'): Held => {
    const source = bench.hold({ task, agent });
    bench.store.checkpoints.add(source.run, source.attempt, {
      step: 10,
      path: 'checkpoints/10-1',
      bytes: 1,
      sha256: 'ab'.repeat(32),
      createdAt: 1,
      details: null,
    });
    return source;
  };

  it('is fitted to a run of the same dimensions, named in full from then on', async () => {
    const source = withCheckpoint('half-cheetah', 'virel');
    await edit(behaviour(source.run.slice(0, 6)));
    expect(bench.store.edits.pending(held.run)[0]?.changes).toEqual(behaviour(source.run));
  });

  it.each<[string, () => string, RegExp]>([
    ['the run itself', () => held.run, /is this run itself: .*prior=previous/],
    [
      'a run with another action space',
      () => withCheckpoint('reacher').run,
      /must be a stored run on a task with the same observation and action dimensions.*is on another task: reacher has \d+ observation dimensions \(.*\) where half-cheetah has 17/,
    ],
    ['a run with nothing to fit to', () => bench.hold().run, /has neither yet/],
    ['a run that several could be', () => 'held', /"held" fits \d+ runs/],
  ])('is not fitted to %s', async (_, source, message) => {
    const refusal = await refusalOf(edit(behaviour(source())));
    expect(refusal).toMatchObject({ code: 'invalid-request', field: 'changes.prior-run' });
    expect(refusal.message).toMatch(message);
  });

  it('is checked where a run is made, too', async () => {
    const create = (hyperparameters: ParameterValues): Promise<unknown> =>
      bench.workstation.call('runs.create', {
        task: 'half-cheetah',
        agent: 'sac',
        hyperparameters,
        seeds: '1',
        device: 'cpu',
        threads: 1,
        name: null,
      });
    expect(await refusalOf(create({ prior: 'behaviour' }))).toMatchObject({ field: 'hyperparameters.prior-run' });
    expect(await refusalOf(create(behaviour(withCheckpoint('reacher').run)))).toMatchObject({ field: 'hyperparameters.prior-run' });
    const source = withCheckpoint('half-cheetah').run;
    const {
      runs: [run = ''],
    } = await bench.workstation.call('runs.create', {
      task: 'half-cheetah',
      agent: 'sac',
      hyperparameters: behaviour(source.slice(0, 7)),
      seeds: '1',
      device: 'cpu',
      threads: 1,
      name: null,
    });
    expect(bench.store.runs.configuration(run).hyperparameters['prior-run']).toBe(source);
    bench.store.queue.cancel(run);
  });
});

describe('runs.undo', () => {
  it('puts former values back, newest first, as edits of its own', async () => {
    const first = await edit({ 'entropy-target': -3 });
    bench.apply(held, 10);
    const second = await edit({ 'actor-paused': true });
    bench.apply(held, 20);
    const undone = await undo();
    expect(bench.store.edits.get(held.run, undone)).toMatchObject({
      undoes: second,
      changes: { 'actor-paused': false },
      requester: 'window',
      state: 'pending',
    });
    expect(bench.store.edits.get(held.run, await undo())).toMatchObject({ undoes: first, changes: { 'entropy-target': -6 } });
    bench.apply(held, 30);
    expect([value('actor-paused'), value('entropy-target')]).toEqual([false, -6]);
    expect(await refusalOf(undo())).toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('no applied edit that is not taken back already') as string,
    });
    // Undoing an undo makes the edit again.
    await undo(undone);
    bench.apply(held, 40);
    expect(value('actor-paused')).toBe(true);
  });

  it('leaves what was changed again since', async () => {
    const both = await edit({ 'actor-learning-rate': 1e-4, 'critic-learning-rate': 1e-4 });
    await edit({ 'critic-learning-rate': 2e-4 });
    bench.apply(held, 10);
    expect(bench.store.edits.get(held.run, await undo(both)).changes).toEqual({ 'actor-learning-rate': 3e-4 });
    bench.apply(held, 20);
    expect(await refusalOf(undo(both))).toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(
        /cannot be undone: actor-learning-rate was set to 0\.0001 by it and is 0\.0003 now, critic-learning-rate .* is 0\.0002 now\. Nothing was changed/,
      ) as string,
    });
  });

  it('takes a change of kind back with its target, and needs none named', async () => {
    const before = bench.store.runs.get(held.run).values;
    await edit({ prior: 'constant', 'kl-target': 3, 'prior-scale': '0.3' });
    bench.apply(held, 10);
    const back = await undo();
    bench.apply(held, 20);
    expect(bench.store.runs.get(held.run).values).toEqual(before);
    await undo(back);
    bench.apply(held, 30);
    expect([value('prior'), value('kl-target'), value('prior-scale')]).toEqual(['constant', 3, [0.3]]);
  });

  it('does not touch a knob that is idle now', async () => {
    await edit({ 'temperature-rule': 'fixed', temperature: 1 });
    const warmer = await edit({ temperature: 2 });
    await edit({ 'temperature-rule': 'learned' });
    bench.apply(held, 10);
    expect(await refusalOf(undo(warmer))).toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(/cannot be undone now: temperature: the temperature is learned/) as string,
    });
  });

  it.each<[string, (id: number) => void, RegExp]>([
    ['pending', () => undefined, /is not applied yet; undo it once it is/],
    ['refused', (id) => bench.store.edits.refuse(id, 'it cannot be'), /was refused and never in force/],
  ])('refuses an edit that is %s', async (_, change, message) => {
    const id = await edit({ 'entropy-target': -3 });
    change(id);
    const refusal = await refusalOf(undo(id));
    expect(refusal.code).toBe('conflict');
    expect(refusal.message).toMatch(message);
    expect((await refusalOf(undo(99_999))).code).toBe('not-found');
  });
});

describe('looking', () => {
  it('gives pages of edits, oldest first, and their count', async () => {
    const ids = [await edit({ 'entropy-target': -3 }), await edit({ 'entropy-target': -4 }), await edit({ 'entropy-target': -5 })];
    const page = await bench.workstation.call('runs.edits', { run: held.run, before: null, limit: 2 });
    expect([page.count, page.edits.map(({ id }) => id)]).toEqual([3, ids.slice(1)]);
    expect(
      (await bench.workstation.call('runs.edits', { run: held.run, before: ids[1] ?? 0, limit: 2 })).edits.map(({ id }) => id),
    ).toEqual(ids.slice(0, 1));
    expect((await refusalOf(bench.workstation.call('runs.edits', { run: 'nobody', before: null, limit: 2 }))).code).toBe('not-found');
  });

  it('gives the histogram of actions, or null', async () => {
    expect(await bench.workstation.call('runs.actions', { run: held.run })).toEqual({ histogram: null });
    bench.store.histograms.set(held.run, held.attempt, { step: 7, bins: 2, counts: new Int32Array(12), moments: new Float64Array(24) });
    expect((await bench.workstation.call('runs.actions', { run: held.run })).histogram).toMatchObject({ step: 7, bins: 2 });
    expect((await refusalOf(bench.workstation.call('runs.actions', { run: 'nobody' }))).code).toBe('not-found');
  });
});

it('takes a thousand edits, whatever the trainer has come to', async () => {
  const start = performance.now();
  for (let k = 1; k <= 1000; k += 1) {
    await edit({ 'entropy-target': -3 - k / 1000 });
    if (k % 100 === 0) bench.apply(held, k);
  }
  console.info(`a thousand edits, checked and stored: ${((performance.now() - start) / 1000).toFixed(2)} s`);
  expect(value('entropy-target')).toBe(-4);
  expect((await bench.workstation.call('runs.edits', { run: held.run, before: null, limit: 1 })).count).toBe(1000);
});
