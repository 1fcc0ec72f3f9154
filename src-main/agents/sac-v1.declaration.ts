// What SAC's first version says about itself. Importable without loading an engine.
import type { AgentDeclaration } from '../contract/declarations.ts';
import { actorPaused, adamEpsilonForm, discount, learningRate, logSigmaBounds, targetSmoothing } from './parts/agent-parameters.ts';
import { runParametersWith } from './parts/run-parameters.ts';
import { withoutEntropyTarget, withoutPrior, withoutResidual, withoutTemperature } from './parts/unused.ts';

const table1 = 'Haarnoja et al. 2018, arXiv 1801.01290, table 1';

export const sacV1Declaration: AgentDeclaration = {
  id: 'sac-v1',
  title: 'SAC v1',
  sentence: 'Soft actor-critic’s first version: twin critics beside a state value, and a temperature fixed by the reward’s scale.',
  parts: { prior: 'uniform', posterior: 'direct', value: 'V and twin Q', temperature: '1/reward scale' },
  citation:
    'Haarnoja et al. 2018, Soft Actor-Critic: Off-Policy Maximum Entropy Deep Reinforcement Learning with a Stochastic Actor, arXiv 1801.01290',
  page: 'agents/sac-v1.md',
  parameters: [
    ...runParametersWith({
      'reward-scale': {
        default: 'auto',
        citation:
          'Haarnoja et al. 2018, arXiv 1801.01290, table 2: 5 on hopper, half-cheetah, walker2d and ant, 20 on humanoid; its code alone: 25 on swimmer, 100 on humanoid-standup; 1 on other tasks',
      },
    }),
    discount(table1),
    targetSmoothing(0.005, table1),
    learningRate('actor-learning-rate', 'the policy', table1),
    learningRate('critic-learning-rate', 'the value networks', table1),
    adamEpsilonForm(
      'before-correction',
      'before-correction: TensorFlow 1, in which its code is written; plain: Kingma & Ba 2015, algorithm 1',
    ),
    actorPaused,
    {
      name: 'policy-regularisation',
      kind: 'number',
      default: 0,
      min: 0,
      max: 100,
      unit: '1',
      scale: 'log',
      live: true,
      group: 'optimisation',
      sentence: 'Weight of ½ mean μ² and ½ mean (log σ)² in the actor’s loss.',
      citation: 'none in Haarnoja et al. 2018, arXiv 1801.01290, nor in its code since April 2018; 0.001 in that code before',
    },
    logSigmaBounds('clip'),
  ],
  unused: [
    ...withoutTemperature('it is 1 over the reward’s scale, which is fixed when the run begins'),
    ...withoutEntropyTarget('its temperature is fixed; SAC’s second version learns it'),
    ...withoutPrior('its published form has the uniform prior alone; SAC and VIREL take others'),
    ...withoutResidual('its temperature is fixed by the reward’s scale; VIREL’s is the critic’s Bellman error'),
  ],
};
