// From a person's wishes to configurations, with every way to get them wrong.
import { describe, expect, it } from 'vitest';
import { ParameterError } from '../contract/parameters.ts';
import { planRuns, unknownName, type Possibilities, type RunWishes } from './plan.ts';
import { findPossibilities } from './possibilities.ts';

const possible: Possibilities = { ...findPossibilities(), cpuCount: 4, trainerShare: 2 };
const wishes = (changes: Partial<RunWishes> = {}): RunWishes => ({
  task: 'inverted-pendulum',
  agent: 'sac',
  hyperparameters: {},
  seeds: '1',
  device: 'cpu',
  threads: null,
  name: null,
  ...changes,
});
const refusal = (fn: () => unknown): ParameterError => {
  try {
    fn();
  } catch (error) {
    if (error instanceof ParameterError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
};

describe('planRuns', () => {
  it('completes the defaults of the task, one configuration a seed', () => {
    const { configurations, names } = planRuns(wishes({ seeds: '3,1-2' }), possible);
    expect(configurations.map(({ seed }) => seed)).toEqual([3, 1, 2]);
    expect(names).toEqual(['sac-default', 'sac-default', 'sac-default']);
    const sac = possible.agents.find(({ id }) => id === 'sac');
    for (const configuration of configurations) {
      expect(configuration.hyperparameters).toEqual(sac?.taskDefaults['inverted-pendulum']);
      expect(Object.values(configuration.hyperparameters)).not.toContain('auto');
    }
    expect(configurations[0]?.hyperparameters).not.toBe(configurations[1]?.hyperparameters);
  });

  it('takes values as text and as numbers, and names the run after them', () => {
    const { configurations, names } = planRuns(
      wishes({ hyperparameters: { 'batch-size': '64', steps: 5000, 'entropy-target': 'auto' } }),
      possible,
    );
    expect(configurations[0]?.hyperparameters).toMatchObject({ 'batch-size': 64, steps: 5000, 'entropy-target': -1 });
    expect(names).toEqual(['sac-batch-size-64']);
  });

  it('keeps the options that differ from the task’s defaults, in their own types, and names the run after them', () => {
    const taskOptions = { 'gravity-scale': '0.5', 'mass-scale': 1, 'time-limit': '100' };
    const { configurations, names } = planRuns(wishes({ taskOptions }), possible);
    expect(configurations[0]?.taskOptions).toEqual({ 'gravity-scale': 0.5, 'time-limit': 100 });
    expect(names).toEqual(['sac-time-limit-100-gravity-scale-0.5']);
    expect(planRuns(wishes({ taskOptions: { 'mass-scale': 1 } }), possible).configurations[0]).not.toHaveProperty('taskOptions');
  });

  it('takes one number for all action dimensions, one for each, and a name', () => {
    const { configurations } = planRuns(
      wishes({
        task: 'reacher',
        hyperparameters: { prior: 'constant', 'prior-scale': '0.3', 'prior-mean': '0.1,-0.2', 'prior-run': ' abcd ' },
      }),
      possible,
    );
    expect(configurations[0]?.hyperparameters).toMatchObject({ 'prior-scale': [0.3], 'prior-mean': [0.1, -0.2], 'prior-run': 'abcd' });
  });

  it('keeps a person’s name and thread count', () => {
    const { configurations, names } = planRuns(wishes({ name: '  my run ', threads: 3 }), possible);
    expect([names[0], configurations[0]?.threads]).toEqual(['my run', 3]);
  });

  it.each([
    [1, 1, 1],
    [2, 1, 1],
    [2, 2, 1],
    [4, 2, 2],
    [8, 8, 1],
    [16, 1, 2],
    [16, 64, 1],
  ])('gives a run on %i processors, %i trainers at once, %i threads', (cpuCount, trainerShare, threads) => {
    expect(planRuns(wishes(), { ...possible, cpuCount, trainerShare }).configurations[0]?.threads).toBe(threads);
  });

  it.each<[string, Partial<RunWishes>, string, RegExp]>([
    ['an unknown task', { task: 'inverted-pendulm' }, 'task', /nearest: inverted-pendulum/],
    ['a task of capitals', { task: 'INVERTED-PENDULUM' }, 'task', /no task named/],
    ['no task', { task: '' }, 'task', /no task named ""/],
    ['a task from the prototype', { task: '__proto__' }, 'task', /no task named/],
    ['an unknown agent', { agent: 'sca' }, 'agent', /nearest: sac/],
    ['an unknown device', { device: 'gpus' }, 'device', /no device named "gpus"; the nearest: gpu/],
    ['no device', { device: '' }, 'device', /no device named ""/],
    ['a device of the prototype', { device: 'constructor' }, 'device', /no device named/],
    ['a device that nobody looked for', { device: 'cuda' }, 'device', /cuda cannot be used here: it has not been looked for/],
    [
      'an unknown option',
      { taskOptions: { gravty: 1 } },
      'taskOptions.gravty',
      /inverted-pendulum has no option "gravty"; it has: .*gravity-scale/,
    ],
    ['another task’s option', { taskOptions: { 'healthy-reward': 1 } }, 'taskOptions.healthy-reward', /has no option/],
    ['an option too large', { taskOptions: { 'gravity-scale': 11 } }, 'taskOptions.gravity-scale', /from 0 to 10; 11 was given/],
    ['an option of no kind', { taskOptions: { 'time-limit': null } }, 'taskOptions.time-limit', /null was given/],
    [
      'a range turned around',
      { task: 'hopper', taskOptions: { 'healthy-z-max': 0.1 } },
      'taskOptions.healthy-z-max',
      /healthy-z-min must be less than healthy-z-max/,
    ],
    ['an unknown hyper-parameter', { hyperparameters: { batchsize: 3 } }, 'hyperparameters.batchsize', /nearest: batch-size/],
    ['a hyper-parameter of the prototype', { hyperparameters: { constructor: 3 } }, 'hyperparameters.constructor', /no hyper-parameter/],
    [
      'a value too large',
      { hyperparameters: { 'batch-size': 1e9 } },
      'hyperparameters.batch-size',
      /batch-size must be a whole number from 1 to .*1000000000 was given/,
    ],
    ['a value of no kind', { hyperparameters: { 'batch-size': null } }, 'hyperparameters.batch-size', /null was given/],
    ['a fraction', { hyperparameters: { steps: 10.5 } }, 'hyperparameters.steps', /whole number/],
    ['NaN', { hyperparameters: { steps: NaN } }, 'hyperparameters.steps', /whole number/],
    [
      'an entropy that cannot be reached',
      { hyperparameters: { 'entropy-target': 0.7 } },
      'hyperparameters.entropy-target',
      /at most 0\.683635 nats on inverted-pendulum.*no tanh-Gaussian has more entropy; 0\.7 was given/,
    ],
    [
      'a list of another length',
      { hyperparameters: { prior: 'constant', 'prior-scale': '0.3,0.3' } },
      'hyperparameters.prior-scale',
      /must be one number, or 1 for inverted-pendulum/,
    ],
    [
      'a prior scale of 0',
      { hyperparameters: { prior: 'constant', 'prior-scale': '0' } },
      'hyperparameters.prior-scale',
      /from 0\.01 to 10: a scale of 0 has no density.*; "0" was given/,
    ],
    [
      'a schedule that runs backwards',
      { hyperparameters: { 'temperature-rule': 'schedule', 'schedule-from': 20, 'schedule-to': 10 } },
      'hyperparameters.schedule-from',
      /at most schedule-to, which is 10/,
    ],
    ['a behaviour prior of no run', { hyperparameters: { prior: 'behaviour' } }, 'hyperparameters.prior-run', /prior-run has to be given/],
    ['auto where nothing is automatic', { hyperparameters: { 'batch-size': 'auto' } }, 'hyperparameters.batch-size', /"auto" was given/],
    ['seeds of words', { seeds: 'one' }, 'seeds', /"one" was given/],
    ['no threads', { threads: 0 }, 'threads', /from 1 to 4/],
    ['more threads than processors', { threads: 5 }, 'threads', /from 1 to 4/],
    ['a thousand threads', { threads: 1000 }, 'threads', /from 1 to 4, the processors here; 1000 was given/],
    ['half a thread', { threads: 1.5 }, 'threads', /1\.5 was given/],
    ['a name without end', { name: 'x'.repeat(121) }, 'name', /at most 120/],
  ])('refuses %s', (_name, changes, field, message) => {
    const error = refusal(() => planRuns(wishes(changes), possible));
    expect(error.parameter).toBe(field);
    expect(error.message).toMatch(message);
  });

  it('refuses a device that is not there, with its reason and what to do', () => {
    const devices = [{ id: 'gpu', title: 'GPU', available: false, reason: 'no driver was found', advice: 'Install it.', adapters: [] }];
    expect(refusal(() => planRuns(wishes({ device: 'gpu' }), { ...possible, devices })).message).toBe(
      'the device gpu cannot be used here: no driver was found. Install it.',
    );
  });

  it('names a run after two differences at most', () => {
    const hyperparameters = { 'batch-size': 64, discount: 0.98, 'target-smoothing': 0.01 };
    expect(planRuns(wishes({ hyperparameters }), possible).names).toEqual(['sac-custom']);
  });
});

describe('unknownName', () => {
  it.each<[string, string[], string]>([
    ['half', ['reacher', 'half-cheetah'], 'half-cheetah'],
    ['reecher', ['reacher', 'half-cheetah'], 'reacher'],
  ])('for %s names %s', (given, names, nearest) => expect(unknownName('task', given, names)).toContain(`; the nearest: ${nearest}`));
  it('lists what there is where nothing is near', () => {
    expect(unknownName('task', 'zzzzzzzzzzzz', ['reacher', 'hopper'])).toBe(
      'there is no task named "zzzzzzzzzzzz"; there are reacher, hopper',
    );
  });
  it('has nothing to suggest where there is nothing, and shortens what was given', () => {
    expect(unknownName('task', 'x'.repeat(500), [])).toBe(`there is no task named "${'x'.repeat(60)}"`);
  });
});

describe('a value that means the run’s end', () => {
  const valuesOf = (hyperparameters: RunWishes['hyperparameters']) => {
    const { configurations, names } = planRuns(wishes({ hyperparameters }), possible);
    return { ...configurations[0]?.hyperparameters, name: names[0] };
  };
  it('follows the run’s own steps, and makes no other run of it', () => {
    expect(valuesOf({})).toMatchObject({ steps: 20_000, 'schedule-to': 20_000 });
    expect(valuesOf({ steps: 2000 })).toMatchObject({ steps: 2000, 'schedule-to': 2000, name: 'sac-default' });
    expect(valuesOf({ steps: '3000', 'schedule-to': 'auto' })).toMatchObject({ 'schedule-to': 3000 });
  });
  it('stays where it is given', () => {
    expect(valuesOf({ steps: 2000, 'schedule-to': 1500 })).toMatchObject({ 'schedule-to': 1500 });
    expect(valuesOf({ steps: 2000, 'schedule-to': 20_000 })).toMatchObject({ 'schedule-to': 20_000 });
  });
  it('is what its schedule is checked against', () => {
    const { parameter, message } = refusal(() => valuesOf({ steps: 2000, 'temperature-rule': 'schedule', 'schedule-from': 5000 }));
    expect([parameter, message]).toEqual(['hyperparameters.schedule-from', expect.stringContaining('at most schedule-to, which is 2000')]);
  });
});

describe('before a run starts', () => {
  const plan = (task: string, hyperparameters: RunWishes['hyperparameters'], memoryBytes = 16e9) =>
    planRuns(wishes({ task, hyperparameters }), { ...possible, memoryBytes });

  it('says where it would learn nothing', () => {
    expect(plan('inverted-pendulum', { steps: 1001 }).remarks).toEqual([]);
    expect(plan('inverted-pendulum', { steps: 1000 }).remarks).toEqual([expect.stringMatching(/^Nothing will be learned: .*1,000.*1,000/)]);
    expect(plan('inverted-pendulum', { steps: 1, 'warm-up': 0 }).remarks).toEqual([]);
  });

  it('refuses a replay buffer that the run would fill beyond the memory, with the largest that fits', () => {
    const { parameter, message } = refusal(() => plan('humanoid', { 'buffer-size': 1e8, steps: 1e8 }));
    expect(parameter).toBe('hyperparameters.buffer-size');
    expect(message).toMatch(/286 GB \(2,860 bytes a transition of humanoid\).* 16 GB of memory.*80 %, 12\.8 GB; .* 4,475,524 transitions$/);
    expect(plan('humanoid', { 'buffer-size': 4_475_524, steps: 1e8 }).remarks).toEqual([]);
    expect(() => plan('humanoid', { 'buffer-size': 4_475_525, steps: 1e8 })).toThrow('does not fit');
  });

  it('only says it of one that the run does not fill', () => {
    expect(plan('humanoid', { 'buffer-size': 1e8 }).remarks).toEqual([
      expect.stringMatching(/could not be filled here: .*286 GB .* 4,475,524 transitions.* 100,000 steps of this run fill 286 MB/),
    ]);
    expect(plan('humanoid', {}).remarks).toEqual([]);
  });
});
