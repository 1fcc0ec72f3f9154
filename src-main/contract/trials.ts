// Trials: evaluations of a stored policy that a person asks for, on the task as trained or on a variant. They are not stored.
import type { ParameterDeclaration } from './parameters.ts';

const common = { kind: 'integer', unit: '1', scale: 'linear', citation: 'Elbow', live: false, group: 'evaluation' } as const;

/** What a trial takes beside the task's options. */
export const trialParameters = {
  episodes: { ...common, name: 'episodes', default: 10, min: 1, max: 10_000, sentence: 'Whole episodes, with the policy’s mean action.' },
  seed: {
    ...common,
    name: 'seed',
    default: 1,
    min: 0,
    max: Number.MAX_SAFE_INTEGER,
    sentence: 'Draws the starts and the noise; the same seed gives the same episodes.',
  },
} as const satisfies Record<string, ParameterDeclaration>;

export interface TrialSummary {
  episodes: number;
  mean: number;
  /** Over the episodes, of the population. */
  standardDeviation: number;
  /** Share of the episodes, 0 to 1; null where the task counts none. */
  success: number | null;
}

export interface TrialStart {
  /** What to ask for it by. */
  trial: string;
  /** Environment step of the policy. */
  step: number;
  /** The run's own evaluation at that step; null where there is none. */
  own: TrialSummary | null;
}

export interface TrialProgress {
  state: 'running' | 'finished' | 'failed' | 'cancelled';
  episodesFinished: number;
  episodes: number;
  /** Once it has finished. */
  result: TrialSummary | null;
  /** Why it failed, in words; null else. */
  error: string | null;
}
