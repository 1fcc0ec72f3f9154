// Evaluations that a person asks for, through the service: what is refused, real episodes of a stored policy, cancelling.
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { RequestOf } from '../contract/requests.ts';
import type { TrialProgress } from '../contract/trials.ts';
import { makePolicyBench, type PolicyBench } from '../training/policy-testing.ts';
import { successShare, summarise } from './policy-episodes.ts';
import { Trials } from './trials.ts';
import { createWorkstation, type WorkstationService } from './workstation.ts';

let bench: PolicyBench;
let workstation: WorkstationService;
beforeAll(async () => {
  bench = await makePolicyBench();
  workstation = createWorkstation({ dataDirectory: bench.store.dataDirectory });
});
afterAll(async () => {
  await workstation.close();
  bench.close();
});

const wishes = (rest: Partial<RequestOf<'trials.start'>> = {}): RequestOf<'trials.start'> => ({
  run: bench.run,
  step: 100,
  taskOptions: {},
  episodes: 3,
  seed: 1,
  ...rest,
});
const ended = (trial: string): Promise<TrialProgress> =>
  vi.waitFor(
    async () => {
      const progress = await workstation.call('trials.get', { trial });
      expect(progress.state).not.toBe('running');
      return progress;
    },
    { timeout: 60_000, interval: 20 },
  );

describe('refuses', () => {
  it.each<[string, () => object, string, string | null, RegExp]>([
    ['a run that is not there', () => ({ run: 'nobody' }), 'not-found', null, /no run/i],
    ['a run that keeps no policy', () => ({ run: bench.without, step: null }), 'not-found', null, /has no policy snapshot yet/],
    [
      'a step without a policy',
      () => ({ step: 150 }),
      'not-found',
      null,
      /keeps no policy at step 150\. The nearest steps that have one: 100, 200/,
    ],
    ['a negative step', () => ({ step: -1 }), 'invalid-request', 'step', /at least 0/],
    ['no episodes', () => ({ episodes: 0 }), 'invalid-request', 'episodes', /from 1 to 10,000; 0 was given/],
    ['too many episodes', () => ({ episodes: 10_001 }), 'invalid-request', 'episodes', /from 1 to 10,000; 10001/],
    ['NaN episodes', () => ({ episodes: NaN }), 'invalid-request', 'episodes', /NaN was given/],
    ['episodes as a text', () => ({ episodes: '3' }), 'invalid-request', 'episodes', /episodes/],
    ['half a seed', () => ({ seed: 0.5 }), 'invalid-request', 'seed', /whole number from 0 to .*; 0\.5 was given/],
    ['a negative seed', () => ({ seed: -1 }), 'invalid-request', 'seed', /-1 was given/],
    [
      'a value out of its range',
      () => ({ taskOptions: { 'gravity-scale': 99 } }),
      'invalid-request',
      'taskOptions.gravity-scale',
      /gravity-scale must be a number from 0 to 10; 99 was given/,
    ],
    [
      'an infinite value',
      () => ({ taskOptions: { 'mass-scale': Infinity } }),
      'invalid-request',
      'taskOptions.mass-scale',
      /from 0\.01 to 100.*Infinity was given/,
    ],
    [
      'half a step of delay',
      () => ({ taskOptions: { 'action-delay': 0.5 } }),
      'invalid-request',
      'taskOptions.action-delay',
      /a whole number from 0 to 100/,
    ],
    [
      'an unknown option',
      () => ({ taskOptions: { wind: 1 } }),
      'invalid-request',
      'taskOptions.wind',
      /reacher has no option "wind"; it has: .*gravity-scale/i,
    ],
    [
      'another observation',
      () => ({ run: bench.without, taskOptions: { 'exclude-current-positions-from-observation': false } }),
      'invalid-request',
      'taskOptions',
      /cannot be run on this variant: half-cheetah has 18 observation dimensions/,
    ],
    ['something unknown', () => ({ sampled: true }), 'invalid-request', null, /"sampled" is not known here/],
  ])('%s', async (_, change, code, field, words) => {
    const answer = await workstation.answer('trials.start', { ...wishes(), ...change() });
    expect(answer).toMatchObject({ ok: false, error: { code, field, message: expect.stringMatching(words) as string } });
  });

  it.each(['trials.get', 'trials.cancel'] as const)('%s of one that is not known', async (name) => {
    await expect(workstation.call(name, { trial: 'nothing' })).rejects.toMatchObject({
      code: 'not-found',
      field: 'trial',
      message: expect.stringMatching(/Evaluate again/) as string,
    });
  });
});

describe('a stored policy', () => {
  it('is evaluated under a variant, beside the run’s own evaluation; the same seed gives the same, another variant another', async () => {
    const [started, again] = [await workstation.call('trials.start', wishes()), await workstation.call('trials.start', wishes())];
    expect(started).toMatchObject({ step: 100, own: { episodes: 2, mean: 2, standardDeviation: 1, success: 0.5 } });
    const [first, second] = [await ended(started.trial), await ended(again.trial)];
    expect(first).toMatchObject({
      state: 'finished',
      episodesFinished: 3,
      episodes: 3,
      error: null,
      result: { episodes: 3, success: null },
    });
    expect(first.result?.standardDeviation).toBeGreaterThan(0);
    expect(second.result).toEqual(first.result);
    const other = await ended(
      (await workstation.call('trials.start', wishes({ taskOptions: { 'mass-scale': 3, 'action-delay': 2 } }))).trial,
    );
    expect(other.state).toBe('finished');
    expect(other.result?.mean).not.toBe(first.result?.mean);
    expect(bench.store.evaluations.list(bench.run).map(({ step }) => step)).toEqual([100, 200]);
  });

  it('that is damaged fails in words', async () => {
    const { trial } = await workstation.call('trials.start', wishes({ step: 200 }));
    expect(await ended(trial)).toMatchObject({
      state: 'failed',
      result: null,
      error: expect.stringMatching(/^The evaluation ended early.*the run is as it was.*damaged, or no ONNX file/s) as string,
    });
  });

  it('is evaluated twice at a time, and once more after one was cancelled', async () => {
    const long = wishes({ episodes: 10_000, taskOptions: { 'time-limit': 100_000 } });
    const [a, b] = [await workstation.call('trials.start', long), await workstation.call('trials.start', long)];
    await expect(workstation.call('trials.start', wishes())).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(/2 evaluations go on already/) as string,
    });
    await workstation.call('trials.cancel', { trial: a.trial });
    expect(await workstation.call('trials.get', { trial: a.trial })).toMatchObject({ state: 'cancelled', result: null, error: null });
    const c = await workstation.call('trials.start', wishes());
    await workstation.call('trials.cancel', { trial: b.trial });
    expect((await ended(c.trial)).state).toBe('finished');
  });

  it('is no longer evaluated once nobody asks for it', async () => {
    const trials = new Trials(bench.store, 50);
    const { trial } = trials.start(wishes({ episodes: 10_000, taskOptions: { 'time-limit': 100_000 } }));
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(trials.progress(trial).state).toBe('cancelled');
  });
});

it('counts successes only where there are any to count', () => {
  const episode = { episode: 0, return: 1, length: 1, terminated: false, truncated: true };
  expect(successShare([{ ...episode, success: null }])).toBeNull();
  expect(
    successShare([
      { ...episode, success: true },
      { ...episode, success: false },
      { ...episode, success: false },
      { ...episode, success: false },
    ]),
  ).toBe(0.25);
  expect(summarise([1, 3])).toEqual({ mean: 2, standardDeviation: 1, min: 1, max: 3 });
});
