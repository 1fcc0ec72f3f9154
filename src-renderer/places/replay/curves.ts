// The curves of a recorded episode, worked out once when it is loaded, and the tracks that show them.
import type { TaskDeclaration } from '../../../src-main/contract/declarations.ts';
import type { Rollout } from '../../../src-main/contract/series.ts';
import type { ChartSeries } from '../../charts/columns.ts';
import { termColour, termTitle } from '../../scene/reward-terms.ts';
import { actionBand, columnOf, cumulativeReturn, dimensionOf, gaussianEntropy, type StepValues } from './rollout-data.ts';

export interface ReplayCurves {
  /** 1 to the episode's length: the step whose result each entry is. */
  steps: Float64Array;
  reward: StepValues;
  terms: { name: string; values: StepValues }[];
  cumulative: StepValues;
  entropy: StepValues;
  logProbability: StepValues;
  /** The policy had no spread: neither an entropy nor a density. */
  isDeterministic: boolean;
  actions: { name: string; values: StepValues; low: StepValues; high: StepValues }[];
}

export function readCurves(rollout: Rollout, task: { action: readonly Pick<TaskDeclaration['action'][number], 'name'>[] }): ReplayCurves {
  const reward = dimensionOf(rollout, 'reward', 0);
  return {
    steps: Float64Array.from({ length: rollout.length }, (_, k) => k + 1),
    reward,
    terms: rollout.rewardTerms.map((name, i) => ({ name, values: dimensionOf(rollout, 'reward-terms', i) })),
    cumulative: cumulativeReturn(reward),
    entropy: gaussianEntropy(rollout),
    logProbability: dimensionOf(rollout, 'log-probability', 0),
    isDeterministic: isZero(columnOf(rollout, 'policy-sigma').data),
    actions: task.action.map(({ name }, i) => ({ name, values: dimensionOf(rollout, 'action', i), ...actionBand(rollout, i) })),
  };
}

function isZero(values: ArrayLike<number>): boolean {
  return values.length > 0 && Array.from(values).every((value) => value === 0);
}

type Single = 'cumulative' | 'entropy' | 'logProbability';

/** Why a curve has no number to draw, in words; null where it has some, and gaps at most. */
export function reasonForNone(curves: ReplayCurves, which: Single): string | null {
  if (curves.steps.length === 0 || curves[which].some(Number.isFinite)) return null;
  if (!curves.isDeterministic) return 'not recorded in this episode';
  return which === 'entropy' ? 'none: a deterministic policy has no entropy' : 'none: a deterministic policy has no density';
}

const line = (label: string, x: Float64Array, y: StepValues, colour: string, style: Partial<ChartSeries> = {}): ChartSeries => ({
  label,
  x,
  y,
  colour,
  kind: 'line',
  width: 1.4,
  ...style,
});

/** The sum is drawn where it is more than its only term. */
export function rewardSeries({ steps, reward, terms }: ReplayCurves): ChartSeries[] {
  const parts = terms.map((term, i) => line(termTitle(term.name), steps, term.values, termColour(i)));
  return terms.length > 1 ? [line('reward', steps, reward, 'var(--text)', { width: 1, opacity: 0.6 }), ...parts] : parts;
}

export function actionSeries({ steps, actions }: ReplayCurves, dimension: number): ChartSeries[] {
  const action = actions[dimension];
  if (action === undefined) return [];
  return [line(action.name, steps, action.values, 'var(--s2)', { min: action.low, max: action.high })];
}

/** Empty where {@link reasonForNone} says why. */
export function singleSeries(curves: ReplayCurves, which: Single, colour: string): ChartSeries[] {
  if (reasonForNone(curves, which) !== null) return [];
  const labels = { cumulative: 'return so far', entropy: 'entropy', logProbability: 'log π(a)' };
  return [line(labels[which], curves.steps, curves[which], colour)];
}
