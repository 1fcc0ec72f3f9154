// The form against the declarations of the tasks and agents that there are.
import { describe, expect, it } from 'vitest';
import { resolveAgents } from '../../../src-main/agents/declarations.ts';
import type { ResolvedAgent, TaskDeclaration } from '../../../src-main/contract/declarations.ts';
import type { RunConfiguration, RunSummary } from '../../../src-main/contract/runs.ts';
import { taskDeclarations } from '../../../src-main/tasks/declarations.ts';
import { checkForm, defaultsOf, measuredSpeed, retyped, searchParameters, typedLike, type NewRunForm } from './new-run-form.ts';

const parameter = { scale: 'linear', sentence: 'A sentence.', citation: 'A source', live: false, unit: '1' } as const;
const agent: ResolvedAgent = {
  id: 'sac',
  title: 'SAC',
  sentence: '',
  parts: { prior: '', posterior: '', value: '', temperature: '' },
  citation: '',
  page: '',
  unused: [],
  parameters: [
    { ...parameter, name: 'steps', kind: 'integer', default: 'auto', min: 1, max: 1e9, group: 'run' },
    {
      ...parameter,
      name: 'discount',
      kind: 'number',
      default: 0.99,
      min: 0,
      max: 1,
      group: 'optimisation',
      sentence: 'Weight of the next value.',
    },
    { ...parameter, name: 'hidden', kind: 'integers', default: [256, 256], min: 1, max: 4096, group: 'networks' },
  ],
  taskDefaults: { reacher: { steps: 50_000, discount: 0.99, hidden: [256, 256] } },
};
const task = { id: 'reacher', title: 'Reacher', observation: [], action: [{ name: 'a' }, { name: 'b' }] } as unknown as TaskDeclaration;
const form = (rest: Partial<NewRunForm> = {}): NewRunForm => ({
  task,
  agent,
  typed: {},
  shelved: {},
  taskTyped: {},
  seeds: '1',
  device: 'cpu',
  threads: '',
  name: '',
  ...rest,
});

it('changes what was typed in one place', () => {
  const typed = { steps: '10', discount: '' };
  expect(retyped(typed, 'hidden', '8')).toEqual({ steps: '10', discount: '', hidden: '8' });
  expect(retyped(typed, 'steps', '')).toEqual({ discount: '', steps: '' });
  expect(retyped(typed, 'steps', undefined)).toEqual({ discount: '' });
  expect(retyped(typed, 'hidden', undefined)).toEqual(typed);
  expect(typed).toEqual({ steps: '10', discount: '' });
});

describe('checkForm', () => {
  it('sends only what departs from the defaults', () => {
    const checked = checkForm(
      form({ typed: { discount: '0.9', hidden: '256,256', steps: '50000' }, seeds: ' 1-3 ', threads: '2', name: ' x ' }),
    );
    expect(checked.request).toEqual({
      task: 'reacher',
      agent: 'sac',
      hyperparameters: { discount: 0.9 },
      seeds: '1-3',
      device: 'cpu',
      threads: 2,
      name: 'x',
    });
    expect(checked.runCount).toBe(3);
    expect(checked.values).toEqual({ steps: 50_000, discount: 0.9, hidden: [256, 256] });
  });

  it.each([
    [{ typed: { discount: '1.5' } }, 'hyperparameters.discount', 'from 0 to 1'],
    [{ typed: { discount: '' } }, 'hyperparameters.discount', 'from 0 to 1'],
    [{ typed: { steps: '1e12' } }, 'hyperparameters.steps', '1e9'],
    [{ typed: { steps: '10.5' } }, 'hyperparameters.steps', 'whole number'],
    [{ typed: { hidden: '256;x' } }, 'hyperparameters.hidden', 'whole numbers'],
    [{ seeds: '' }, 'seeds', '1-3'],
    [{ seeds: '3-1' }, 'seeds', 'backwards'],
    [{ seeds: '1,1' }, 'seeds', 'twice'],
    [{ seeds: '1-100000' }, 'seeds', '1000'],
    [{ threads: '0' }, 'threads', 'from 1 to 256'],
    [{ threads: '2.5' }, 'threads', 'from 1 to 256'],
    [{ threads: 'many' }, 'threads', 'from 1 to 256'],
  ])('refuses %j at its field', (rest, field, words) => {
    const checked = checkForm(form(rest));
    expect(Object.keys(checked.errors)).toEqual([field]);
    expect(checked.errors[field]).toContain(words);
    expect(checked.request).toBeNull();
  });

  it('reports every wrong field at once', () => {
    expect(Object.keys(checkForm(form({ typed: { discount: 'x', steps: '-1' }, seeds: 'x', threads: 'x' })).errors)).toHaveLength(4);
  });
});

describe('checkForm with values that depend on each other', () => {
  const [half] = taskDeclarations.filter(({ id }) => id === 'half-cheetah');
  const sac = resolveAgents(taskDeclarations).find(({ id }) => id === 'sac');
  if (half === undefined || sac === undefined) throw new Error('half-cheetah and SAC are declared');
  const check = (typed: NewRunForm['typed']) => checkForm(form({ task: half, agent: sac, typed }));

  it.each<[NewRunForm['typed'], string, RegExp]>([
    [{ 'entropy-target': '5' }, 'entropy-target', /at most 4\.101813 nats on half-cheetah, 0\.683635 for each of its 6/],
    [{ temperature: '-1' }, 'temperature', /from 1e-6 to 10,000/],
    [{ temperature: 'NaN' }, 'temperature', /"NaN" was given/],
    [{ prior: 'constant', 'prior-scale': '0' }, 'prior-scale', /from 0\.01 to 10/],
    [{ prior: 'constant', 'prior-mean': '0, 1' }, 'prior-mean', /one number, or 6 for half-cheetah: /],
    [{ prior: 'behaviour' }, 'prior-run', /has to be given/],
    [{ 'temperature-rule': 'schedule', 'schedule-from': '9', 'schedule-to': '8' }, 'schedule-from', /at most schedule-to, which is 8/],
    [{ 'temperature-rule': 'schedule', 'schedule-to': '8', 'schedule-from': 'x' }, 'schedule-from', /whole number/],
  ])('refuses %j at %s', (typed, name, message) => {
    const { errors, request } = check(typed);
    expect(Object.keys(errors)).toEqual([`hyperparameters.${name}`]);
    expect(errors[`hyperparameters.${name}`]).toMatch(message);
    expect(request).toBeNull();
  });

  it('says what has no effect, and lets it hold anything', () => {
    const { unused, errors, request } = check({
      'prior-scale': 'wide',
      'prior-mean': '0.5',
      'entropy-target': '50',
      'temperature-rule': 'fixed',
    });
    expect(errors).toEqual({});
    expect(unused).toMatchObject({
      'prior-scale': expect.stringContaining('constant prior'),
      'entropy-target': expect.stringContaining('not learned'),
    });
    expect(unused).not.toHaveProperty('prior');
    expect(request?.hyperparameters).toEqual({ 'prior-mean': [0.5], 'entropy-target': 50, 'temperature-rule': 'fixed' });
  });

  it('takes one number for all action dimensions, or one for each', () => {
    expect(check({ prior: 'constant', 'prior-scale': '1 1 1 1 1 0.5', 'prior-mean': '0.1' }).request?.hyperparameters).toMatchObject({
      'prior-scale': [1, 1, 1, 1, 1, 0.5],
      'prior-mean': [0.1],
    });
  });

  it.each(resolveAgents(taskDeclarations))('finds nothing wrong with the defaults of $id', (agent) => {
    for (const one of taskDeclarations) expect(checkForm(form({ task: one, agent })).errors).toEqual({});
  });
});

describe('checkForm with options of the task', () => {
  const hopper = taskDeclarations.find(({ id }) => id === 'hopper');
  if (hopper === undefined) throw new Error('hopper is declared');
  const check = (taskTyped: NewRunForm['taskTyped']) => checkForm(form({ task: hopper, taskTyped }));

  it('sends those that differ from their defaults, in their own types', () => {
    expect(check({ 'gravity-scale': '0.5', 'healthy-reward': '1', 'terminate-when-unhealthy': 'false' }).request?.taskOptions).toEqual({
      'gravity-scale': 0.5,
      'terminate-when-unhealthy': false,
    });
    expect(check({}).request).not.toHaveProperty('taskOptions');
  });

  it.each<[NewRunForm['taskTyped'], string, RegExp]>([
    [{ 'gravity-scale': 'x' }, 'gravity-scale', /from 0 to 10; "x" was given/],
    [{ 'healthy-z-max': '0.5' }, 'healthy-z-max', /healthy-z-min must be less than healthy-z-max/],
  ])('refuses %j at %s', (taskTyped, name, message) => {
    const { errors, request } = check(taskTyped);
    expect(Object.keys(errors)).toEqual([`taskOptions.${name}`]);
    expect(errors[`taskOptions.${name}`]).toMatch(message);
    expect(request).toBeNull();
  });

  it('takes them over from a stored run, and names those that are gone', () => {
    const configuration: RunConfiguration = {
      task: 'hopper',
      taskOptions: { 'gravity-scale': 0.5, retired: 3 },
      agent: 'sac',
      seed: 1,
      device: 'cpu',
      threads: 1,
      hyperparameters: {},
    };
    expect(typedLike(configuration, { task: hopper, agent })).toEqual({
      typed: {},
      taskTyped: { 'gravity-scale': '0.5' },
      unknown: ['retired'],
    });
  });

  it('has no name that an agent’s hyper-parameter has: both stand in one list', () => {
    const names = new Set(resolveAgents(taskDeclarations).flatMap(({ parameters }) => parameters.map((one) => one.name)));
    for (const { options = [] } of taskDeclarations) expect(options.filter((one) => names.has(one.name))).toEqual([]);
  });
});

describe('typedLike', () => {
  it('keeps what departs from today’s defaults and names what is gone', () => {
    const configuration: RunConfiguration = {
      task: 'reacher',
      agent: 'sac',
      seed: 1,
      device: 'cpu',
      threads: 1,
      hyperparameters: { steps: 50_000, discount: 0.5, hidden: [64, 64], retired: 1 },
    };
    expect(typedLike(configuration, { task, agent })).toEqual({
      typed: { discount: '0.5', hidden: '64,64' },
      taskTyped: {},
      unknown: ['retired'],
    });
  });
});

describe('searchParameters', () => {
  it.each([
    ['', 3],
    ['disc', 1],
    ['next VALUE', 1],
    ['networks', 1],
    ['source', 3],
    ['next steps', 0],
    ['gamma', 1],
    ['total_timesteps', 1],
    ['net-arch', 1],
  ])('%j finds %s', (search, count) => expect(searchParameters(agent.parameters, search)).toHaveLength(count));
});

describe('measuredSpeed', () => {
  const run = (rest: Partial<RunSummary>): RunSummary =>
    ({
      task: 'reacher',
      agent: 'sac',
      device: 'cpu',
      isDemo: false,
      activeSeconds: 100,
      environmentSteps: 5000,
      ordinal: 1,
      ...rest,
    }) as RunSummary;
  it('takes the newest run of the same kind that trained for a minute', () => {
    const runs = [
      run({ ordinal: 1 }),
      run({ ordinal: 3, activeSeconds: 50 }),
      run({ ordinal: 2, environmentSteps: 8000 }),
      run({ ordinal: 9, task: 'x' }),
      run({ ordinal: 8, isDemo: true }),
    ];
    expect(measuredSpeed(runs, 'reacher', 'sac', 'cpu')?.stepsPerSecond).toBe(80);
  });
  it('guesses nothing', () => expect(measuredSpeed([run({ device: 'gpu' })], 'reacher', 'sac', 'cpu')).toBeNull());
});

describe('the form and the run’s length', () => {
  const half = taskDeclarations.find(({ id }) => id === 'half-cheetah');
  const sac = resolveAgents(taskDeclarations).find(({ id }) => id === 'sac');
  if (half === undefined || sac === undefined) throw new Error('half-cheetah and SAC are declared');
  const filled = (typed: NewRunForm['typed']): NewRunForm => form({ task: half, agent: sac, typed });

  it('moves the schedule’s end with the steps as they are typed', () => {
    expect(defaultsOf(filled({}))).toMatchObject({ steps: 100_000, 'schedule-to': 100_000 });
    // The default of the steps themselves is still their own.
    expect(defaultsOf(filled({ steps: '7000' }))).toMatchObject({ steps: 100_000, 'schedule-to': 7000 });
    expect(defaultsOf(filled({ steps: 'many' }))).toMatchObject({ 'schedule-to': 100_000 });
    const { values, request } = checkForm(filled({ steps: '7000', 'schedule-to': '7000' }));
    expect(values).toMatchObject({ steps: 7000, 'schedule-to': 7000 });
    expect(request?.hyperparameters).toEqual({ steps: 7000 });
    expect(checkForm(filled({ steps: '7000', 'schedule-to': '100000' })).request?.hyperparameters).toMatchObject({
      'schedule-to': 100_000,
    });
  });

  it('takes a stored run’s schedule for its own only where it ended elsewhere', () => {
    const typedOf = (hyperparameters: RunConfiguration['hyperparameters']) =>
      typedLike({ task: half.id, agent: 'sac', seed: 1, device: 'cpu', threads: 1, hyperparameters }, { task: half, agent: sac }).typed;
    expect(typedOf({ steps: 7000, 'schedule-to': 7000 })).toEqual({ steps: '7000' });
    expect(typedOf({ steps: 7000, 'schedule-to': 100_000 })).toEqual({ steps: '7000', 'schedule-to': '100000' });
  });

  it('says what the command line says before the start', () => {
    expect(checkForm(filled({ steps: '5000' })).remarks).toEqual([expect.stringMatching(/^Nothing will be learned/)]);
    expect(checkForm(filled({ steps: '5001' })).remarks).toEqual([]);
    expect(checkForm(filled({ 'buffer-size': '1e8' }), 8e9).remarks).toEqual([expect.stringMatching(/could not be filled here/)]);
    const { errors, request } = checkForm(filled({ 'buffer-size': '1e8', steps: '1e8' }), 8e9);
    expect(errors).toEqual({ 'hyperparameters.buffer-size': expect.stringMatching(/does not fit: .*the largest that fits is/) });
    expect(request).toBeNull();
  });

  it('refuses hindsight where a task’s end cannot be judged by another goal', () => {
    const goalTask = { ...half, goal: { dimensions: [], noHindsight: 'termination.0 reads more' } };
    const { errors } = checkForm(form({ task: goalTask, agent: sac, typed: { 'hindsight-goals': '4' } }));
    expect(errors).toEqual({ 'hyperparameters.hindsight-goals': expect.stringContaining('must be 0 on half-cheetah, whose steps cannot') });
    expect(errors['hyperparameters.hindsight-goals']).toContain('termination.0 reads more');
  });
});
