// The hyper-parameters that the trainer itself reads; every agent declares them (agents/parts/run-parameters.ts).
import { ParameterError, type ParameterValues } from '../contract/parameters.ts';

export interface RunParameters {
  /** Environment steps of the whole run. */
  steps: number;
  /** Environment steps before the first gradient step. */
  warmUp: number;
  /** Are the actions of the warm-up uniformly random, rather than the policy's? */
  hasUniformWarmUp: boolean;
  /** Rows of the replay buffer. */
  bufferSize: number;
  /** Relabelled transitions for each that is not, where the task has goals. */
  hindsightGoals: number;
  /** Environment steps between evaluations; there is always one at the last step. */
  evaluationEvery: number;
  evaluationEpisodes: number;
  /** Wall time between checkpoints. */
  checkpointMinutes: number;
}

/** @throws ParameterError naming the value that is missing from a stored configuration */
export function readRunParameters(values: ParameterValues): RunParameters {
  const number = (name: string): number => {
    const value = values[name];
    if (typeof value !== 'number' || !(value >= 0)) {
      throw new ParameterError(name, `${name} is missing from this run's stored configuration, or is not a number`);
    }
    return value;
  };
  return {
    steps: number('steps'),
    warmUp: number('warm-up'),
    hasUniformWarmUp: values['warm-up-actions'] !== 'policy',
    bufferSize: number('buffer-size'),
    hindsightGoals: number('hindsight-goals'),
    evaluationEvery: number('evaluation-every'),
    evaluationEpisodes: number('evaluation-episodes'),
    checkpointMinutes: number('checkpoint-minutes'),
  };
}
