// A learned, state-dependent prior: the M-step of variational EM with a target prior and decoupled constraints on how
// fast its mean and its scale may move (after Marino et al.'s released code, https://github.com/joelouismarino/variational_rl; multipliers as in MPO,
// Abdolmaleki et al. 2018, arXiv 1806.06920). In the actor's objective it is held fixed.
import * as tf from '@tensorflow/tfjs';
import type { NamedArrays, NamedShapes, NamedTensors } from '../../../engine/program.ts';
import { klDivergence, type GaussianParameters, SquashedGaussianPolicy } from '../squashed-gaussian.ts';
import { targetOf, asOnline, targetShapesOf, targetsLike } from '../critics.ts';
import type { AdamForm } from '../adam-forms.ts';
import { Adam, at, gradientsOf, pick } from '../optimiser.ts';
import { numberOf } from '../values.ts';
import type { Prior } from './prior.ts';

/** log of both multipliers, α_mean and α_scale. */
const multiplierShapes = { 'prior/log-multiplier-mean': [], 'prior/log-multiplier-scale': [] } as const satisfies NamedShapes;

/** @param copyEvery updates between two copies into the target prior */
export function learnedPrior(
  sizes: { observation: number; hidden: readonly number[]; action: number },
  copyEvery: number,
  adamForm: AdamForm,
): Prior {
  const network = new SquashedGaussianPolicy('prior', sizes, 'affine');
  const shapes = network.network.shapes;
  const adam = new Adam('prior', shapes, adamForm);
  const multiplierAdam = new Adam('prior-multipliers', multiplierShapes, adamForm);
  const copies = <T>(state: Readonly<Record<string, T>>): Record<string, T> =>
    Object.fromEntries(Object.keys(shapes).map((name) => [targetOf(name), at(state, name)]));
  return {
    stateShapes: { ...shapes, ...targetShapesOf(shapes), ...adam.stateShapes, ...multiplierShapes, ...multiplierAdam.stateShapes },
    controlShapes: { 'prior-learning-rate': [], 'prior-mean-bound': [], 'prior-scale-bound': [] },
    controls: (values) =>
      Object.fromEntries(
        ['prior-learning-rate', 'prior-mean-bound', 'prior-scale-bound'].map((name) => [name, Float32Array.of(numberOf(values, name))]),
      ),
    initialState: (stream): NamedArrays => {
      const online = network.network.initialState(stream);
      return {
        ...online,
        ...targetsLike(online),
        ...adam.initialState(),
        ...multiplierAdam.initialState(),
        'prior/log-multiplier-mean': Float32Array.of(0),
        'prior/log-multiplier-scale': Float32Array.of(0),
      };
    },
    constant: 0,
    divergence: ({ state }, observation, sample) => klDivergence(sample, network.distribution(pick(state, shapes), observation)),
    target: (values) => numberOf(values, 'kl-budget'),
    learn: ({ state, controls }, observation, posterior, temperature) => {
      const target = network.distribution(asOnline(state, shapes), observation);
      const [alphaMean, alphaScale] = [tf.exp(at(state, 'prior/log-multiplier-mean')), tf.exp(at(state, 'prior/log-multiplier-scale'))];
      // The mean moves with the target's scale, the scale with the target's mean.
      const parts = (parameters: NamedTensors) => {
        const { mu, logSigma } = network.distribution(parameters, observation);
        const byMean: GaussianParameters = { mu, logSigma: target.logSigma };
        const byScale: GaussianParameters = { mu: target.mu, logSigma };
        return {
          fit: klDivergence(posterior, byMean).add(klDivergence(posterior, byScale)).mean(),
          meanMove: klDivergence(target, byMean).mean(),
          scaleMove: klDivergence(target, byScale).mean(),
        };
      };
      const { value, gradients } = gradientsOf(
        (parameters) => {
          const { fit, meanMove, scaleMove } = parts(parameters);
          return temperature.mul(fit).add(alphaMean.mul(meanMove)).add(alphaScale.mul(scaleMove)) as tf.Scalar;
        },
        pick(state, shapes),
      );
      const { meanMove, scaleMove } = parts(pick(state, shapes));
      const rate = at(controls, 'prior-learning-rate');
      const multiplierGradients: NamedTensors = {
        'prior/log-multiplier-mean': at(controls, 'prior-mean-bound').sub(meanMove),
        'prior/log-multiplier-scale': at(controls, 'prior-scale-bound').sub(scaleMove),
      };
      return {
        state: { ...adam.step(state, gradients, rate), ...multiplierAdam.step(state, multiplierGradients, rate) },
        diagnostics: { 'prior-loss': value },
      };
    },
    view: (state, observation) => ({
      'prior-multiplier-mean': tf.exp(at(state, 'prior/log-multiplier-mean')),
      'prior-multiplier-scale': tf.exp(at(state, 'prior/log-multiplier-scale')),
      'prior-log-sigma': network.distribution(pick(state, shapes), observation).logSigma,
    }),
    updates: [
      {
        name: 'target prior',
        batchSize: 0,
        isDue: (gradientStep) => gradientStep % copyEvery === 0,
        signature: { batch: {}, noise: {}, controls: {} },
        fn: ({ state }) => ({ state: copies(state), diagnostics: {} }),
      },
    ],
  };
}
