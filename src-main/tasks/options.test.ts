// Options of tasks: what they change, and what is refused.
import { describe, expect, it } from 'vitest';
import { ParameterError } from '../contract/parameters.ts';
import { createStream } from '../random/stream.ts';
import { allTaskDeclarations, configureTask, taskDeclarations, useImportedTasks } from './declarations.ts';
import { loadTask } from './node/load-task.ts';
import { changedOptions } from './options.ts';
import type { Task } from './task.ts';

const bad: [string, Record<string, unknown>, string, RegExp][] = [
  ['hopper', { 'healty-reward': 1 }, 'healty-reward', /hopper has no option "healty-reward"; it has: .*healthy-reward.*gravity-scale/],
  ['reacher', { 'healthy-reward': 1 }, 'healthy-reward', /reacher has no option/],
  ['hopper', { 'healthy-reward': 'much' }, 'healthy-reward', /must be a number from -1,000,000 to 1,000,000; "much"/],
  ['hopper', { 'healthy-reward': NaN }, 'healthy-reward', /NaN was given/],
  ['hopper', { 'terminate-when-unhealthy': 'maybe' }, 'terminate-when-unhealthy', /must be true or false; "maybe"/],
  ['hopper', { 'reset-noise-scale': -1 }, 'reset-noise-scale', /from 0 to 10; -1 was given/],
  [
    'hopper',
    { 'healthy-z-min': 3, 'healthy-z-max': 2 },
    'healthy-z-min',
    /healthy-z-min must be less than healthy-z-max.*they are 3 and 2/,
  ],
  ['walker2d', { 'healthy-z-max': 0.5 }, 'healthy-z-max', /healthy-z-min must be less than healthy-z-max.*they are 0.8 and 0.5/],
  ['hopper', { 'frame-skip': 1.5 }, 'frame-skip', /whole number from 1 to 1,000; 1.5/],
  ['hopper', { 'time-limit': 0 }, 'time-limit', /whole number from 1 to/],
  ['hopper', { 'action-delay': 101 }, 'action-delay', /whole number from 0 to 100/],
  ['hopper', { 'gravity-scale': Infinity }, 'gravity-scale', /from 0 to 10; Infinity/],
  ['hopper', { 'mass-scale': 0 }, 'mass-scale', /from 0.01 to 100; 0/],
  ['hopper', { __proto__x: 1 }, '__proto__x', /no option/],
];

it('an imported task has each option once, as it was kept', () => {
  const [first] = taskDeclarations;
  if (first === undefined) throw new Error('there is no task');
  const declaration = {
    ...first,
    id: 'own',
    options: first.options?.filter(({ group, citation }) => group === 'variant' || citation === 'Elbow') ?? [],
  };
  useImportedTasks([{ declaration, main: 'own.xml', directory: '/nowhere' }]);
  const names = allTaskDeclarations()
    .at(-1)
    ?.options?.map(({ name }) => name);
  expect(names).toEqual([...new Set(names)]);
  expect(names).toContain('gravity-scale');
  expect(configureTask('own', { 'frame-skip': 3 }).declaration.options?.length).toBe(names?.length);
  useImportedTasks([]);
});

it.each(bad)('%s refuses %j', (task, given, name, message) => {
  const error = (() => {
    try {
      configureTask(task, given);
    } catch (thrown) {
      return thrown;
    }
    return null;
  })();
  expect(error).toBeInstanceOf(ParameterError);
  expect((error as ParameterError).parameter).toBe(name);
  expect((error as ParameterError).message).toMatch(message);
});

describe.each(taskDeclarations)('$id', (declaration) => {
  const { id, options = [] } = declaration;

  it('has options with names, sentences and defaults inside their ranges, and is itself at the defaults', () => {
    const names = options.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { name, sentence, citation } of options) {
      expect(name).toMatch(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/);
      expect(sentence).toMatch(/[.?]$/);
      expect(citation).not.toBe('');
    }
    const all = Object.fromEntries(options.map((option) => [option.name, option.default]));
    const configured = configureTask(id, all);
    expect(configured.declaration).toEqual(declaration);
    expect(configured.values).toEqual(all);
    expect(changedOptions(options, configured.values)).toEqual({});
  });

  it('takes what every task has: steps, time limit, gravity, masses, friction', async () => {
    const standard = await loadTask(id);
    const task = await loadTask(id, { 'frame-skip': 1, 'time-limit': 3, 'gravity-scale': 0.5, 'mass-scale': 2, 'friction-scale': 3 });
    const of = ({ simulator: { model } }: Task): number[][] =>
      [model.opt.gravity, model.body_mass, model.body_inertia, model.geom_friction].map((view) => [...(view as Float64Array)]);
    [0.5, 2, 2, 3].forEach((factor, i) => expect(of(task)[i]).toEqual(of(standard)[i]?.map((value) => factor * value)));
    expect(task.declaration.stepSeconds).toBeCloseTo(task.simulator.timestep, 12);
    task.reset(createStream(1, 'reset'));
    const still = task.declaration.action.map(() => 0);
    for (let k = 1; k <= 3; k += 1) {
      expect(task.step(still).truncated).toBe(k === 3);
      expect(task.simulator.time).toBeCloseTo(k * task.simulator.timestep, 12);
    }
    standard.dispose();
    task.dispose();
  });
});

describe('what a task makes of its own options', () => {
  it('changes weights and what counts as healthy', async () => {
    const options = {
      'forward-reward-weight': 2,
      'ctrl-cost-weight': 0.5,
      'healthy-reward': 3,
      'healthy-z-min': 1.3,
      'terminate-when-unhealthy': false,
      'reset-noise-scale': 0,
    };
    const [standard, task] = [await loadTask('hopper'), await loadTask('hopper', options)];
    expect(task.declaration.rewardTerms.map(({ weight }) => weight)).toEqual([2, 3, -0.5]);
    expect(task.declaration.termination).toBeNull();
    const results = [standard, task].map((one) => {
      one.beginAt([0, 1.25, 0, 0, 0, 0], [1, 0, 0, 0, 0, 0]);
      return structuredClone(one.step([0.5, 0, 1]));
    });
    expect(results[1]).toMatchObject({ terminated: false });
    expect(results[1]?.terms[0]).toBeCloseTo(2 * (results[0]?.terms[0] as number), 12);
    expect(results[1]?.terms[1]).toBe(0);
    expect(results[1]?.terms[2]).toBeCloseTo(500 * (results[0]?.terms[2] as number), 12);
    task.reset(createStream(1, 'reset'));
    expect([...task.simulator.qpos]).toEqual([0, 1.25, 0, 0, 0, 0]);
    standard.dispose();
    task.dispose();
  });

  it.each(['half-cheetah', 'hopper', 'walker2d'])('%s shows its position where it is asked to', async (id) => {
    const task = await loadTask(id, { 'exclude-current-positions-from-observation': false });
    task.reset(createStream(1, 'reset'));
    expect(task.observation).toHaveLength(task.declaration.observation.length);
    expect(task.observation).toHaveLength((taskDeclarations.find((one) => one.id === id)?.observation.length ?? 0) + 1);
    expect(task.observation[0]).toBe(task.simulator.qpos[0]);
    task.dispose();
  });
});
