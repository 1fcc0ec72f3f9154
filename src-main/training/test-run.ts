// A small, fast run for this room's tests: inverted pendulum, 16×16 networks.
import { agentDeclarations, defaultsFor } from '../agents/declarations.ts';
import type { ParameterValues } from '../contract/parameters.ts';
import type { RunConfiguration } from '../contract/runs.ts';
import { findTaskDeclaration } from '../tasks/declarations.ts';

export function smallRun(changes: ParameterValues = {}, seed = 1): RunConfiguration {
  const agent = agentDeclarations.find(({ id }) => id === 'sac');
  const task = findTaskDeclaration('inverted-pendulum');
  if (agent === undefined || task === undefined) throw new Error('sac or inverted-pendulum is not there');
  return {
    task: task.id,
    agent: agent.id,
    seed,
    device: 'cpu',
    threads: 1,
    hyperparameters: {
      ...defaultsFor(agent, task),
      hidden: [16, 16], 'batch-size': 16, steps: 600, 'warm-up': 100, 'evaluation-every': 250, 'evaluation-episodes': 3,
      ...changes,
    },
  };
}
