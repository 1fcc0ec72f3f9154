import { describe, expect, it } from 'vitest';
import { createStream } from '../../random/stream.ts';
import { splitRows } from './split.ts';

const every = (length: number, rows: number): number[] => Array.from({ length: Math.ceil(rows / length) }, (_, k) => k * length);

describe('the split', () => {
  it.each<[string, number, number[], number]>([
    ['whole episodes', 10_000, every(100, 10_000), 100],
    ['whole episodes of 20', 1000, every(50, 1000), 50],
    ['blocks where there is one episode', 10_000, [0], 500],
    ['blocks where there are three episodes', 9_000, [0, 3000, 6000], 450],
    ['blocks where one episode is nearly all', 10_000, [0, 10, 20], 500],
    ['blocks of few rows', 100, [0], 5],
  ])('holds out %s', (_, rows, episodes, length) => {
    for (let seed = 1; seed <= 5; seed += 1) {
      const { training, heldOut } = splitRows(rows, episodes, createStream(seed, 'split'));
      expect(new Set([...training, ...heldOut]).size).toBe(rows);
      expect(training.length + heldOut.length).toBe(rows);
      expect(heldOut.length / rows).toBeCloseTo(0.1, 5);
      const groups = new Set([...heldOut].map((row) => Math.floor(row / length)));
      expect(heldOut.length).toBe(groups.size * length);
    }
  });

  it('holds out about a tenth of episodes of very different lengths', () => {
    const lengths = Array.from({ length: 60 }, (_, k) => 5 + 20 * (k % 7));
    const starts = lengths.map((_, k) => lengths.slice(0, k).reduce((sum, length) => sum + length, 0));
    const rows = lengths.reduce((sum, length) => sum + length, 0);
    for (let seed = 1; seed <= 20; seed += 1) {
      const { heldOut } = splitRows(rows, starts, createStream(seed, 'split'));
      expect(heldOut.length / rows).toBeGreaterThanOrEqual(0.1);
      expect(heldOut.length / rows).toBeLessThanOrEqual(0.15);
      const held = new Set(heldOut);
      starts.forEach((start, k) => {
        const inside = Array.from({ length: lengths[k] ?? 0 }, (_, i) => held.has(start + i));
        expect(inside.every((value) => value === inside[0])).toBe(true);
      });
    }
  });

  it("is the stream's: the same again, and another for another seed", () => {
    const rows = (seed: number): number[] => [...splitRows(1000, every(20, 1000), createStream(seed, 'split')).heldOut];
    expect(rows(1)).toEqual(rows(1));
    expect(rows(2)).not.toEqual(rows(1));
  });
});
