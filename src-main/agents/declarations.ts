// All agents as data, with the defaults that depend on the task resolved. Loads no engine.
import type { AgentDeclaration, ResolvedAgent, TaskDeclaration } from '../contract/declarations.ts';
import type { ParameterValue, ParameterValues } from '../contract/parameters.ts';
import { ddpgDeclaration } from './ddpg.declaration.ts';
import { sacV1Declaration } from './sac-v1.declaration.ts';
import { sacDeclaration } from './sac.declaration.ts';
import { td3Declaration } from './td3.declaration.ts';
import { virelDeclaration, virelFixedDeclaration, virelPublishedDeclaration } from './virel.declaration.ts';

export const agentDeclarations: readonly AgentDeclaration[] = [
  sacDeclaration,
  virelDeclaration,
  virelPublishedDeclaration,
  virelFixedDeclaration,
  sacV1Declaration,
  td3Declaration,
  ddpgDeclaration,
];

/** Environment steps of the tasks that are learned sooner than the others. */
const quickTasks: Readonly<Record<string, number>> = {
  'inverted-pendulum': 20_000,
  pendulum: 20_000,
  'fetch-reach': 20_000,
  reacher: 50_000,
  'inverted-double-pendulum': 50_000,
};
const stepsOf = ({ id }: TaskDeclaration): number => quickTasks[id] ?? 100_000;
/** Haarnoja et al. 2018, arXiv 1801.01290, table 2; of swimmer and humanoid-standup its code's (haarnoja/sac, examples/variants.py). */
const publishedRewardScales: Readonly<Record<string, number>> = {
  swimmer: 25,
  hopper: 5,
  'half-cheetah': 5,
  walker2d: 5,
  ant: 5,
  humanoid: 20,
  'humanoid-standup': 100,
};
/** To three decimals: a default that a person reads. */
const round = (value: number): number => Math.round(value * 1000) / 1000;

/** What `'auto'` stands for, by hyper-parameter. */
const automaticDefaults: Readonly<Record<string, (task: TaskDeclaration, agent: AgentDeclaration) => ParameterValue>> = {
  steps: (task) => stepsOf(task),
  'warm-up': ({ id }, { parts }) => {
    if (id in quickTasks) return 1_000;
    return parts.posterior === 'deterministic' ? 25_000 : 5_000;
  },
  'hindsight-goals': ({ goal }) => (goal === undefined || goal.noHindsight !== undefined ? 0 : 4),
  'entropy-target': ({ action }) => -action.length,
  'kl-target': ({ action }) => round(action.length * (1 + Math.LN2)),
  'reward-scale': ({ id }) => publishedRewardScales[id] ?? 1,
};

/**
 * What tasks with goals take instead of an agent's own defaults: Stable-Baselines3's settings for hindsight with SAC
 * (docs/modules/her.rst there). The temperature, where it is learned, starts low (Elbow): rewards are 0 and −1, and the entropy
 * of a policy at its widest would outweigh them for thousands of steps; docs/tasks-manipulation.md has the figures.
 */
const goalDefaults: Readonly<Record<string, ParameterValue>> = {
  discount: 0.95,
  'target-smoothing': 0.05,
  'actor-learning-rate': 1e-3,
  'critic-learning-rate': 1e-3,
  'temperature-learning-rate': 1e-3,
};
const goalTemperature = 0.05;

function goalDefault(agent: AgentDeclaration, name: string): ParameterValue | undefined {
  if (name !== 'temperature') return goalDefaults[name];
  return agent.parameters.find((one) => one.name === 'temperature-rule')?.default === 'learned' ? goalTemperature : undefined;
}

/** Complete default values of an agent's hyper-parameters on a task. */
export function defaultsFor(agent: AgentDeclaration, task: TaskDeclaration): ParameterValues {
  return Object.fromEntries(
    agent.parameters.map((parameter) => {
      const ofGoals = task.goal === undefined ? undefined : goalDefault(agent, parameter.name);
      if (ofGoals !== undefined) return [parameter.name, ofGoals];
      if (parameter.default !== 'auto') return [parameter.name, parameter.default];
      const resolve = automaticDefaults[parameter.follows ?? parameter.name];
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
