// All agents as data, with the defaults that depend on the task resolved. Loads no engine.
import type { AgentDeclaration, ResolvedAgent, TaskDeclaration } from '../contract/declarations.ts';
import type { ParameterValue, ParameterValues } from '../contract/parameters.ts';
import { ddpgDeclaration } from './ddpg.declaration.ts';
import { sacV1Declaration } from './sac-v1.declaration.ts';
import { sacDeclaration } from './sac.declaration.ts';
import { td3Declaration } from './td3.declaration.ts';
import { virelDeclaration, virelFixedDeclaration, virelPublishedDeclaration } from './virel.declaration.ts';

export const agentDeclarations: readonly AgentDeclaration[] = [
  sacDeclaration, virelDeclaration, virelPublishedDeclaration, virelFixedDeclaration, sacV1Declaration, td3Declaration, ddpgDeclaration,
];

const stepsOf = ({ id }: TaskDeclaration): number => ({ 'inverted-pendulum': 20_000, reacher: 50_000 })[id] ?? 100_000;
/** Haarnoja et al. 2018, arXiv 1801.01290, table 2. */
const publishedRewardScales: Readonly<Record<string, number>> = { hopper: 5, 'half-cheetah': 5, walker2d: 5 };
/** To three decimals: a default that a person reads. */
const round = (value: number): number => Math.round(value * 1000) / 1000;

/** What `'auto'` stands for, by hyper-parameter. */
const automaticDefaults: Readonly<Record<string, (task: TaskDeclaration, agent: AgentDeclaration) => ParameterValue>> = {
  steps: (task) => stepsOf(task),
  'warm-up': ({ id }, { parts }) => {
    if (id === 'inverted-pendulum' || id === 'reacher') return 1_000;
    return parts.posterior === 'deterministic' ? 25_000 : 5_000;
  },
  'hindsight-goals': ({ goal }) => (goal === undefined ? 0 : 4),
  'entropy-target': ({ action }) => -action.length,
  'kl-target': ({ action }) => round(action.length * (1 + Math.LN2)),
  'schedule-to': (task) => stepsOf(task),
  'reward-scale': ({ id }) => publishedRewardScales[id] ?? 1,
};

/** Complete default values of an agent's hyper-parameters on a task. */
export function defaultsFor(agent: AgentDeclaration, task: TaskDeclaration): ParameterValues {
  return Object.fromEntries(
    agent.parameters.map((parameter) => {
      if (parameter.default !== 'auto') return [parameter.name, parameter.default];
      const resolve = automaticDefaults[parameter.name];
      if (!resolve) throw new Error(`${agent.id} declares ${parameter.name} as automatic, but nothing resolves it`);
      return [parameter.name, resolve(task, agent)];
    }),
  );
}

export function resolveAgents(tasks: readonly TaskDeclaration[]): ResolvedAgent[] {
  return agentDeclarations.map((agent) => ({
    ...agent,
    taskDefaults: Object.fromEntries(tasks.map((task) => [task.id, defaultsFor(agent, task)])),
  }));
}
