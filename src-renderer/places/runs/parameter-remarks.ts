// What the New run form adds to some values as they are typed: what an entropy looks like, how long the run takes.
import { equivalentSigma } from '../../../src-main/contract/squashed-entropy.ts';
import type { ParameterValue } from '../../../src-main/contract/parameters.ts';
import type { RunSummary } from '../../../src-main/contract/runs.ts';
import { formatEstimate, formatInteger, formatNumber } from '../../format.ts';

/** "−1 nat for each of 6 action dimensions: σ about 0.09 at mean 0."; undefined for what no policy reaches. */
export function entropyRemark(target: ParameterValue | undefined, actions: number): string | undefined {
  if (typeof target !== 'number' || actions < 1) return undefined;
  const each = target / actions;
  const sigma = equivalentSigma(each);
  if (sigma === null) return undefined;
  const nats = `${formatNumber(Number(each.toPrecision(3)))} ${Math.abs(each) === 1 ? 'nat' : 'nats'}`;
  return `${actions === 1 ? `${nats} for the one action dimension` : `${nats} for each of ${actions} action dimensions`}: σ about ${formatNumber(Number(sigma.toPrecision(2)))} at mean 0.`;
}

/** "About 15 min a run, at the 112 steps/s of virel-c0.004." */
export function lengthRemark(
  steps: ParameterValue | undefined,
  speed: { run: RunSummary; stepsPerSecond: number } | null,
): string | undefined {
  if (typeof steps !== 'number' || speed === null) return undefined;
  return `About ${formatEstimate(steps / speed.stepsPerSecond)} a run, at the ${formatInteger(speed.stepsPerSecond)} steps/s of ${speed.run.name}.`;
}
