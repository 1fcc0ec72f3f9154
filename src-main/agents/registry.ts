// Agents by their id.
import type { Agent } from './agent.ts';
import { ddpg } from './ddpg.ts';
import { sacV1 } from './sac-v1.ts';
import { sac } from './sac.ts';
import { td3 } from './td3.ts';
import { virel, virelFixed, virelPublished } from './virel.ts';

const agents: readonly Agent[] = [sac, virel, virelPublished, virelFixed, sacV1, td3, ddpg];

/** @throws RangeError naming the agents that exist. */
export function findAgent(id: string): Agent {
  const agent = agents.find(({ declaration }) => declaration.id === id);
  if (!agent) throw new RangeError(`there is no agent ${id}; there are ${agents.map(({ declaration }) => declaration.id).join(', ')}`);
  return agent;
}
