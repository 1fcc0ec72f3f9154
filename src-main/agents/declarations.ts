// All agents as data, with the defaults that depend on the task resolved. Loads no engine.
import type { AgentDeclaration, ResolvedAgent, TaskDeclaration } from '../contract/declarations.ts';
import type { ParameterValue, ParameterValues } from '../contract/parameters.ts';
import { sacDeclaration } from './sac.declaration.ts';

export const agentDeclarations: readonly AgentDeclaration[] = [sacDeclaration];

/** What `'auto'` stands for, by hyper-parameter. */
const automaticDefaults: Readonly<Record<string, (task: TaskDeclaration) => ParameterValue>> = {
  steps: ({ id }) => ({ 'inverted-pendulum': 20_000, reacher: 50_000 })[id] ?? 100_000,
  'warm-up': ({ id }) => (id === 'inverted-pendulum' || id === 'reacher' ? 1_000 : 5_000),
  'entropy-target': ({ action }) => -action.length,
};

/** Complete default values of an agent's hyper-parameters on a task. */
export function defaultsFor(agent: AgentDeclaration, task: TaskDeclaration): ParameterValues {
  return Object.fromEntries(
    agent.parameters.map((parameter) => {
      if (parameter.default !== 'auto') return [parameter.name, parameter.default];
      const resolve = automaticDefaults[parameter.name];
      if (!resolve) throw new Error(`${agent.id} declares ${parameter.name} as automatic, but nothing resolves it`);
      return [parameter.name, resolve(task)];
    }),
  );
}

export function resolveAgents(tasks: readonly TaskDeclaration[]): ResolvedAgent[] {
  return agentDeclarations.map((agent) => ({
    ...agent,
    taskDefaults: Object.fromEntries(tasks.map((task) => [task.id, defaultsFor(agent, task)])),
  }));
}
