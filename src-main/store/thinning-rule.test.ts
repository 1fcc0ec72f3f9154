import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { chooseThinned, type Part, type StoredEvaluation } from './thinning-rule.ts';

const sizes = { policy: 265, critics: 530, bestEpisode: 115, otherEpisodes: 230 };
const full = Object.values(sizes).reduce((sum, bytes) => sum + bytes, 0);

function evaluationsOf(count: number, best = count - 1): StoredEvaluation[] {
  return Array.from({ length: count }, (_, k) => ({ id: k + 1, meanReturn: k === best ? 1e6 : k, isCurrent: true, ...sizes }));
}

/** Positions of the evaluations that keep a part. */
function keptBy(evaluations: readonly StoredEvaluation[], room: number): Record<Part, number[]> {
  const given = chooseThinned(evaluations, room);
  const of = (part: Part): number[] => evaluations.flatMap(({ id }, k) => (given.get(id)?.includes(part) ? [] : [k]));
  return { policy: of('policy'), critics: of('critics'), bestEpisode: of('bestEpisode'), otherEpisodes: of('otherEpisodes') };
}

function bytesOf(kept: Record<Part, number[]>): number {
  return (Object.keys(sizes) as Part[]).reduce((sum, part) => sum + sizes[part] * kept[part].length, 0);
}

describe('what is thinned', () => {
  it('is nothing where everything fits', () => {
    expect(chooseThinned(evaluationsOf(10), 10 * full).size).toBe(0);
    expect(chooseThinned([], 0).size).toBe(0);
  });

  it('is first what a later attempt has superseded, then the critics, but not those of the best and the newest', () => {
    const evaluations = evaluationsOf(10, 3).map((one, k) => ({ ...one, isCurrent: k !== 5 }));
    expect([...chooseThinned(evaluations, 9 * full)]).toEqual([[6, ['policy', 'critics', 'bestEpisode', 'otherEpisodes']]]);
    const given = chooseThinned(evaluations, 8 * full);
    expect(given.get(1)).toEqual(['critics']);
    expect([given.get(4), given.get(10)], 'the best and the newest').toEqual([undefined, undefined]);
  });

  it('leaves policies and best episodes of every m-th, all episodes of every n-th, the best and the newest whole', () => {
    const evaluations = evaluationsOf(200, 77);
    // Of all the policies and best episodes, of every fourth all episodes.
    const wide = keptBy(evaluations, 200 * 380 + 52 * 230 + 2 * 530);
    expect(wide.policy).toHaveLength(200);
    expect(wide.otherEpisodes).toEqual([...Array.from({ length: 50 }, (_, k) => 4 * k), 77, 199].toSorted((a, b) => a - b));
    expect(wide.critics).toEqual([77, 199]);
    const narrow = keptBy(evaluations, 14_500);
    expect(narrow.bestEpisode).toEqual([...Array.from({ length: 25 }, (_, k) => 8 * k), 77, 199].toSorted((a, b) => a - b));
  });

  it('keeps the best and the newest whatever the budget', () => {
    const kept = keptBy(evaluationsOf(50, 20), 0);
    expect(kept).toEqual({ policy: [20, 49], critics: [20, 49], bestEpisode: [20, 49], otherEpisodes: [20, 49] });
  });

  it('fits in its room, grows with it, and takes away nothing that less room leaves', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.nat(299), fc.double({ min: 0, max: 1, noNaN: true }), (count, best, share) => {
        const evaluations = evaluationsOf(count, best % count);
        const [less, more] = [keptBy(evaluations, (share * count * full) / 2), keptBy(evaluations, share * count * full)];
        for (const part of Object.keys(sizes) as Part[]) expect(more[part]).toEqual(expect.arrayContaining(less[part]));
        expect(bytesOf(more)).toBeLessThanOrEqual(Math.max(share * count * full, 2 * full));
      }),
      { numRuns: 100 },
    );
  });

  it('stays evenly spread as a run grows under it, and never asks for what an earlier thinning gave up', () => {
    const room = 40 * full;
    let evaluations: StoredEvaluation[] = [];
    for (let k = 0; k < 1000; k += 1) {
      evaluations.push({ id: k + 1, meanReturn: k, isCurrent: true, ...sizes });
      const given = chooseThinned(evaluations, room);
      evaluations = evaluations.map((one) => ({ ...one, ...Object.fromEntries((given.get(one.id) ?? []).map((part) => [part, 0])) }));
      const kept = evaluations.flatMap((one, position) => (one.bestEpisode > 0 ? [position] : []));
      expect(kept.slice(-1), 'the newest').toEqual([k]);
      // But for the newest, which may be close to the one before.
      const gaps = kept.slice(1, -1).map((position, i) => position - (kept[i] as number));
      expect(new Set(gaps).size, `different gaps after ${k + 1} evaluations`).toBeLessThanOrEqual(1);
    }
    expect(evaluations.filter(({ bestEpisode }) => bestEpisode > 0).length).toBeGreaterThan(50);
  });
});
