// What SAC says about itself: its parts and every hyper-parameter. Importable without loading an engine.
import type { AgentDeclaration } from '../contract/declarations.ts';
import {
  actorPaused,
  discount,
  learnedOnly,
  learningRate,
  logSigmaBounds,
  plainAdam,
  sacTable1,
  targetSmoothing,
  temperatureParameters,
} from './parts/agent-parameters.ts';
import { priorParameters } from './parts/prior-parameters.ts';
import { runParameters } from './parts/run-parameters.ts';
import { withoutResidual } from './parts/unused.ts';

export const sacDeclaration: AgentDeclaration = {
  id: 'sac',
  title: 'SAC',
  sentence: 'Soft actor-critic: twin critics, a stochastic actor, and a temperature that holds the entropy at its target.',
  parts: { prior: 'uniform', posterior: 'direct', value: 'twin Q', temperature: 'learned α' },
  citation: 'Haarnoja et al. 2018, Soft Actor-Critic Algorithms and Applications, arXiv 1812.05905',
  page: 'agents/sac.md',
  parameters: [
    ...runParameters,
    discount(sacTable1),
    targetSmoothing(0.005, sacTable1),
    learningRate('actor-learning-rate', 'the policy', sacTable1),
    learningRate('critic-learning-rate', 'the critics', sacTable1),
    learningRate('temperature-learning-rate', 'the logarithm of the temperature', sacTable1, { usedWhen: learnedOnly }),
    plainAdam,
    actorPaused,
    ...temperatureParameters({
      rules: ['learned', 'fixed', 'schedule'],
      sentence:
        'Learned holds the entropy, or the KL from the prior, at its target; fixed keeps the temperature as given; a schedule lowers or raises it over a span of steps.',
      start: 1,
      startSentence: 'Weight α of the entropy: where a learned temperature or a schedule starts, or the fixed value.',
      citation: 'Haarnoja et al. 2018, arXiv 1812.05905, section 5; schedule: Elbow',
      hasEntropyTarget: true,
    }),
    ...priorParameters,
    logSigmaBounds('affine'),
  ],
  unused: withoutResidual('SAC’s temperature is learned or given, not the critic’s Bellman error; VIREL’s is'),
};
