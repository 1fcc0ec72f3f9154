// Words for what learns how fast, for the deterministic agents' noise, and for everything without words of its own.
import { type Change, formerly, isRaised, newly, ratioOf, type Words } from './change.ts';
import { formatValue, times } from './numbers.ts';

const learningRate = (what: string): Words => ({
  says(change) {
    if (newly(change) === 0) return `${what} stays as it is`;
    if (formerly(change) === 0) return `${what} learns again`;
    return `${what} moves ${times(ratioOf(change))} at each step, ${isRaised(change) ? 'faster and less steadily' : 'more slowly and more steadily'}`;
  },
});

const actorPaused: Words = {
  says: ({ after }) =>
    after['actor-paused'] === true
      ? 'the policy rests, and a learned temperature with it, while the critics learn the values of the policy as it is'
      : 'the policy learns again, from critics that have gone on',
};

const explorationNoise: Words = {
  says(change) {
    if (newly(change) === 0) return 'training acts with the policy’s own action alone, so that little that is new is tried';
    const spread = formerly(change) === 0 ? 'spread again' : `spread ${times(ratioOf(change))}`;
    return `actions in training ${spread} around the policy’s; the policy itself and its evaluation stay as they are`;
  },
};

const smoothing = (change: Change): string =>
  isRaised(change)
    ? 'the critics’ targets are averaged over a wider neighbourhood of the policy’s action: smoother values, more bias'
    : 'the critics’ targets are averaged over a narrower neighbourhood of the policy’s action: sharper values, more variance';

const policyDelay: Words = {
  says: (change) =>
    `the policy learns at one in ${formatValue(newly(change))} updates of the critics, ${isRaised(change) ? 'more slowly, from values that have settled more' : 'faster, from values that have settled less'}`,
};

const regularisation: Words = {
  says: (change) =>
    isRaised(change)
      ? 'μ is drawn to 0 and σ to 1 more strongly; the policy widens'
      : 'μ is drawn to 0 and σ to 1 less strongly; the policy may narrow',
};

/** What the declaration says. */
export const otherwise: Words = {
  says({ agent, name }) {
    const sentence = agent.parameters.find((one) => one.name === name)?.sentence ?? 'its value changes';
    return sentence.charAt(0).toLowerCase() + sentence.slice(1).replace(/\.$/, '');
  },
};

export const learningWords: Readonly<Record<string, Words>> = {
  'actor-learning-rate': learningRate('the policy'),
  'critic-learning-rate': learningRate('the critic'),
  'temperature-learning-rate': learningRate('the temperature'),
  'actor-paused': actorPaused,
  'exploration-noise': explorationNoise,
  'smoothing-noise': { says: smoothing },
  'smoothing-clip': { says: smoothing },
  'policy-delay': policyDelay,
  'policy-regularisation': regularisation,
};
