// Aligning series with their own steps: gaps stay gaps, steps that a series lacks are no gaps.
import { describe, expect, it } from 'vitest';
import { alignColumns, indexAt, type ChartSeries } from './columns.ts';

const line = (x: number[], y: number[], rest: Partial<ChartSeries> = {}): ChartSeries => ({
  label: 'a',
  x,
  y,
  colour: 'red',
  kind: 'line',
  ...rest,
});

describe('alignColumns', () => {
  it('keeps shared steps as they are', () => {
    const { data, plans } = alignColumns([line([1, 2], [3, 4]), line([1, 2], [5, 6])], false);
    expect(data).toEqual([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    expect(plans.map((plan) => plan.mean)).toEqual([1, 2]);
  });

  it('merges steps; undefined is not a gap', () => {
    const { data } = alignColumns([line([1, 3, 10], [1, 3, 10]), line([2, 3], [20, 30])], false);
    expect(data[0]).toEqual([1, 2, 3, 10]);
    expect(data[1]).toEqual([1, undefined, 3, 10]);
    expect(data[2]).toEqual([undefined, 20, 30, undefined]);
  });

  it('puts a range before its mean and draws a band without one', () => {
    const range = { min: [0, 1], max: [2, 3] };
    const { data, plans } = alignColumns([line([1, 2], [1, 2], range), line([1, 2], [1, 2], { ...range, kind: 'band' })], false);
    expect(plans).toEqual([
      { min: 1, max: 2, mean: 3 },
      { min: 4, max: 5, mean: -1 },
    ]);
    expect(data).toHaveLength(6);
  });

  it('counts what a log axis or any axis cannot show, and leaves gaps there', () => {
    const series = [line([1, 2, 3, 4, 5], [1, 0, -2, NaN, Infinity])];
    expect(alignColumns(series, true)).toMatchObject({
      nonPositive: 2,
      notFinite: 2,
      data: [
        [1, 2, 3, 4, 5],
        [1, null, null, null, null],
      ],
    });
    expect(alignColumns(series, false)).toMatchObject({ nonPositive: 0, notFinite: 2 });
  });

  it('takes no series, and series without points', () => {
    expect(alignColumns([], false).data).toEqual([[]]);
    expect(alignColumns([line([], []), line([5], [1])], false).data).toEqual([[5], [undefined], [1]]);
  });

  it('aligns twenty curves of a thousand points without growing out of hand', () => {
    const curves = Array.from({ length: 20 }, (_, k) => {
      const x = Float64Array.from({ length: 1000 }, (_, i) => i * 100 + k);
      return line([], [], { x, y: x });
    });
    const start = performance.now();
    expect(alignColumns(curves, false).data[0]).toHaveLength(20_000);
    expect(performance.now() - start).toBeLessThan(1000);
  });
});

describe('indexAt', () => {
  it.each([
    [0, -1],
    [1, 0],
    [1.5, 0],
    [3, 1],
    [99, 2],
  ])('finds the entry at or before %s', (at, index) => expect(indexAt([1, 3, 7], at)).toBe(index));
  it('finds none in nothing', () => expect(indexAt([], 1)).toBe(-1));
});
