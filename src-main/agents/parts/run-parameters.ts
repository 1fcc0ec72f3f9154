// Hyper-parameters that every agent shares: the run's length and schedule, replay and evaluation.
import type { ParameterDeclaration } from '../../contract/parameters.ts';

export const runParameters: readonly ParameterDeclaration[] = [
  {
    name: 'steps', kind: 'integer', default: 'auto', min: 1, max: 1e9, unit: 'environment steps', scale: 'log', live: false, group: 'run',
    sentence: 'Environment steps in all; an evaluation always runs at the last one.',
    citation: 'Elbow: 20,000 on inverted-pendulum, pendulum and fetch-reach, 50,000 on inverted-double-pendulum and reacher, else 100,000',
  },
  {
    name: 'warm-up', kind: 'integer', default: 'auto', min: 0, max: 1e7, unit: 'environment steps', scale: 'log', live: false, countsUntil: 'warm-up', group: 'run',
    sentence: 'Steps at the start in which nothing is learned, and actions are uniformly random unless warm-up-actions says otherwise.',
    citation: 'Elbow: 1,000 on the tasks with fewer than 100,000 steps, else 5,000; published choices run from 0 to 10,000',
  },
  {
    name: 'warm-up-actions', kind: 'choice', default: 'uniform', choices: ['uniform', 'policy'], unit: '', scale: 'linear', live: false, countsUntil: 'warm-up', group: 'run',
    sentence: 'Who acts in the warm-up: chance, or the policy as it starts.',
    citation: 'uniform: Haarnoja et al. 2018, arXiv 1812.05905, its code; policy: the released code of VIREL',
  },
  {
    name: 'hidden', kind: 'integers', default: [256, 256], min: 1, max: 4096, unit: 'units', scale: 'log', live: false, structural: true, group: 'networks',
    sentence: 'Units of each hidden layer, in every network; the layers are joined by ReLU.',
    citation: 'Haarnoja et al. 2018, arXiv 1812.05905, table 1',
  },
  {
    name: 'batch-size', kind: 'integer', default: 256, min: 1, max: 65_536, unit: 'transitions', scale: 'log', live: false, group: 'optimisation',
    sentence: 'Transitions that one gradient step learns from, drawn uniformly from the replay buffer.',
    citation: 'Haarnoja et al. 2018, arXiv 1812.05905, table 1',
  },
  {
    name: 'buffer-size', kind: 'integer', default: 1_000_000, min: 1, max: 1e8, unit: 'transitions', scale: 'log', live: false, structural: true, group: 'replay',
    sentence: 'Transitions that the replay buffer keeps; beyond it the oldest are overwritten.',
    citation: 'Haarnoja et al. 2018, arXiv 1812.05905, table 1',
  },
  {
    name: 'hindsight-goals', kind: 'integer', default: 'auto', min: 0, max: 100, unit: 'goals', scale: 'linear', live: false, group: 'replay',
    sentence: 'Transitions of a batch that are judged by a goal which their episode achieved later, for each that is judged by its own goal; of no effect where the task has no goals.',
    citation: 'Andrychowicz et al. 2017, arXiv 1707.01495, section 4.5: 4, the future strategy',
  },
  {
    name: 'reward-scale', kind: 'number', default: 1, min: 1e-6, max: 1e6, unit: '1', scale: 'log', live: false, group: 'optimisation',
    sentence: 'Factor on the reward inside the learner; recorded returns are not scaled.',
    citation: 'Haarnoja et al. 2018, arXiv 1801.01290, section 5; 1 where the temperature is learned',
  },
  {
    name: 'evaluation-every', kind: 'integer', default: 5_000, min: 1, max: 1e9, unit: 'environment steps', scale: 'log', live: false, group: 'evaluation',
    sentence: 'Environment steps between evaluations.',
    citation: 'As Fujimoto et al. 2018, arXiv 1802.09477, section 6.1',
  },
  {
    name: 'evaluation-episodes', kind: 'integer', default: 10, min: 1, max: 1_000, unit: 'episodes', scale: 'linear', live: false, group: 'evaluation',
    sentence: 'Episodes of an evaluation, with the mean action, on a simulator of its own.',
    citation: 'As Fujimoto et al. 2018, arXiv 1802.09477, section 6.1',
  },
  {
    name: 'checkpoint-minutes', kind: 'number', default: 10, min: 0.01, max: 10_000, unit: 'minutes', scale: 'log', live: false, group: 'run',
    sentence: 'Wall time between checkpoints; one is also written on pause, on stop and at the end.',
    citation: 'Elbow',
  },
];

/** The shared hyper-parameters with an agent's own defaults and sources in place of some. */
export function runParametersWith(changes: Readonly<Record<string, Pick<ParameterDeclaration, 'default' | 'citation'>>>): ParameterDeclaration[] {
  return runParameters.map((parameter) => ({ ...parameter, ...changes[parameter.name] }));
}
