// The curves of the Train place, from the run's metrics.
import type { EvaluationSummary } from '../../../src-main/contract/runs.ts';
import type { MetricName, MetricSeries } from '../../../src-main/contract/series.ts';
import type { ChartSeries } from '../../charts/columns.ts';

export const watchedMetrics: readonly MetricName[] = [
  'training-return',
  'evaluation-return',
  'evaluation-success',
  'entropy',
  'entropy-target',
  'temperature',
  'kl',
  'kl-target',
  'residual',
  'residual-samples',
  'critic-loss',
  'mean-q',
  'initial-q',
  'discounted-return',
  'policy-sigma',
  'actor-loss',
  'prior-loss',
  'steps-per-second',
];

type Lookup = ReadonlyMap<string, MetricSeries>;
type Superseded = readonly (MetricSeries & { attempt: number })[];

/** What later attempts have superseded of a metric: faint lines, one an attempt, to lie below the curve. */
export function supersededLines(superseded: Superseded, metric: string, label: string, colour: string): ChartSeries[] {
  return superseded
    .filter((one) => one.metric === metric && one.step.length > 0)
    .map((one) => ({
      label: `${label}, attempt ${one.attempt}, superseded`,
      x: one.step,
      y: one.mean,
      colour,
      kind: 'line',
      width: 1,
      opacity: 0.35,
    }));
}

/** One metric as a line, with its range as a band where points were put together. */
export function lineOf(series: Lookup, metric: MetricName, label: string, colour: string, style: Partial<ChartSeries> = {}): ChartSeries[] {
  const found = series.get(metric);
  if (found === undefined || found.step.length === 0) return [];
  const band = found.isReduced ? { min: found.min, max: found.max } : {};
  return [{ label, x: found.step, y: found.mean, ...band, colour, kind: 'line', ...style }];
}

/** Training return thin and grey; evaluation return as a line with a point at each evaluation. Never mixed. */
export function returnSeries(series: Lookup): ChartSeries[] {
  return [
    ...lineOf(series, 'training-return', 'training', 'var(--faint)', { width: 1 }),
    ...evaluationSeries(series, 'evaluation-return', 'evaluation', 'var(--s1)'),
  ];
}

/** A line with a point at each evaluation. */
export function evaluationSeries(series: Lookup, metric: MetricName, label: string, colour: string): ChartSeries[] {
  return [
    ...lineOf(series, metric, label, colour, { width: 1.8 }),
    ...lineOf(series, metric, `${label} ●`, colour, { kind: 'points' }).map(({ min: _min, max: _max, ...points }) => points),
  ];
}

/** Entropy or KL; with the target where a learned temperature steers towards it. */
export function steeredSeries(series: Lookup, metric: 'entropy' | 'kl', isSteered: boolean): ChartSeries[] {
  return [
    ...lineOf(series, metric, metric === 'kl' ? 'KL' : metric, metric === 'kl' ? 'var(--s5)' : 'var(--s3)'),
    ...(isSteered ? lineOf(series, `${metric}-target`, 'target', 'var(--dim)', { dash: [4, 4], width: 1.2 }) : []),
  ];
}

/** What the critics promise at the start of evaluation episodes, and what came of it. */
export function promiseSeries(series: Lookup): ChartSeries[] {
  return [...lineOf(series, 'initial-q', 'Q(s₀, a₀)', 'var(--s5)'), ...lineOf(series, 'discounted-return', 'real', 'var(--dim)')];
}

/** The newest value of a metric, or null. */
export function newest(series: Lookup, metric: string): number | null {
  return series.get(metric)?.mean.at(-1) ?? null;
}

/** "evaluation ● 10 episodes, mean action · training ·" with what is known of the evaluations. */
export function returnCaption(evaluations: readonly EvaluationSummary[]): string {
  const episodes = evaluations.at(-1)?.returns.length;
  return `evaluation ● ${episodes === undefined ? '' : `${episodes} episodes, `}mean action · training, sampled`;
}
