// What TD3 says about itself. Importable without loading an engine.
import type { AgentDeclaration } from '../contract/declarations.ts';
import { actorPaused, discount, explorationNoise, learningRate, plainAdam, targetSmoothing } from './parts/agent-parameters.ts';
import { runParametersWith } from './parts/run-parameters.ts';
import { deterministicUnused } from './parts/unused.ts';

const paper = 'Fujimoto et al. 2018, arXiv 1802.09477';
const settings = `${paper}, its code`;

export const td3Declaration: AgentDeclaration = {
  id: 'td3',
  title: 'TD3',
  sentence:
    'Twin delayed DDPG: a deterministic actor, twin critics with smoothed target actions, and an actor that moves at every second update.',
  parts: { prior: 'none', posterior: 'deterministic', value: 'twin Q, hard', temperature: 'none' },
  citation: 'Fujimoto et al. 2018, Addressing Function Approximation Error in Actor-Critic Methods, arXiv 1802.09477',
  page: 'agents/td3.md',
  parameters: [
    ...runParametersWith({
      'warm-up': { default: 'auto', citation: `25,000: its code; but 1,000 on the tasks with fewer than 100,000 steps: section 6.1` },
    }),
    discount(settings),
    targetSmoothing(0.005, settings),
    learningRate('actor-learning-rate', 'the policy', settings),
    learningRate('critic-learning-rate', 'the critics', settings),
    plainAdam,
    actorPaused,
    {
      name: 'policy-delay',
      kind: 'integer',
      default: 2,
      min: 1,
      max: 1_000,
      unit: 'gradient steps',
      scale: 'linear',
      live: true,
      recompiles: true,
      group: 'optimisation',
      sentence: 'Gradient steps between two steps of the policy and of all targets.',
      citation: `${paper}, section 5.2`,
    },
    {
      name: 'smoothing-noise',
      kind: 'number',
      default: 0.2,
      min: 0,
      max: 10,
      unit: '1',
      scale: 'linear',
      live: true,
      group: 'optimisation',
      sentence: 'Standard deviation of the noise on the target’s actions, in units of the action’s half range.',
      citation: `${paper}, section 5.3`,
    },
    {
      name: 'smoothing-clip',
      kind: 'number',
      default: 0.5,
      min: 0,
      max: 10,
      unit: '1',
      scale: 'linear',
      live: true,
      group: 'optimisation',
      sentence: 'That noise is clipped to plus and minus this.',
      citation: `${paper}, section 5.3`,
    },
    explorationNoise(`${paper}, section 6.1`),
  ],
  unused: deterministicUnused('TD3'),
};
