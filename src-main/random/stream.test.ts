import { describe, expect, it } from 'vitest';
import { createStream } from './stream.ts';

describe('createStream', () => {
  it('gives the same sequence for the same seed and name, and another for either changed', () => {
    const draw = (seed: number, name: string) => {
      const stream = createStream(seed, name);
      return Array.from({ length: 5 }, () => stream.uniform());
    };
    expect(draw(1, 'reset')).toEqual(draw(1, 'reset'));
    expect(draw(1, 'reset')).not.toEqual(draw(2, 'reset'));
    expect(draw(1, 'reset')).not.toEqual(draw(1, 'replay'));
    expect(draw(1, 'reset')).not.toEqual(draw(1 + 2 ** 32, 'reset'));
  });

  it('continues bit for bit from a saved state, a spare normal included', () => {
    const stream = createStream(7, 'noise');
    stream.normal();
    const state = stream.save();
    expect(state.spareNormal).not.toBeNull();
    const ahead = Array.from({ length: 9 }, () => stream.normal());
    const restored = createStream(0, 'other');
    restored.restore(JSON.parse(JSON.stringify(state)));
    expect(Array.from({ length: 9 }, () => restored.normal())).toEqual(ahead);
  });

  it('has the moments of its distributions', () => {
    const stream = createStream(3, 'moments');
    const n = 200_000;
    let mean = 0;
    let square = 0;
    let fourth = 0;
    let uniformMean = 0;
    for (let i = 0; i < n; i += 1) {
      const z = stream.normal();
      mean += z / n;
      square += (z * z) / n;
      fourth += z ** 4 / n;
      uniformMean += stream.uniform() / n;
    }
    // Five standard errors each: sqrt(1/n), sqrt(2/n), sqrt(96/n), sqrt(1/12/n).
    expect(Math.abs(mean)).toBeLessThan(5 * Math.sqrt(1 / n));
    expect(Math.abs(square - 1)).toBeLessThan(5 * Math.sqrt(2 / n));
    expect(Math.abs(fourth - 3)).toBeLessThan(5 * Math.sqrt(96 / n));
    expect(Math.abs(uniformMean - 0.5)).toBeLessThan(5 * Math.sqrt(1 / 12 / n));
  });

  it('keeps integers inside their bound and reaches every value', () => {
    const stream = createStream(11, 'integers');
    const seen = new Set(Array.from({ length: 500 }, () => stream.integer(7)));
    expect([...seen].sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  it.each([-1, 1.5, NaN, Infinity, 2 ** 53])('refuses the seed %s', (seed) => {
    expect(() => createStream(seed, 'x')).toThrow(/seed must be a whole number/);
  });

  it.each([0, -3, 2.5, NaN, 2 ** 32 + 1])('refuses the bound %s', (bound) => {
    expect(() => createStream(1, 'x').integer(bound)).toThrow(/bound must be a whole number/);
  });
});
