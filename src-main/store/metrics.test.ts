import { describe, expect, it } from 'vitest';
import type { MetricSeries } from '../contract/series.ts';
import { newRun, openAttempt, refusal, temporaryStore } from './testing/temporary-store.ts';
import type { Store } from './store.ts';

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

type Point = readonly [step: number, value: number];

function query(
  store: Store,
  run: string,
  window: { fromStep?: number | null; toStep?: number | null; maxPoints?: number } = {},
): MetricSeries {
  const [series] = store.metrics.query(run, {
    metrics: ['mean-q'],
    fromStep: null,
    toStep: null,
    maxPoints: 100,
    includeSuperseded: false,
    ...window,
  }).series;
  if (!series) throw new Error('a series for each metric is promised');
  return series;
}

/** What was shown must be true of the points: each entry sums up those after the entry before. */
function expectTrue(series: MetricSeries, points: readonly Point[], maxPoints: number): void {
  expect(series.pointCount).toBe(points.length);
  expect(series.isReduced).toBe(points.length > maxPoints);
  expect(series.step.length).toBeLessThanOrEqual(maxPoints);
  expect(series.step.length).toBeGreaterThanOrEqual(Math.min(points.length, Math.floor(maxPoints / 2)));
  let next = 0;
  series.step.forEach((last, index) => {
    const start = next;
    while (next < points.length && (points[next]?.[0] ?? Infinity) <= last) next += 1;
    const values = points.slice(start, next).map(([, value]) => value);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(points[next - 1]?.[0]).toBe(last);
    expect([series.min[index], series.max[index]]).toEqual([Math.min(...values), Math.max(...values)]);
    expect(Math.abs((series.mean[index] ?? NaN) - mean)).toBeLessThanOrEqual(1e-9 * Math.max(1, ...values.map(Math.abs)));
  });
  expect(next).toBe(points.length);
}

describe('metrics', () => {
  it('gives points as they were, also at the edges of a window', () => {
    const store = temporaryStore();
    const run = newRun(store);
    const writer = store.metrics.writer(run, openAttempt(store, run));
    const values = [-0.1, 1e308, 5e-324, -1e308, 1 / 3];
    values.forEach((value, index) => writer.append((index + 1) * 10, { 'mean-q': value, entropy: -value }));
    expect(query(store, run).pointCount, 'nothing is stored before the flush').toBe(0);
    writer.flush();
    writer.flush();
    expect(query(store, run)).toMatchObject({
      step: Float64Array.of(10, 20, 30, 40, 50),
      min: Float64Array.from(values),
      mean: Float64Array.from(values),
      max: Float64Array.from(values),
      isReduced: false,
    });
    expect(query(store, run, { fromStep: 20, toStep: 40 }).step).toEqual(Float64Array.of(20, 30, 40));
    expect(query(store, run, { fromStep: 20.5, toStep: 39.5 }).step).toEqual(Float64Array.of(30));
    for (const window of [{ fromStep: 51 }, { toStep: 9 }, { fromStep: 40, toStep: 20 }, { fromStep: 41, toStep: 49 }]) {
      expect(query(store, run, window)).toMatchObject({ pointCount: 0, step: new Float64Array(0), isReduced: false });
    }
    expect(query(store, run, { maxPoints: 2 })).toMatchObject({ pointCount: 5, isReduced: true });
    expect(Math.max(...query(store, run, { maxPoints: 2 }).max)).toBe(1e308);
    expect(store.metrics.names(run)).toEqual(['entropy', 'mean-q']);
    expect(
      store.metrics
        .query(run, { metrics: ['entropy', 'unheard-of'], fromStep: null, toStep: null, maxPoints: 9, includeSuperseded: true })
        .series.map((series) => [series.metric, series.pointCount]),
    ).toEqual([
      ['entropy', 5],
      ['unheard-of', 0],
    ]);
  });

  it('reduces to what brute force gives, for any lengths, flushes, attempts and windows', () => {
    const random = randomNumbers(1);
    const integer = (bound: number): number => Math.floor(random() * bound);
    const store = temporaryStore();
    for (let trial = 0; trial < 60; trial += 1) {
      const run = newRun(store);
      let points: Point[] = [];
      const attempts = 1 + integer(3);
      let step = 0;
      for (let attempt = 0; attempt < attempts; attempt += 1) {
        const start = attempt === 0 ? 0 : integer(step);
        points = points.filter(([at]) => at <= start);
        step = start;
        const writer = store.metrics.writer(run, openAttempt(store, run, start));
        for (let left = integer([20, 300, 6000][integer(3)] ?? 0); left > 0; left -= 1) {
          step += 1 + integer(trial % 2 ? 1 : 50);
          const value = (random() - 0.5) * 10 ** integer(6);
          points.push([step, value]);
          writer.append(step, { 'mean-q': value });
          if (random() < 0.02) writer.flush();
        }
        writer.flush();
      }
      for (let window = 0; window < 6; window += 1) {
        const fromStep = window === 0 ? null : integer(step + 2);
        const toStep = window < 2 ? null : (fromStep ?? 0) + integer(step + 2);
        const maxPoints = 2 * attempts + integer([5, 50, 2000][integer(3)] ?? 0);
        const inside = points.filter(([at]) => at >= (fromStep ?? 0) && at <= (toStep ?? Infinity));
        const shown = query(store, run, { fromStep, toStep, maxPoints });
        expect(shown.step.length).toBeLessThanOrEqual(maxPoints);
        expectTrue(shown, inside, maxPoints);
        expect(query(store, run, { fromStep, toStep, maxPoints }), 'the same window gives the same numbers').toEqual(shown);
      }
    }
  });

  it('shows at most as many entries as asked for, with more attempts than that', () => {
    const store = temporaryStore();
    const run = newRun(store);
    for (let attempt = 0; attempt < 7; attempt += 1) {
      const writer = store.metrics.writer(run, openAttempt(store, run, attempt * 10));
      for (let step = 1; step <= 10; step += 1) writer.append(attempt * 10 + step, { 'mean-q': attempt });
      writer.flush();
    }
    const shown = query(store, run, { maxPoints: 2 });
    expect(shown).toMatchObject({
      pointCount: 70,
      step: Float64Array.of(40, 70),
      min: Float64Array.of(0, 4),
      mean: Float64Array.of(1.5, 5),
      max: Float64Array.of(3, 6),
    });
  });

  it('leaves superseded points out, and gives them apart on request', () => {
    const store = temporaryStore();
    const run = newRun(store);
    const write = (start: number, end: number, value: number): void => {
      const writer = store.metrics.writer(run, openAttempt(store, run, start));
      for (let step = start === 20 ? 20 : start + 1; step <= end; step += 1) writer.append(step, { 'mean-q': value });
      writer.flush();
    };
    write(0, 30, 1);
    write(20, 25, 2); // repeats step 20 itself
    write(22, 24, 3);
    const both = store.metrics.query(run, { metrics: ['mean-q'], fromStep: null, toStep: null, maxPoints: 100, includeSuperseded: true });
    expect(Array.from(both.series[0]?.mean ?? [])).toEqual([...Array<number>(19).fill(1), 2, 2, 2, 3, 3]);
    expect(Array.from(both.series[0]?.step ?? [])).toEqual(Array.from({ length: 24 }, (_, index) => index + 1));
    expect(both.superseded.map(({ attempt, step }) => [attempt, step[0], step.at(-1)])).toEqual([
      [1, 20, 30],
      [2, 23, 25],
    ]);
    const windowed = store.metrics.query(run, { metrics: ['mean-q'], fromStep: 25, toStep: 27, maxPoints: 100, includeSuperseded: true });
    expect(windowed.series[0]?.pointCount).toBe(0);
    expect(windowed.superseded.map(({ attempt, step }) => [attempt, ...step])).toEqual([
      [1, 25, 26, 27],
      [2, 25],
    ]);
  });

  it('keeps values that are not finite out of curves, and counts them', () => {
    const store = temporaryStore();
    const run = newRun(store);
    const attempt = openAttempt(store, run);
    const writer = store.metrics.writer(run, attempt);
    [1, NaN, 3, Infinity, -Infinity].forEach((value, index) => writer.append(index, { 'mean-q': value, entropy: 1, 'actor-loss': NaN }));
    writer.flush();
    expect(query(store, run)).toMatchObject({ pointCount: 2, step: Float64Array.of(0, 2) });
    expect(store.metrics.names(run)).toEqual(['entropy', 'mean-q']);
    const counts = [
      { metric: 'actor-loss', attempt, count: 5, firstStep: 0, lastStep: 4 },
      { metric: 'mean-q', attempt, count: 3, firstStep: 1, lastStep: 4 },
    ];
    expect(store.metrics.nonFinite(run)).toEqual(counts);
    const again = store.metrics.writer(run, attempt);
    again.append(9, { entropy: NaN });
    again.flush();
    expect(store.metrics.nonFinite(run)).toEqual([
      counts[0],
      { metric: 'entropy', attempt, count: 1, firstStep: 9, lastStep: 9 },
      counts[1],
    ]);
  });

  it('goes on where another writer of the attempt ended', () => {
    const store = temporaryStore();
    const run = newRun(store);
    const attempt = openAttempt(store, run);
    const points: Point[] = [];
    for (let part = 0; part < 9; part += 1) {
      const writer = store.metrics.writer(run, attempt);
      for (let count = 0; count < 777; count += 1) {
        points.push([points.length + 1, Math.sin(points.length)]);
        writer.append(points.length, { 'mean-q': Math.sin(points.length - 1) });
      }
      writer.flush();
    }
    for (const maxPoints of [3, 20, 400, 10_000]) expectTrue(query(store, run, { maxPoints }), points, maxPoints);
  });

  it('repeats what a failed transaction undid', () => {
    const store = temporaryStore();
    const run = newRun(store);
    const writer = store.metrics.writer(run, openAttempt(store, run));
    const points: Point[] = [];
    const append = (): void => {
      for (let count = 0; count < 500; count += 1) {
        points.push([points.length + 1, points.length % 7]);
        writer.append(points.length, { 'mean-q': (points.length - 1) % 7 });
      }
    };
    const failing = (): void => {
      store.transaction(() => {
        append();
        writer.flush();
        append();
        writer.flush();
        throw new Error('after the flush');
      });
    };
    expect(failing).toThrow('after the flush');
    expect(query(store, run).pointCount).toBe(0);
    store.transaction(() => {
      expect(failing).toThrow('after the flush');
      append();
      writer.flush();
      append();
    });
    expect(query(store, run).pointCount).toBe(2500);
    writer.flush();
    for (const maxPoints of [10, 100, 10_000]) expectTrue(query(store, run, { maxPoints }), points, maxPoints);
  });

  it('opens a million points as fast as a thousand', () => {
    const store = temporaryStore();
    const times = [1000, 1_000_000].map((count) => {
      const run = newRun(store);
      const writer = store.metrics.writer(run, openAttempt(store, run));
      const start = performance.now();
      for (let step = 1; step <= count; step += 1) writer.append(step, { 'mean-q': Math.sin(step / 1000) });
      writer.flush();
      const written = performance.now() - start;
      const read = Array.from({ length: 7 }, (_, repeat) => {
        const begun = performance.now();
        expect(query(store, run, { maxPoints: 2000, fromStep: repeat % 2 ? count / 3 : null }).step.length).toBeLessThanOrEqual(2000);
        return performance.now() - begun;
      }).sort((a, b) => a - b);
      console.info(
        `${count} points: written in ${written.toFixed(0)} ms, queried in ${read[3]?.toFixed(2)} ms (median of 7, worst ${read[6]?.toFixed(2)})`,
      );
      return read[3] ?? Infinity;
    });
    // The budget is 20 ms on an idle machine; tests share theirs.
    expect(times[1]).toBeLessThan(60);
  });

  it.each([
    ['a step that falls', { step: 4, values: { 'mean-q': 1 } }, 'the step of mean-q must be at least 5'],
    ['no step', { step: NaN, values: { 'mean-q': 1 } }, 'step must be a finite number'],
    ['an empty name', { step: 6, values: { '': 1 } }, "a metric's name"],
    ['a name with a path', { step: 6, values: { '../x': 1 } }, "a metric's name"],
    ['a name without end', { step: 6, values: { ['a'.repeat(101)]: 1 } }, "a metric's name"],
    ['one bad among good', { step: 6, values: { entropy: 1, BAD: 1 } }, "a metric's name"],
  ])('refuses %s and takes nothing of it', (_, { step, values }, message) => {
    const store = temporaryStore();
    const run = newRun(store);
    const writer = store.metrics.writer(run, openAttempt(store, run));
    writer.append(5, { 'mean-q': 1, entropy: 1 });
    expect(refusal(() => writer.append(step, values))).toMatchObject({
      code: 'invalid',
      message: expect.stringContaining(message) as string,
    });
    writer.flush();
    expect(query(store, run).pointCount).toBe(1);
    expect(
      store.metrics.query(run, { metrics: ['entropy'], fromStep: null, toStep: null, maxPoints: 9, includeSuperseded: false }).series[0]
        ?.pointCount,
    ).toBe(1);
  });

  it.each([
    [{ maxPoints: 1 }, 'maxPoints'],
    [{ maxPoints: 0 }, 'maxPoints'],
    [{ maxPoints: -5 }, 'maxPoints'],
    [{ maxPoints: 2.5 }, 'maxPoints'],
    [{ maxPoints: NaN }, 'maxPoints'],
    [{ maxPoints: 1e308 }, 'maxPoints'],
    [{ fromStep: NaN }, 'fromStep'],
    [{ toStep: Infinity }, 'toStep'],
  ])('refuses the query %j', (window, field) => {
    const store = temporaryStore();
    const run = newRun(store);
    expect(refusal(() => query(store, run, window))).toMatchObject({ code: 'invalid', message: expect.stringContaining(field) as string });
  });
});
