// The constant prior: a squashed Gaussian with a mean and a scale for each action dimension, the same in every state
// (Marino, Piché & Yue 2020 compare it with the uniform one). Its KL is in closed form.
import * as tf from '@tensorflow/tfjs';
import { perAction } from '../../../contract/agent-values.ts';
import { klDivergence } from '../squashed-gaussian.ts';
import { at } from '../optimiser.ts';
import { numberOf } from '../values.ts';
import type { Prior } from './prior.ts';

export function constantPrior(actionSize: number): Prior {
  return {
    stateShapes: {},
    controlShapes: { 'prior-mean': [actionSize], 'prior-scale': [actionSize] },
    controls: (values) => ({
      'prior-mean': Float32Array.from(perAction(values['prior-mean'], actionSize)),
      'prior-scale': Float32Array.from(perAction(values['prior-scale'], actionSize)),
    }),
    initialState: () => ({}),
    constant: 0,
    divergence: ({ controls }, _, sample) =>
      klDivergence(sample, { mu: at(controls, 'prior-mean'), logSigma: tf.log(at(controls, 'prior-scale')) }),
    target: (values) => numberOf(values, 'kl-target'),
    updates: [],
  };
}
