// The uniform prior on (−1, 1)^D: log p = −D log 2. The divergence is −H(π) up to that constant, and the KL target the
// entropy target in another reading: KL* = D log 2 − H*.
import { numberOf } from '../values.ts';
import type { Prior } from './prior.ts';

export function uniformPrior(actionSize: number): Prior {
  return {
    stateShapes: {},
    controlShapes: {},
    controls: () => ({}),
    initialState: () => ({}),
    constant: actionSize * Math.LN2,
    divergence: (_, __, { logProbability }) => logProbability,
    target: (values) => -numberOf(values, 'entropy-target'),
    updates: [],
  };
}
