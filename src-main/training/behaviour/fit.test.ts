// The fit itself: it recovers a known law, repeats bit for bit, and keeps its bounds.
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { BehaviourNetwork } from '../../agents/parts/priors/behaviour.ts';
import type { NamedArrays } from '../../engine/program.ts';
import { createStream } from '../../random/stream.ts';
import { hashState } from '../state-hash.ts';
import { TrainingError } from '../training-error.ts';
import type { BehaviourData } from './data.ts';
import { fitBehaviour, type FitOptions, usualLimits } from './fit.ts';
import { bentLaw, sampleLaw } from './testing.ts';

const sizes = { observation: 2, action: 2 };
const fit = (data: BehaviourData, changes: Partial<FitOptions> = {}) =>
  fitBehaviour({ data, sizes, smallestScale: 0.05, device: 'cpu', threads: 1, stream: createStream(1, 'behaviour-prior'), ...changes });

/** μ and σ [n, a] of a fitted network at these states [n, o]. */
function lawOf(
  parameters: NamedArrays,
  states: Float32Array,
  of = sizes,
  smallestScale = 0.05,
): { mean: Float32Array; scale: Float32Array } {
  return tf.tidy(() => {
    const network = new BehaviourNetwork(of, smallestScale);
    const tensors = Object.fromEntries(
      Object.entries(network.network.shapes).map(([name, shape]) => [name, tf.tensor(parameters[name] as Float32Array, [...shape])]),
    );
    const { mu, logSigma } = network.distribution(tensors, tf.tensor2d(states, [states.length / of.observation, of.observation]));
    return { mean: mu.dataSync() as Float32Array, scale: tf.exp(logSigma).dataSync() as Float32Array };
  });
}

describe('a behaviour prior', () => {
  it('recovers a law whose mean and scale depend on the state', { timeout: 300_000 }, async () => {
    const data = sampleLaw(bentLaw, 20_000);
    const shares: number[] = [];
    const found = await fit(data, { limits: { ...usualLimits, updates: 2000 }, progress: (share) => shares.push(share) });
    expect(Math.abs(found.heldOutLikelihood - data.likelihood)).toBeLessThan(0.06);
    expect(Math.abs(found.trainingLikelihood - data.likelihood)).toBeLessThan(0.06);
    expect(found.heldOutRows).toBe(2000);
    // 1 − (2Φ(3) − 1)² = 0.54 %.
    expect(found.outsideShare).toBeGreaterThan(0);
    expect(found.outsideShare).toBeLessThan(0.02);
    expect(shares).toEqual(Array.from({ length: found.updates / 250 }, (_, k) => (250 * (k + 1)) / 2000));

    const states = Float32Array.from([-1.2, 0, -0.5, 0.5, 0, 0, 0.4, -0.7, 0, 1, 1, 1]);
    const { mean, scale } = lawOf(found.parameters, states);
    for (let row = 0; row < states.length / 2; row += 1) {
      const s = states.subarray(2 * row, 2 * row + 2);
      for (const j of [0, 1]) {
        expect(Math.abs((mean[2 * row + j] ?? NaN) - (bentLaw.mean[j]?.(s) ?? 0)), `mean ${j} at ${s.join(', ')}`).toBeLessThan(0.12);
        expect(
          Math.abs(Math.log((scale[2 * row + j] ?? NaN) / (bentLaw.scale[j]?.(s) ?? 1))),
          `scale ${j} at ${s.join(', ')}`,
        ).toBeLessThan(0.2);
      }
    }
  });

  it('keeps to the smallest scale where the actions leave no doubt, and takes saturated ones', { timeout: 300_000 }, async () => {
    const sure = sampleLaw({ mean: [(s) => 0.5 * (s[0] ?? 0), (s) => ((s[1] ?? 0) > 0 ? 20 : -20)], scale: [() => 0, () => 0] }, 2000);
    expect([...sure.action].some((value) => Math.abs(value) === 1)).toBe(true);
    const { parameters, heldOutLikelihood } = await fit(sure, { smallestScale: 0.2, limits: { ...usualLimits, updates: 750 } });
    const { scale, mean } = lawOf(parameters, sure.observation.subarray(0, 400), sizes, 0.2);
    expect(Math.min(...scale)).toBeGreaterThanOrEqual(0.2 * (1 - 1e-6));
    expect(Math.min(...scale)).toBeLessThan(0.22);
    expect(Math.max(...mean)).toBeGreaterThan(4);
    // No denser than the smallest scale allows: −log 0.2 − log √(2π) a dimension, and 2·log cosh u for the squashing (4.95 at most).
    expect(heldOutLikelihood).toBeLessThan(2 * (-Math.log(0.2) - Math.log(2 * Math.PI) / 2) + 2 * 2 * Math.log(Math.cosh(4.96)));
  });

  it('gives the same bits for the same data and seed, and others for another seed', { timeout: 300_000 }, async () => {
    const data = sampleLaw(bentLaw, 500);
    const limits = { ...usualLimits, updates: 250 };
    const [first, second] = [await fit(data, { limits }), await fit(data, { limits })];
    expect(first).toMatchObject({ updates: 250, endedBy: 'updates' });
    expect(hashState(second.parameters)).toBe(hashState(first.parameters));
    expect(second.heldOutLikelihood).toBe(first.heldOutLikelihood);
    const other = await fit(data, { limits, stream: createStream(2, 'behaviour-prior') });
    expect(hashState(other.parameters)).not.toBe(hashState(first.parameters));
  });

  it('runs on the reference device, to the same likelihood', { timeout: 300_000 }, async () => {
    const data = sampleLaw(bentLaw, 600);
    const limits = { ...usualLimits, updates: 3 };
    const [compiled, eager] = [await fit(data, { limits }), await fit(data, { limits, device: 'reference' })];
    expect(eager.heldOutLikelihood).toBeCloseTo(compiled.heldOutLikelihood, 4);
  });

  it(
    'ends where what is held out no longer gains, keeps the best parameters, and stops when its time is up',
    { timeout: 300_000 },
    async () => {
      // Few rows and pure noise: the longer, the worse for what is held out.
      const data = sampleLaw({ mean: [() => 0, () => 0], scale: [() => 0.5, () => 0.5] }, 200);
      const limits = { ...usualLimits, patience: 250 };
      const found = await fit(data, { limits });
      expect(found.endedBy).toBe('likelihood');
      expect(found.updates).toBeGreaterThanOrEqual(500);
      expect(found.updates).toBeLessThan(3000);
      expect(found.bestUpdate).toBeLessThanOrEqual(found.updates - 250);
      const longer = await fit(data, { limits: { ...limits, patience: 750, updates: 750 } });
      expect(longer.heldOutLikelihood).toBeGreaterThanOrEqual(found.heldOutLikelihood - 0.05);
      expect(longer.bestUpdate).toBeLessThan(750);
      expect(await fit(data, { limits: { ...limits, seconds: 0 } })).toMatchObject({ updates: 250, endedBy: 'time' });
    },
  );

  it('says so where a likelihood becomes no number', async () => {
    const data = sampleLaw(bentLaw, 300);
    data.observation.fill(3e38);
    await expect(fit(data)).rejects.toThrow(TrainingError);
  });
});
