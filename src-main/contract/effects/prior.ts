// Words for the action prior: its kind, and what belongs to each kind.
import { perAction } from '../agent-values.ts';
import { type Change, type Effect, isRaised, type Words } from './change.ts';
import { about, formatValue } from './numbers.ts';
import { targetOf } from './temperature.ts';

const kind: Words = {
  includes: [
    'entropy-target',
    'kl-target',
    'kl-budget',
    'prior-mean',
    'prior-scale',
    'prior-run',
    'prior-smallest-scale',
    'prior-refresh',
    'prior-uniform-share',
    'prior-learning-rate',
    'prior-mean-bound',
    'prior-scale-bound',
    'prior-copy-every',
  ],
  says(change) {
    const isLearned = change.after['temperature-rule'] === 'learned';
    return `${drawnTo(change)}${isLearned ? `; a learned temperature is steered by ${targetOf(change)}` : ''}`;
  },
};

function drawnTo(effect: Effect): string {
  const { after, actions } = effect;
  switch (after['prior']) {
    case 'constant':
      return `the policy is drawn to ${gaussian(effect)} in every state`;
    case 'previous':
      return `the policy is drawn to what it was up to ${formatValue(after['prior-refresh'])} gradient steps ago, and changes more slowly`;
    case 'learned':
      return 'the policy is drawn to a prior that learns to follow it, state by state';
    case 'behaviour':
      return `the policy is drawn to what run ${formatValue(after['prior-run'])} did; training waits while the prior is fitted to it`;
    default:
      return `the policy is drawn to the uniform law over its ${actions} action ${actions === 1 ? 'dimension' : 'dimensions'}, so that only its entropy counts`;
  }
}

/** "a tanh-Gaussian of mean 0 and scale 0.3". */
function gaussian({ after, actions }: Effect): string {
  const range = (name: string): string => {
    const entries = perAction(after[name], actions);
    const [low, high] = [Math.min(...entries), Math.max(...entries)];
    return low === high ? formatValue(low) : `${formatValue(low)} to ${formatValue(high)}`;
  };
  return `a tanh-Gaussian of mean ${range('prior-mean')} and scale ${range('prior-scale')}`;
}

const place: Words = {
  includes: ['prior-mean', 'prior-scale'],
  says: (change) => `the policy is drawn to ${gaussian(change)}; the KL changes at once, and a learned temperature follows`,
};

const refresh: Words = {
  says: (change) =>
    `the copy is ${isRaised(change) ? 'older on average, and the policy changes more slowly' : 'younger on average, and the policy may change faster'}`,
};
const share: Words = {
  says: (change) =>
    `of the prior’s mass, ${about(100 * Number(change.after[change.name]))} % is uniform; ${isRaised(change) ? 'the policy keeps more of its width from copy to copy' : 'the policy may narrow more from copy to copy'}`,
};

const faster = (change: Change): string =>
  `the learned prior follows the policy ${isRaised(change) ? 'faster, and holds it less' : 'more slowly, and holds it more'}`;
const slower = (change: Change): string =>
  `the learned prior follows the policy ${isRaised(change) ? 'more slowly, and holds it more' : 'faster, and holds it less'}`;

const source: Words = {
  includes: ['prior-run', 'prior-smallest-scale'],
  says: ({ after }) =>
    `the prior is fitted anew to what run ${formatValue(after['prior-run'])} did, with scales of at least ${formatValue(after['prior-smallest-scale'])}; training waits for the fit`,
};

export const priorKindWords: Readonly<Record<string, Words>> = { prior: kind };
export const priorWords: Readonly<Record<string, Words>> = {
  'prior-mean': place,
  'prior-scale': place,
  'prior-refresh': refresh,
  'prior-uniform-share': share,
  'prior-learning-rate': { says: faster },
  'prior-mean-bound': { says: faster },
  'prior-scale-bound': { says: faster },
  'prior-copy-every': { says: slower },
  'prior-run': source,
  'prior-smallest-scale': source,
};
