// Action priors as densities: KL(π‖U) = −H(π) + D log 2 and the closed form of two squashed Gaussians, against closed forms in double precision, numerical
// integration and a Monte-Carlo estimate.
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { createStream } from '../../../random/stream.ts';
import { type Gaussian, klOfGaussians, logDensity as exactLogDensity, mean } from '../../testing/double-precision.ts';
import { klDivergence, type PolicySample, sampleSquashed, SquashedGaussianPolicy } from '../squashed-gaussian.ts';
import { BehaviourNetwork, behaviourHidden } from './behaviour.ts';
import { constantPrior } from './constant.ts';
import { previousPolicyPrior } from './previous.ts';
import { uniformPrior } from './uniform.ts';

beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend('cpu');
});

const gaussian = (mu: number, sigma: number): Gaussian => ({ mu: [mu], logSigma: [Math.log(sigma)] });
const tensors = ({ mu, logSigma }: Gaussian) => ({ mu: tf.tensor2d([mu]), logSigma: tf.tensor2d([logSigma]) });
const kl = (p: Gaussian, q: Gaussian): number => klDivergence(tensors(p), tensors(q)).dataSync()[0] as number;

/** A grid of u from −10 to 10: beyond it, a = tanh(u) is within 4e-9 of ±1. */
const n = 8001;
const grid = Array.from({ length: n }, (_, i) => -10 + (20 * i) / (n - 1));
const integral = (f: (u: number) => number): number => grid.reduce((total, u) => total + f(u), 0) * (20 / (n - 1));
/** What a one-dimensional policy would give for the actions of the whole grid. */
function sampleOverGrid({ mu, logSigma }: Gaussian): PolicySample {
  const column = (value: number): tf.Tensor2D => tf.fill([n, 1], value);
  const distribution = { mu: column(mu[0] as number), logSigma: column(logSigma[0] as number) };
  const epsilon = tf.tensor2d(grid.map((u) => [(u - (mu[0] as number)) / Math.exp(logSigma[0] as number)]));
  return { ...distribution, ...sampleSquashed(distribution, epsilon) };
}
const density = (p: Gaussian, u: number): number => Math.exp(exactLogDensity(p, [u])) / Math.cosh(u) ** 2;
const observations = (rows: number): tf.Tensor2D => tf.ones([rows, 1]);

describe('KL of two squashed Gaussians', () => {
  it.each([
    [0, 0.09, 0, 0.87],
    [0.4, 0.7, -0.3, 1.1],
    [-1.2, 1.5, 0.8, 0.5],
  ])(
    'is the closed form, the integral over the actions, and what sampling finds: of μ %f, σ %f from μ %f, σ %f',
    (mu, sigma, muP, sigmaP) => {
      const [p, q] = [gaussian(mu, sigma), gaussian(muP, sigmaP)];
      const given = kl(p, q);
      expect(given).toBeCloseTo(klOfGaussians(p, q), 5);
      // ∫ p(a) (log p(a) − log q(a)) da with da = du / cosh²u.
      expect(given).toBeCloseTo(
        integral((u) => density(p, u) * (exactLogDensity(p, [u]) - exactLogDensity(q, [u]))),
        4,
      );
      const chance = createStream(5, 'sampling');
      const ratios = Array.from({ length: 20_000 }, () => {
        const u = (p.mu[0] as number) + Math.exp(p.logSigma[0] as number) * chance.normal();
        return exactLogDensity(p, [u]) - exactLogDensity(q, [u]);
      });
      const centre = mean(ratios);
      const standardError = Math.sqrt(mean(ratios.map((ratio) => (ratio - centre) ** 2)) / ratios.length);
      expect(Math.abs(centre - given) / standardError).toBeLessThan(4);
      expect(standardError / given).toBeLessThan(0.02);
    },
  );

  it('is zero of equal ones, positive of others, and sums over the dimensions', () => {
    const p: Gaussian = { mu: [0.3, -2], logSigma: [-1, 0.5] };
    const q: Gaussian = { mu: [0, 0.5], logSigma: [0.2, -0.7] };
    expect(kl(p, p)).toBe(0);
    expect(kl(p, q)).toBeGreaterThan(0);
    expect(kl(p, q)).toBeCloseTo(klOfGaussians(p, q), 4);
  });

  it('has the gradients (μ−μp)/sp², s²/sp² − 1, −(μ−μp)/sp² and 1 − (s² + (μ−μp)²)/sp²', () => {
    const [mu, s, muP, sP] = [0.6, 0.4, -0.5, 0.8];
    const value = (...[a, b, c, d]: tf.Tensor[]): tf.Tensor =>
      klDivergence({ mu: a as tf.Tensor, logSigma: b as tf.Tensor }, { mu: c as tf.Tensor, logSigma: d as tf.Tensor }).sum();
    const given = tf
      .grads(value)([mu, Math.log(s), muP, Math.log(sP)].map((x) => tf.tensor2d([[x]])))
      .map((g) => g.dataSync()[0] as number);
    const expected = [(mu - muP) / sP ** 2, s ** 2 / sP ** 2 - 1, -(mu - muP) / sP ** 2, 1 - (s ** 2 + (mu - muP) ** 2) / sP ** 2];
    for (const [i, exact] of expected.entries()) expect(given[i]).toBeCloseTo(exact, 5);
  });
});

describe('the uniform prior', () => {
  // Entropies of tanh(N(0, σ²)) in nats, by numerical integration apart from this code.
  it.each([
    [0.1, -0.893597],
    [0.5, 0.499967],
    [1, 0.669804],
    [2, -0.001233],
    [0.87, 0.6836],
  ])('has KL(π‖U) = log 2 − H(π) in one dimension: at σ %f, H is %f', (sigma, entropy) => {
    const p = gaussian(0, sigma);
    const prior = uniformPrior(1);
    const divergence = prior.divergence({ state: {}, controls: {} }, observations(n), sampleOverGrid(p)).dataSync();
    const step = 20 / (n - 1);
    const expected = grid.reduce((total, u, i) => total + density(p, u) * (divergence[i] as number) * step, 0) + prior.constant;
    expect(expected).toBeCloseTo(Math.LN2 - entropy, 4);
  });

  it('takes the entropy target H* as the KL target D log 2 − H*', () => {
    const prior = uniformPrior(6);
    expect(prior.target({ 'entropy-target': -6 }) + prior.constant).toBeCloseTo(6 * (1 + Math.LN2), 12);
  });
});

describe('the constant prior', () => {
  const controls = (mu: number[], scale: number[]) => ({ 'prior-mean': tf.tensor1d(mu), 'prior-scale': tf.tensor1d(scale) });
  const divergence = (p: Gaussian, mu: number[], scale: number[]): number => {
    const sample = { ...tensors(p), ...sampleSquashed(tensors(p), tf.zeros([1, p.mu.length])) };
    return constantPrior(p.mu.length)
      .divergence({ state: {}, controls: controls(mu, scale) }, observations(1), sample)
      .dataSync()[0] as number;
  };

  it('has the closed form, with a mean and a scale for each dimension, and takes one number for all', () => {
    const p: Gaussian = { mu: [0.3, -1], logSigma: [-1.5, 0.2] };
    expect(divergence(p, [0.2, -0.4], [0.5, 0.9])).toBeCloseTo(
      klOfGaussians(p, { mu: [0.2, -0.4], logSigma: [Math.log(0.5), Math.log(0.9)] }),
      4,
    );
    const given = constantPrior(3).controls({ 'prior-mean': [0.25], 'prior-scale': [0.5, 1, 2] });
    expect([...(given['prior-mean'] as Float32Array), ...(given['prior-scale'] as Float32Array)]).toEqual([0.25, 0.25, 0.25, 0.5, 1, 2]);
  });

  it('of scale 0.87 is nearly the uniform one: no narrow or moderately wide policy around 0 is judged 0.1 nats apart', () => {
    for (const sigma of [0.05, 0.09, 0.2, 0.5, 0.87, 1]) {
      const p = gaussian(0, sigma);
      const entropy = -integral((u) => density(p, u) * exactLogDensity(p, [u]));
      expect(Math.abs(divergence(p, [0], [0.87]) - (Math.LN2 - entropy)), String(sigma)).toBeLessThan(0.1);
    }
  });

  it('stays finite for a policy as far from it as both can be', () => {
    const far = divergence(gaussian(60, Math.exp(2)), [-5], [0.01]);
    expect(far).toSatisfy(Number.isFinite);
    expect(far / klOfGaussians(gaussian(60, Math.exp(2)), gaussian(-5, 0.01))).toBeCloseTo(1, 4);
  });
});

describe('the previous policy as prior', () => {
  const policy = new SquashedGaussianPolicy('actor', { observation: 1, hidden: [], action: 1 }, 'clip');
  const prior = previousPolicyPrior(policy, 1, 1000);
  /** log p(a) on the grid, of a frozen policy that is the same in every state: what the divergence took off log π. */
  function logPrior(old: Gaussian, share: number, sample: PolicySample): number[] {
    const state = {
      'previous/actor/layer-0/weight': tf.zeros([1, 2]),
      'previous/actor/layer-0/bias': tf.tensor1d([old.mu[0] as number, old.logSigma[0] as number]),
    };
    return [
      ...sample.logProbability
        .sub(prior.divergence({ state, controls: { 'prior-uniform-share': tf.scalar(share) } }, observations(n), sample))
        .dataSync(),
    ];
  }

  it.each([
    [0.4, 0.7, 0.05],
    [-1, 0.3, 0.5],
    [0, 1, 1e-4],
    [0, 1, 0.999],
  ])('has the mixture’s density log((1 − w) π_old + w/2), of μ %f, σ %f with w %f', (mu, sigma, share) => {
    const old = gaussian(mu, sigma);
    const given = logPrior(old, share, sampleOverGrid(gaussian(0, 2.5)));
    for (const [i, u] of grid.entries()) {
      const exact = Math.log((1 - share) * Math.exp(exactLogDensity(old, [u])) + share / 2);
      // The grid's u are single-precision, of up to 10; the old density's slope in u there is at most (u − μ)/σ² = 120.
      expect(Math.abs((given[i] as number) - exact), `at u ${u}`).toBeLessThan(2e-4);
    }
  });

  it.each([
    [0.4, 0.7, 0.05],
    [-1, 0.3, 0.5],
  ])('integrates to one over (−1, 1), of μ %f, σ %f with w %f', (mu, sigma, share) => {
    const given = logPrior(gaussian(mu, sigma), share, sampleOverGrid(gaussian(0, 2.5)));
    const total = grid.reduce((sum, u, i) => sum + Math.exp(given[i] as number) / Math.cosh(u) ** 2, 0) * (20 / (n - 1));
    expect(total).toBeCloseTo(1, 4);
  });

  it('is bounded from below by its uniform share, however far the policies are apart, and so is its gradient', () => {
    const old = gaussian(-8, Math.exp(-20));
    const state = {
      'previous/actor/layer-0/weight': tf.zeros([1, 2]),
      'previous/actor/layer-0/bias': tf.tensor1d([old.mu[0] as number, -20]),
    };
    const controls = { 'prior-uniform-share': tf.scalar(0.05) };
    const divergence = (mu: tf.Tensor): tf.Tensor => {
      const distribution = { mu: mu as tf.Tensor2D, logSigma: tf.tensor2d([[0]]) };
      return prior
        .divergence({ state, controls }, observations(1), { ...distribution, ...sampleSquashed(distribution, tf.tensor2d([[0.5]])) })
        .sum();
    };
    const sample = exactLogDensity(gaussian(1, 1), [1.5]);
    expect(divergence(tf.tensor2d([[1]])).dataSync()[0]).toBeCloseTo(sample - Math.log(0.05 / 2), 4);
    expect(
      tf
        .grad(divergence)(tf.tensor2d([[1]]))
        .dataSync()[0],
    ).toBeCloseTo(2 * Math.tanh(1.5), 4);
  });
});

describe('the behaviour prior’s network', () => {
  it.each([0.05, 0.001, 1])('has no σ below its smallest scale, %f, and none above e²', (smallest) => {
    const { network } = new BehaviourNetwork({ observation: 1, action: 1 }, smallest);
    const behaviour = new BehaviourNetwork({ observation: 1, action: 1 }, smallest);
    const sigmaOf = (raw: number): number => {
      const zeros = Object.fromEntries(Object.entries(network.shapes).map(([name, shape]) => [name, tf.zeros([...shape])]));
      const last = `behaviour/layer-${behaviourHidden.length}/bias`;
      return Math.exp(
        behaviour.distribution({ ...zeros, [last]: tf.tensor1d([0, raw]) }, observations(1)).logSigma.dataSync()[0] as number,
      );
    };
    const sigmas = [-1e6, -30, -3, 0, 3, 30, 1e6].map(sigmaOf);
    // log σ is a sum of single-precision numbers below 10.
    for (const sigma of sigmas)
      expect(sigma).toSatisfy((value: number) => value >= smallest * (1 - 2e-6) && value <= Math.exp(2) * (1 + 2e-6));
    expect(sigmas).toEqual(sigmas.toSorted((x, y) => x - y));
    expect((sigmas[0] as number) / smallest).toBeCloseTo(1, 5);
    expect((sigmas.at(-1) as number) / Math.exp(2)).toBeCloseTo(1, 5);
    expect(sigmas[3]).toBeCloseTo(Math.sqrt(smallest) * Math.E, 4);
  });
});
