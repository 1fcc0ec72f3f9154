import { describe, expect, it } from 'vitest';
import { parseParameter } from '../contract/parameters.ts';
import { taskDeclarations } from '../tasks/declarations.ts';
import { agentDeclarations, resolveAgents } from './declarations.ts';

describe.each(agentDeclarations)('the declaration of $id', (agent) => {
  it('explains and cites every hyper-parameter, each name once and in kebab-case', () => {
    const names = agent.parameters.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const parameter of agent.parameters) {
      expect(parameter.name).toMatch(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/);
      expect(parameter.sentence).toMatch(/\.$/);
      expect(parameter.citation).not.toBe('');
    }
  });

  it('has defaults inside its own ranges, on every task', () => {
    for (const resolved of resolveAgents(taskDeclarations).filter(({ id }) => id === agent.id)) {
      for (const values of Object.values(resolved.taskDefaults)) {
        for (const parameter of agent.parameters) expect(parseParameter(parameter, values[parameter.name])).toEqual(values[parameter.name]);
      }
    }
  });
});

it('resolves the defaults that depend on the task', () => {
  const [sac] = resolveAgents(taskDeclarations);
  expect(sac?.taskDefaults['half-cheetah']).toMatchObject({ 'entropy-target': -6, 'warm-up': 5000, steps: 100_000 });
  expect(sac?.taskDefaults['inverted-pendulum']).toMatchObject({ 'entropy-target': -1, 'warm-up': 1000 });
  expect(sac?.taskDefaults['reacher']).toMatchObject({ 'entropy-target': -2, 'warm-up': 1000 });
});

it('learns faster and relabels where the task has goals', () => {
  const agents = resolveAgents(taskDeclarations);
  const defaultsOf = (agent: string, task: string) => agents.find(({ id }) => id === agent)?.taskDefaults[task];
  const goals = { 'hindsight-goals': 4, discount: 0.95, 'target-smoothing': 0.05, 'actor-learning-rate': 1e-3 };
  expect(defaultsOf('sac', 'fetch-reach')).toMatchObject({ ...goals, temperature: 0.05, steps: 20_000, 'warm-up': 1000 });
  expect(defaultsOf('td3', 'fetch-reach')).toMatchObject(goals);
  expect(defaultsOf('sac', 'reacher')).toMatchObject({ 'hindsight-goals': 0, discount: 0.99, temperature: 1 });
  // Its temperature is not learned from a start.
  expect(defaultsOf('virel', 'fetch-reach')?.['temperature']).toBe(defaultsOf('virel', 'reacher')?.['temperature']);
});
