// Words for the temperature: its rule, its value and schedule, and the targets that steer a learned one.
import { equivalentSigma } from '../squashed-entropy.ts';
import { type Change, type Effect, formerly, heavier, isRaised, lighter, newly, numberIn, ratioOf, weighed, type Words } from './change.ts';
import { about, formatValue, label, times } from './numbers.ts';

/** The σ at mean 0 that an entropy over all action dimensions stands for: "0.15". */
function sigmaOf(entropy: number, actions: number): string {
  const sigma = equivalentSigma(entropy / actions);
  return sigma === null ? 'none' : about(sigma);
}

/** What a learned temperature does about a new target. @param widens does the temperature rise when the target does? */
function steered(change: Change, metric: 'entropy' | 'kl', widens: boolean): string {
  const raised = isRaised(change);
  const rises = raised === widens;
  const now = change.measured[metric];
  const target = newly(change);
  if (now === undefined || (raised ? now < target : now > target)) return `temperature likely ${rises ? 'rises' : 'falls'}`;
  return `but the ${label(metric)} is ${about(now)} nats now, still ${raised ? 'above' : 'below'} the target, so that the temperature likely goes on ${rises ? 'falling' : 'rising'}`;
}

const entropyTarget: Words = {
  says(change) {
    const sigma = `σ about ${sigmaOf(formerly(change), change.actions)} → ${sigmaOf(newly(change), change.actions)}`;
    return `${sigma}, the policy ${isRaised(change) ? 'widens' : 'narrows'}, ${steered(change, 'entropy', true)}`;
  },
};

const klTarget: Words = {
  says: (change) =>
    `the policy ${isRaised(change) ? 'may move farther from' : 'is held closer to'} the prior, ${steered(change, 'kl', false)}`,
};

/** "the entropy target −3 nats (σ about 0.15)". */
export function targetOf({ after, actions }: Effect): string {
  const prior = after['prior'] ?? 'uniform';
  if (prior === 'uniform') {
    const target = numberIn(after, 'entropy-target');
    return `the entropy target ${formatValue(target)} nats (σ about ${sigmaOf(target, actions)})`;
  }
  const name = prior === 'previous' || prior === 'learned' ? 'kl-budget' : 'kl-target';
  return `the ${label(name)} ${formatValue(after[name])} nats`;
}

const temperature: Words = {
  says(change) {
    if (change.after['temperature-rule'] === 'schedule') return scheduleOf(change);
    return `${weighed(change)} counts ${times(ratioOf(change))} against the return; ${isRaised(change) ? heavier(change) : lighter(change)}`;
  },
};

function scheduleOf({ after }: Effect): string {
  const step = (name: string): string => numberIn(after, name).toLocaleString('en-US');
  const [start, end] = [formatValue(after['temperature']), formatValue(after['temperature-end'])];
  return `the temperature goes from ${start} at step ${step('schedule-from')} to ${end} at step ${step('schedule-to')}, by equal factors in equal numbers of steps`;
}
const scheduled = ['temperature', 'temperature-end', 'schedule-from', 'schedule-to'] as const;
const schedule: Words = { includes: scheduled, says: scheduleOf };

const rule: Words = {
  includes: [...scheduled, 'entropy-target', 'kl-target', 'kl-budget', 'residual-scale', 'residual-rule'],
  says(change) {
    const now = change.measured['temperature'];
    switch (change.after['temperature-rule']) {
      case 'learned':
        return `the temperature goes on from ${now === undefined ? 'where it is' : about(now)} and is steered by ${targetOf(change)}`;
      case 'fixed':
        return fixedAt(change, now);
      case 'schedule':
        return scheduleOf(change);
      default:
        return becomesResidual(change);
    }
  },
};

function fixedAt(change: Effect, now: number | undefined): string {
  const held = numberIn(change.after, 'temperature');
  const text = `the temperature is held at ${formatValue(held)}`;
  if (now === undefined || Math.abs(held / now - 1) < 0.01) return text;
  return `${text} (it is ${about(now)} now); ${held > now ? heavier(change) : lighter(change)}`;
}

function becomesResidual({ after, measured }: Effect): string {
  const residual = measured['residual'];
  const expected =
    residual === undefined || after['residual-rule'] !== 'squared' ? '' : `, about ${about(numberIn(after, 'residual-scale') * residual)}`;
  return `the temperature becomes c times the critic’s Bellman residual${expected}; it falls as the values become right`;
}

export const temperatureRuleWords: Readonly<Record<string, Words>> = { 'temperature-rule': rule };
export const temperatureWords: Readonly<Record<string, Words>> = {
  'schedule-to': schedule,
  'schedule-from': schedule,
  'temperature-end': schedule,
  'entropy-target': entropyTarget,
  'kl-target': klTarget,
  'kl-budget': klTarget,
  temperature,
};
