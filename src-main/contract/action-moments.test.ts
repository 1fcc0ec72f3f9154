// The KL from moments against the closed form, state by state.
import { describe, expect, it } from 'vitest';
import { klFromMoments } from './action-moments.ts';

describe('klFromMoments', () => {
  it('is zero from itself, and the closed form of two Gaussians from another', () => {
    const [mu, sigma] = [0.3, 0.2];
    const moments = Float64Array.of(mu, mu * mu, sigma * sigma, Math.log(sigma));
    expect(klFromMoments({ moments }, [mu], [sigma])).toBeCloseTo(0, 12);
    expect(klFromMoments({ moments }, [0], [1])).toBeCloseTo(-Math.log(sigma) + (sigma ** 2 + mu ** 2) / 2 - 0.5, 12);
  });
  it('is the mean over states, and the sum over dimensions', () => {
    const states = [
      [0.1, 0.4],
      [-0.7, 0.2],
      [1.2, 0.9],
    ] as const;
    const mean = (of: (state: readonly [number, number]) => number): number =>
      states.reduce((sum, state) => sum + of(state), 0) / states.length;
    const moments = [mean(([mu]) => mu), mean(([mu]) => mu * mu), mean(([, sigma]) => sigma * sigma), mean(([, sigma]) => Math.log(sigma))];
    const [m, s] = [0.25, 0.6];
    const expected = mean(([mu, sigma]) => Math.log(s / sigma) + (sigma * sigma + (mu - m) ** 2) / (2 * s * s) - 0.5);
    expect(klFromMoments({ moments: Float64Array.from([...moments, ...moments]) }, [m, m], [s, s])).toBeCloseTo(2 * expected, 12);
  });
});
