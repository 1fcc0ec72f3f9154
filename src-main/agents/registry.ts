// Agents by their id.
import type { Agent } from './agent.ts';
import { sac } from './sac.ts';

const agents: readonly Agent[] = [sac];

/** @throws RangeError naming the agents that exist. */
export function findAgent(id: string): Agent {
  const agent = agents.find(({ declaration }) => declaration.id === id);
  if (!agent) throw new RangeError(`there is no agent ${id}; there are ${agents.map(({ declaration }) => declaration.id).join(', ')}`);
  return agent;
}
