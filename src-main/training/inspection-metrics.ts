// What an inspection returns, as metrics: only those that make sense for the agent. contract/series.ts says what each is.
import type { MetricName } from '../contract/series.ts';
import type { NamedArrays } from '../engine/program.ts';
import { meanOf, momentsOf, quantileOf, shareOf } from './inspection-statistics.ts';

export type InspectionMetrics = Partial<Record<MetricName, number>>;

/** A stochastic policy on the batch that stays the same, before squashing: [n, a] each. */
export interface PolicyView {
  mean: Float32Array;
  logSigma: Float32Array;
}

/** |a| from where on an action counts as at its limit. */
const saturation = 0.99;

/** Everything that an Inspection may return. */
const knownOutputs: ReadonlySet<string> = new Set([
  'q1',
  'q2',
  'target',
  'online-target',
  'action-gradient',
  'action',
  'mean',
  'log-sigma',
  'critic-gradient',
  'actor-gradient',
  'critic-weights',
  'actor-weights',
  'critic-units',
  'actor-units',
  'temperature',
  'entropy-gap',
  'kl-gap',
  'residual',
  'residual-estimates',
  'prior-multiplier-mean',
  'prior-multiplier-scale',
  'prior-log-sigma',
]);

/**
 * @param fresh, fixed what the programs of that name of an agent's `inspection` gave
 * @param earlier the policy on the fixed batch 1,000 updates ago; null where there is none yet
 * @throws RangeError for an output that no metric is made of: it would be in no curve
 */
export function inspectionMetrics(fresh: NamedArrays, fixed: NamedArrays, earlier: PolicyView | null): InspectionMetrics {
  const unknown = Object.keys({ ...fresh, ...fixed }).find((name) => !knownOutputs.has(name));
  if (unknown !== undefined)
    throw new RangeError(`an inspection returns ${unknown}, of which no metric is made: add it to training/inspection-metrics.ts`);
  return {
    ...criticMetrics(fresh),
    ...fixedMetrics(fixed, earlier),
    ...networkMetrics(fresh),
    ...policyMetrics(fresh),
    ...temperatureMetrics(fresh),
    ...priorMetrics(fresh),
  };
}

function criticMetrics(fresh: NamedArrays): InspectionMetrics {
  const [q1, q2, target, online] = [fresh['q1'], fresh['q2'], fresh['target'], fresh['online-target']];
  if (q1 === undefined || target === undefined || online === undefined) return {};
  const first = momentsOf(q1);
  const metrics: InspectionMetrics = {
    'q1-mean': first.mean,
    'q1-std': Math.sqrt(first.variance),
    'q1-min': first.min,
    'q1-max': first.max,
  };
  if (q2 !== undefined) {
    const second = momentsOf(q2);
    Object.assign(metrics, { 'q2-mean': second.mean, 'q2-std': Math.sqrt(second.variance), 'q2-min': second.min, 'q2-max': second.max });
    metrics['q-difference'] = meanOf(
      q1.map((q, i) => q - (q2[i] as number)),
      Math.abs,
    );
  }
  const errors = tdErrors(fresh, target);
  metrics['td-error-mean'] = meanOf(errors);
  metrics['td-error-rms'] = Math.sqrt(meanOf(errors, square));
  metrics['td-error-p95'] = quantileOf(errors.map(Math.abs), 0.95);
  const targets = momentsOf(target);
  metrics['target-mean'] = targets.mean;
  const unexplained = momentsOf(Float64Array.from(target, (y, i) => y - Math.min(q1[i] as number, q2?.[i] ?? Infinity)));
  if (targets.variance > 0) metrics['explained-variance'] = 1 - unexplained.variance / targets.variance;
  metrics['bellman-residual-target'] = meanOf(errors, square);
  metrics['bellman-residual-online'] = meanOf(tdErrors(fresh, online), square);
  return metrics;
}

function fixedMetrics(fixed: NamedArrays, earlier: PolicyView | null): InspectionMetrics {
  const [target, mean, logSigma] = [fixed['target'], fixed['mean'], fixed['log-sigma']];
  const metrics: InspectionMetrics = {};
  if (target !== undefined) {
    const errors = tdErrors(fixed, target);
    metrics['fixed-td-error-mean'] = meanOf(errors);
    metrics['fixed-td-error-rms'] = Math.sqrt(meanOf(errors, square));
    metrics['fixed-td-error-p95'] = quantileOf(errors.map(Math.abs), 0.95);
  }
  if (earlier !== null && mean !== undefined && logSigma !== undefined && target !== undefined) {
    metrics['policy-change'] = gaussianKl({ mean, logSigma }, earlier) / target.length;
  }
  return metrics;
}

function networkMetrics(fresh: NamedArrays): InspectionMetrics {
  const isDead = (largest: number): boolean => largest <= 0;
  const { 'critic-units': criticUnits, 'actor-units': actorUnits, 'action-gradient': actionGradient } = fresh;
  return {
    ...scalar('critic-gradient-norm', fresh['critic-gradient']),
    ...scalar('actor-gradient-norm', fresh['actor-gradient']),
    ...scalar('critic-weight-norm', fresh['critic-weights']),
    ...scalar('actor-weight-norm', fresh['actor-weights']),
    ...(criticUnits === undefined ? {} : { 'critic-dead-units': shareOf(criticUnits, isDead) }),
    ...(actorUnits === undefined ? {} : { 'actor-dead-units': shareOf(actorUnits, isDead) }),
    ...(actionGradient === undefined ? {} : { 'action-gradient-norm': meanOf(actionGradient) }),
  };
}

function policyMetrics({ action, mean, 'log-sigma': logSigma }: NamedArrays): InspectionMetrics {
  const metrics: InspectionMetrics = {};
  if (mean !== undefined) {
    const sizes = momentsOf(Float64Array.from(mean, (mu) => Math.abs(Math.tanh(mu))));
    metrics['mean-action-size'] = sizes.mean;
    metrics['mean-action-max'] = sizes.max;
  }
  if (logSigma !== undefined) {
    const spread = momentsOf(logSigma);
    Object.assign(metrics, { 'log-sigma-mean': spread.mean, 'log-sigma-min': spread.min, 'log-sigma-max': spread.max });
  }
  if (action !== undefined) metrics['saturated-share'] = shareOf(action, (a) => Math.abs(a) > saturation);
  return metrics;
}

function temperatureMetrics(fresh: NamedArrays): InspectionMetrics {
  const [temperature, residual, estimates, q1] = [
    fresh['temperature']?.[0],
    fresh['residual']?.[0],
    fresh['residual-estimates']?.[0] ?? 0,
    fresh['q1'],
  ];
  return {
    ...(temperature === undefined ? {} : { 'log-temperature': Math.log(temperature) }),
    ...(fresh['entropy-gap'] === undefined ? {} : { 'entropy-gap': meanOf(fresh['entropy-gap']) }),
    ...(fresh['kl-gap'] === undefined ? {} : { 'kl-gap': meanOf(fresh['kl-gap']) }),
    // Before the first estimate the residual is a stand-in.
    ...(residual === undefined || q1 === undefined || estimates === 0
      ? {}
      : { 'residual-ratio': Math.sqrt(residual / momentsOf(q1).variance) }),
  };
}

function priorMetrics(fresh: NamedArrays): InspectionMetrics {
  const logSigma = fresh['prior-log-sigma'];
  return {
    ...scalar('prior-multiplier-mean', fresh['prior-multiplier-mean']),
    ...scalar('prior-multiplier-scale', fresh['prior-multiplier-scale']),
    ...(logSigma === undefined ? {} : { 'prior-sigma': meanOf(logSigma, Math.exp) }),
  };
}

const square = (value: number): number => value * value;

function scalar(name: MetricName, values: Float32Array | undefined): InspectionMetrics {
  return values === undefined ? {} : { [name]: values[0] as number };
}

/** δ = y − Q of every transition and critic. */
function tdErrors({ q1, q2 }: NamedArrays, target: Float32Array): Float64Array {
  const critics = [q1, q2].filter((q) => q !== undefined);
  return Float64Array.from({ length: critics.length * target.length }, (_, k) => {
    const i = k % target.length;
    return (target[i] as number) - (critics[Math.floor(k / target.length)]?.[i] as number);
  });
}

/** Σ over all entries of KL(now‖then) in nats; squashing both leaves it as it is (`klDivergence` in agents/parts). */
function gaussianKl(now: PolicyView, then: PolicyView): number {
  let sum = 0;
  for (let i = 0; i < now.mean.length; i += 1) {
    const [mu, logSigma, oldMu, oldLogSigma] = [
      now.mean[i] as number,
      now.logSigma[i] as number,
      then.mean[i] as number,
      then.logSigma[i] as number,
    ];
    sum += oldLogSigma - logSigma + (Math.exp(2 * logSigma) + (mu - oldMu) ** 2) / (2 * Math.exp(2 * oldLogSigma)) - 0.5;
  }
  return sum;
}
