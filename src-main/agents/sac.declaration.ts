// What SAC says about itself: its parts and every hyper-parameter. Importable without loading an engine.
import type { AgentDeclaration } from '../contract/declarations.ts';
import type { ParameterDeclaration } from '../contract/parameters.ts';
import { runParameters } from './parts/run-parameters.ts';

const table1 = 'Haarnoja et al. 2018, arXiv 1812.05905, table 1';

const learningRate = (name: string, what: string): ParameterDeclaration => ({
  name, kind: 'number', default: 3e-4, min: 0, max: 1, unit: '1', scale: 'log', live: true, group: 'optimisation',
  sentence: `Adam's step size for ${what}.`,
  citation: table1,
});

export const sacDeclaration: AgentDeclaration = {
  id: 'sac',
  title: 'SAC',
  sentence: 'Soft actor-critic: twin critics, a stochastic actor, and a temperature that holds the entropy at its target.',
  parts: { prior: 'uniform', posterior: 'direct', value: 'twin Q', temperature: 'learned α' },
  citation: 'Haarnoja et al. 2018, Soft Actor-Critic Algorithms and Applications, arXiv 1812.05905',
  page: 'agents/sac.md',
  parameters: [
    ...runParameters,
    {
      name: 'discount', kind: 'number', default: 0.99, min: 0, max: 1, unit: '1', scale: 'linear', live: false, group: 'optimisation',
      sentence: 'Weight γ of the next step’s value, per environment step.',
      citation: table1,
    },
    {
      name: 'target-smoothing', kind: 'number', default: 0.005, min: 1e-6, max: 1, unit: '1', scale: 'log', live: false, group: 'optimisation',
      sentence: 'Share τ of the critics that their targets take over at each gradient step.',
      citation: table1,
    },
    learningRate('actor-learning-rate', 'the policy'),
    learningRate('critic-learning-rate', 'the critics'),
    learningRate('temperature-learning-rate', 'the logarithm of the temperature'),
    {
      name: 'temperature-rule', kind: 'choice', default: 'learned', choices: ['learned', 'fixed'], unit: '', scale: 'linear', live: false, group: 'temperature',
      sentence: 'Learned holds the entropy at its target; fixed keeps the temperature as given.',
      citation: 'Haarnoja et al. 2018, arXiv 1812.05905, section 5',
    },
    {
      name: 'temperature', kind: 'number', default: 1, min: 1e-6, max: 1e4, unit: '1', scale: 'log', live: true, group: 'temperature',
      sentence: 'Weight α of the entropy: where a learned temperature starts, or the fixed value.',
      citation: 'start 1: the reference implementations cited in docs/agents/sac.md',
    },
    {
      name: 'entropy-target', kind: 'number', default: 'auto', min: -1_000, max: 100, unit: 'nats', scale: 'linear', live: true, group: 'temperature',
      sentence: 'Entropy that a learned temperature steers the policy towards; −1 nat an action dimension, which at mean 0 is σ = 0.09.',
      citation: `${table1}: −dim(A)`,
    },
    {
      name: 'log-sigma-bounds', kind: 'choice', default: 'affine', choices: ['affine', 'clip'], unit: '', scale: 'linear', live: false, group: 'networks',
      sentence: 'How log σ is bounded: affine in tanh onto [−5, 2], whose gradient never dies, or clipped to [−20, 2].',
      citation: 'clip: Haarnoja et al. 2018, arXiv 1801.01290, its code; affine: the variant that later implementations use',
    },
  ],
};
