// Which charts a run has beside its return: those of what its agent records.
import type { AgentDeclaration } from '../../../src-main/contract/declarations.ts';
import type { ParameterValues } from '../../../src-main/contract/parameters.ts';
import type { MetricName } from '../../../src-main/contract/series.ts';
import { formatInteger } from '../../format.ts';
import { ruleSentence, residualFormula } from './control-sections.ts';

export interface ChartChoice {
  metric: MetricName;
  title: string;
  sub: string;
  unit?: string;
  log?: boolean;
  yExtent?: readonly [number, number];
  colour: string;
}

export interface ChartedRun {
  agent: Pick<AgentDeclaration, 'parts'> | undefined;
  /** The values in force. */
  values: ParameterValues;
  /** Names of the metrics that have points. */
  metrics: readonly string[];
  hasEvaluations: boolean;
  /** Newest `residual-samples`; 0 until the first estimate, null where none is recorded. */
  residualSamples: number | null;
  /** Was the prior ever another than the uniform one? */
  hasKl: boolean;
}

const residual = (run: ChartedRun): ChartChoice => ({
  metric: 'residual',
  title: 'Residual δ²',
  log: true,
  colour: 'var(--s4)',
  sub:
    run.residualSamples === 0
      ? 'Bellman, counts as 1 until the first estimate'
      : `Bellman, ${formatInteger(Number(run.values['residual-samples']))} transitions of their own`,
});
const success: ChartChoice = {
  metric: 'evaluation-success',
  title: 'Success',
  sub: 'share of the evaluation episodes',
  yExtent: [0, 1],
  colour: 'var(--s1)',
};
const criticLoss: ChartChoice = { metric: 'critic-loss', title: 'Critic loss', sub: '', log: true, colour: 'var(--s4)' };
const meanQ: ChartChoice = { metric: 'mean-q', title: 'Mean Q', sub: 'smaller critic', colour: 'var(--s5)' };
const promise: ChartChoice = {
  metric: 'initial-q',
  title: 'Q and real return',
  sub: 'discounted, from the first state',
  colour: 'var(--s5)',
};
const speed: ChartChoice = { metric: 'steps-per-second', title: 'Speed', sub: 'steps/s', log: true, colour: 'var(--s7)' };
const actorLoss: ChartChoice = { metric: 'actor-loss', title: 'Actor loss', sub: '', colour: 'var(--s3)' };
/** A learned temperature's target is drawn as well. */
const steered = ({ values }: ChartedRun, sub: string): string =>
  values['temperature-rule'] === 'learned' ? `${sub} · target dashed` : sub;
const entropy = (run: ChartedRun): ChartChoice => ({
  metric: 'entropy',
  title: 'Entropy',
  unit: 'nats',
  sub: steered(run, 'of the policy, training batch'),
  colour: 'var(--s3)',
});
const kl = (run: ChartedRun): ChartChoice => ({
  metric: 'kl',
  title: 'KL from the prior',
  unit: 'nats',
  sub: steered(run, 'batch mean'),
  colour: 'var(--s5)',
});

function temperature({ values, residualSamples }: ChartedRun): ChartChoice {
  const isResidual = values['temperature-rule'] === 'residual';
  const weighed = (values['prior'] ?? 'uniform') === 'uniform' ? 'entropy' : 'KL from the prior';
  const sub = !isResidual
    ? `α, weight of the ${weighed}`
    : residualSamples === 0
      ? ruleSentence(values, 0)
      : `ε = ${residualFormula(values)}`;
  return { metric: 'temperature', title: 'Temperature', log: true, sub, colour: 'var(--s2)' };
}

/** Two charts below the return, and three in the bottom row. */
export function chosenCharts(run: ChartedRun): { upper: ChartChoice[]; lower: ChartChoice[] } {
  const { agent, values, metrics, hasKl } = run;
  const hasResidual = values['temperature-rule'] === 'residual' || metrics.includes('residual');
  const isDeterministic = agent?.parts.posterior === 'deterministic';
  const ofObjective = [...(hasResidual ? [residual(run)] : []), ...(hasKl ? [kl(run)] : [])];
  // Evaluated before this was measured.
  const isOld = run.hasEvaluations && !metrics.includes('initial-q');
  const hasSuccess = metrics.includes('evaluation-success');
  const rest = [
    ...(hasSuccess ? [success] : []),
    ...(isOld ? [] : [promise]),
    ...(isDeterministic ? [actorLoss] : isOld ? [meanQ, criticLoss] : [criticLoss]),
    speed,
  ];
  return {
    upper: isDeterministic ? [criticLoss, meanQ] : [temperature(run), entropy(run)],
    lower: [...rest.slice(0, 3 - ofObjective.length), ...ofObjective],
  };
}
