// What a change of kind proposes for the number that it asks for: what is measured now, so that the policy stays as it is.
import { klFromMoments } from './action-moments.ts';
import { perAction } from './agent-values.ts';
import type { TaskDeclaration } from './declarations.ts';
import type { ParameterValues } from './parameters.ts';
import type { ActionHistogram, RunSummary } from './runs.ts';

export interface Measurements {
  task: Pick<TaskDeclaration, 'action'>;
  detail: Pick<RunSummary, 'environmentSteps' | 'totalSteps'>;
  /** Newest values of metrics, by name. */
  measured: Readonly<Record<string, number>>;
  histogram: ActionHistogram | null;
}

/** @returns null where nothing measured says what it should be */
export function proposalFor(name: string, after: ParameterValues, { task, detail, measured, histogram }: Measurements): number | null {
  switch (name) {
    case 'kl-target':
      return after['prior'] === 'constant' && histogram !== null ? constantKl(after, histogram, task) : null;
    case 'entropy-target':
      return measured['entropy'] ?? null;
    case 'temperature':
      return measured['temperature'] ?? null;
    case 'schedule-from':
      return detail.environmentSteps;
    case 'schedule-to':
      return detail.totalSteps;
    default:
      return null;
  }
}

/** KL in nats of the policy from the constant prior that these values name. */
export function constantKl(values: ParameterValues, histogram: ActionHistogram, { action }: Pick<TaskDeclaration, 'action'>): number {
  return klFromMoments(histogram, perAction(values['prior-mean'], action.length), perAction(values['prior-scale'], action.length));
}
