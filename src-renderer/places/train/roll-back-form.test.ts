// The Roll back dialog's form against SAC's declarations.
import { describe, expect, it } from 'vitest';
import { defaultsFor, resolveAgents } from '../../../src-main/agents/declarations.ts';
import type { CheckpointSummary } from '../../../src-main/contract/runs.ts';
import { taskDeclarations } from '../../../src-main/tasks/declarations.ts';
import type { CheckpointForm } from './fork-form.ts';
import { checkRollBack, liveParameters, rollBackPoints } from './roll-back-form.ts';

const agent = resolveAgents(taskDeclarations).find(({ id }) => id === 'sac');
const task = taskDeclarations.find(({ id }) => id === 'half-cheetah');
if (agent === undefined || task === undefined) throw new Error('sac or half-cheetah is not there');
const values = defaultsFor(agent, task);
const check = (typed: CheckpointForm['typed']) => checkRollBack({ step: 400, typed }, 'r1', agent, task, values);

describe('checkRollBack', () => {
  it('sends what is changed, and nothing that is as it was', () => {
    expect(check({}).request).toEqual({ run: 'r1', step: 400, changes: {} });
    expect(check({ 'critic-learning-rate': '1e-4', 'actor-learning-rate': '0.0003' }).request).toEqual({
      run: 'r1',
      step: 400,
      changes: { 'critic-learning-rate': 1e-4 },
    });
  });
  it.each<[CheckpointForm['typed'], string, RegExp]>([
    [{ 'critic-learning-rate': '2' }, 'critic-learning-rate', /from 0 to 1/],
    [{ 'critic-learning-rate': '' }, 'critic-learning-rate', /from 0 to 1/],
    [{ 'critic-learning-rate': 'NaN' }, 'critic-learning-rate', /from 0 to 1/],
    [{ 'entropy-target': '5' }, 'entropy-target', /at most 4\.101813 nats/],
    [{ temperature: '0.2' }, 'temperature', /cannot be changed now: the temperature is learned/],
    [{ 'temperature-rule': 'fixed' }, 'temperature', /has to be given with temperature-rule=fixed/],
  ])('refuses %j', (typed, name, message) => {
    const { errors, request } = check(typed);
    expect(errors[name]).toMatch(message);
    expect(request).toBeNull();
  });
  it('says what has no effect, until what is typed beside it gives it one', () => {
    expect(check({}).fixed['temperature']).toMatch(/the temperature is learned/);
    const { fixed, request } = check({ 'temperature-rule': 'fixed', temperature: '0.2' });
    expect(fixed['temperature']).toBeUndefined();
    expect(request?.changes).toEqual({ 'temperature-rule': 'fixed', temperature: 0.2 });
  });
});

it('offers live hyper-parameters alone', () => {
  const names = liveParameters(agent).map(({ name }) => name);
  expect(names).toContain('critic-learning-rate');
  for (const name of ['hidden', 'batch-size', 'reward-scale', 'steps']) expect(names).not.toContain(name);
});

it('offers no checkpoint at which there is nothing left to train', () => {
  const point = (step: number): CheckpointSummary => ({ step, attempt: 1, createdAt: 0, bytes: 0 });
  expect(rollBackPoints({ checkpoints: [point(10), point(20), point(30)], totalSteps: 30 }).map(({ step }) => step)).toEqual([20, 10]);
});
