// What DDPG says about itself. Importable without loading an engine.
import type { AgentDeclaration } from '../contract/declarations.ts';
import { actorPaused, discount, explorationNoise, learningRate, plainAdam, targetSmoothing } from './parts/agent-parameters.ts';
import { runParametersWith } from './parts/run-parameters.ts';
import { deterministicUnused } from './parts/unused.ts';

const settings = 'OurDDPG in sfujim/TD3 since April 2021, docs/agents/ddpg.md';

export const ddpgDeclaration: AgentDeclaration = {
  id: 'ddpg',
  title: 'DDPG',
  sentence: 'Deep deterministic policy gradient: a deterministic actor and one critic, each with a target.',
  parts: { prior: 'none', posterior: 'deterministic', value: 'single Q, hard', temperature: 'none' },
  citation: 'Lillicrap et al. 2016, Continuous control with deep reinforcement learning, arXiv 1509.02971',
  page: 'agents/ddpg.md',
  parameters: [
    ...runParametersWith({
      'warm-up': { default: 'auto', citation: `25,000, but 1,000 on the tasks with fewer than 100,000 steps, as TD3: ${settings}` },
    }),
    discount(settings),
    targetSmoothing(0.005, settings),
    learningRate('actor-learning-rate', 'the policy', settings),
    learningRate('critic-learning-rate', 'the critic', settings),
    plainAdam,
    actorPaused,
    explorationNoise(`${settings}; the original has Ornstein–Uhlenbeck noise`),
  ],
  unused: deterministicUnused('DDPG'),
};
