// The form against the declarations of the tasks and agents that there are.
import { describe, expect, it } from 'vitest';
import type { ResolvedAgent, TaskDeclaration } from '../../../src-main/contract/declarations.ts';
import type { RunConfiguration, RunSummary } from '../../../src-main/contract/runs.ts';
import { checkForm, measuredSpeed, searchParameters, typedLike, type NewRunForm } from './new-run-form.ts';

const parameter = { scale: 'linear', sentence: 'A sentence.', citation: 'A source', live: false, unit: '1' } as const;
const agent: ResolvedAgent = {
  id: 'sac', title: 'SAC', sentence: '', parts: { prior: '', posterior: '', value: '', temperature: '' }, citation: '', page: '', unused: [],
  parameters: [
    { ...parameter, name: 'steps', kind: 'integer', default: 'auto', min: 1, max: 1e9, group: 'run' },
    { ...parameter, name: 'discount', kind: 'number', default: 0.99, min: 0, max: 1, group: 'optimisation', sentence: 'Weight of the next value.' },
    { ...parameter, name: 'hidden', kind: 'integers', default: [256, 256], min: 1, max: 4096, group: 'networks' },
  ],
  taskDefaults: { reacher: { steps: 50_000, discount: 0.99, hidden: [256, 256] } },
};
const task = { id: 'reacher', title: 'Reacher' } as TaskDeclaration;
const form = (rest: Partial<NewRunForm> = {}): NewRunForm => ({ task, agent, typed: {}, seeds: '1', device: 'cpu', threads: '', name: '', ...rest });

describe('checkForm', () => {
  it('sends only what departs from the defaults', () => {
    const checked = checkForm(form({ typed: { discount: '0.9', hidden: '256,256', steps: '50000' }, seeds: ' 1-3 ', threads: '2', name: ' x ' }));
    expect(checked.request).toEqual({ task: 'reacher', agent: 'sac', hyperparameters: { discount: 0.9 }, seeds: '1-3', device: 'cpu', threads: 2, name: 'x' });
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

describe('typedLike', () => {
  it('keeps what departs from today’s defaults and names what is gone', () => {
    const configuration: RunConfiguration = { task: 'reacher', agent: 'sac', seed: 1, device: 'cpu', threads: 1, hyperparameters: { steps: 50_000, discount: 0.5, hidden: [64, 64], retired: 1 } };
    expect(typedLike(configuration, { task, agent })).toEqual({ typed: { discount: '0.5', hidden: '64,64' }, unknown: ['retired'] });
  });
});

describe('searchParameters', () => {
  it.each([['', 3], ['disc', 1], ['next VALUE', 1], ['networks', 1], ['source', 3], ['next steps', 0]])('%j finds %s', (search, count) =>
    expect(searchParameters(agent.parameters, search)).toHaveLength(count));
});

describe('measuredSpeed', () => {
  const run = (rest: Partial<RunSummary>): RunSummary => ({ task: 'reacher', agent: 'sac', device: 'cpu', isDemo: false, activeSeconds: 100, environmentSteps: 5000, createdAt: 1, ...rest }) as RunSummary;
  it('takes the newest run of the same kind that trained for a minute', () => {
    const runs = [run({ createdAt: 1 }), run({ createdAt: 3, activeSeconds: 50 }), run({ createdAt: 2, environmentSteps: 8000 }), run({ createdAt: 9, task: 'x' }), run({ createdAt: 8, isDemo: true })];
    expect(measuredSpeed(runs, 'reacher', 'sac', 'cpu')?.stepsPerSecond).toBe(80);
  });
  it('guesses nothing', () => expect(measuredSpeed([run({ device: 'gpu' })], 'reacher', 'sac', 'cpu')).toBeNull());
});
