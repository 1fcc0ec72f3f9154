import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { boundLogSigma, sampleSquashed } from './squashed-gaussian.ts';

beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend('cpu');
});

const row = (...values: number[]): tf.Tensor2D => tf.tensor2d([values]);
const sample = (mu: number, sigma: number, epsilon: number) => {
  const { action, logProbability } = sampleSquashed({ mu: row(mu), logSigma: row(Math.log(sigma)) }, row(epsilon));
  return { action: action.dataSync()[0] as number, logProbability: logProbability.dataSync()[0] as number };
};

describe('the log density of a squashed Gaussian', () => {
  // Golden values: the formula of arXiv 1812.05905, appendix C, evaluated in double precision.
  it.each([
    [0, 1, 0, 0, -0.9189385332],
    [0.5, 0.2, 1, 0.6043677771, 0.6450398379],
    [-2, 0.5, -1.5, -0.9918597246, 2.7710711728],
    [8, 1, 2, 1, 15.6947671098],
    [20, 1, 0, 1, 37.6947671057],
  ])('at μ %f, σ %f, ε %f', (mu, sigma, epsilon, action, logProbability) => {
    const given = sample(mu, sigma, epsilon);
    expect(given.action).toBeCloseTo(action, 6);
    expect(Math.abs(given.logProbability - logProbability)).toBeLessThan(1e-6 * Math.max(1, Math.abs(logProbability)) * 2);
  });

  it('sums over the action dimensions', () => {
    const { logProbability } = sampleSquashed({ mu: row(0, 0.5), logSigma: row(0, Math.log(0.2)) }, row(0, 1));
    expect(logProbability.dataSync()[0]).toBeCloseTo(-0.9189385332 + 0.6450398379, 5);
  });

  it('has the closed-form gradients ∂/∂μ = 2a and ∂/∂log σ = −1 + 2aσε', () => {
    const [mu, sigma, epsilon] = [0.3, 0.4, -0.8];
    const logDensity = (m: tf.Tensor, l: tf.Tensor): tf.Scalar =>
      sampleSquashed({ mu: m as tf.Tensor2D, logSigma: l as tf.Tensor2D }, row(epsilon)).logProbability.sum();
    const [byMu, byLogSigma] = tf.grads(logDensity as (...x: tf.Tensor[]) => tf.Tensor)([row(mu), row(Math.log(sigma))]);
    const a = Math.tanh(mu + sigma * epsilon);
    expect(byMu?.dataSync()[0]).toBeCloseTo(2 * a, 6);
    expect(byLogSigma?.dataSync()[0]).toBeCloseTo(-1 + 2 * a * sigma * epsilon, 6);
  });

  it('integrates to one over the actions', () => {
    // ∫ p(a) da with a = tanh(u): Σ p(a(u)) (1 − a²) du over a fine grid of u = μ + σ ε.
    const [mu, sigma, n] = [0.4, 0.7, 4001];
    const epsilon = Float32Array.from({ length: n }, (_, i) => -8 + (16 * i) / (n - 1));
    const column = (value: number): tf.Tensor2D => tf.fill([n, 1], value) as tf.Tensor2D;
    const { action, logProbability } = sampleSquashed({ mu: column(mu), logSigma: column(Math.log(sigma)) }, tf.tensor2d(epsilon, [n, 1]));
    const [a, l] = [action.dataSync(), logProbability.dataSync()];
    let integral = 0;
    for (let i = 0; i < n; i += 1) integral += Math.exp(l[i] as number) * (1 - (a[i] as number) ** 2) * sigma * (16 / (n - 1));
    expect(integral).toBeCloseTo(1, 3);
  });
});

describe('the bounds of log σ', () => {
  it('are [−5, 2] when affine and [−20, 2] when clipped, whatever comes in', () => {
    const extremes = row(-1e6, 0, 1e6);
    expect([...boundLogSigma(extremes, 'affine').dataSync()]).toEqual([-5, -1.5, 2]);
    expect([...boundLogSigma(extremes, 'clip').dataSync()]).toEqual([-20, 0, 2]);
  });
});
