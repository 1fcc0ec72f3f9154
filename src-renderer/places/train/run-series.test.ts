// Superseded rows: faint, apart, and named by their attempt.
import { expect, it } from 'vitest';
import { supersededLines } from './run-series.ts';

const piece = (metric: string, attempt: number, steps: number[]) => ({
  run: 'r',
  metric,
  attempt,
  step: Float64Array.from(steps),
  min: Float64Array.from(steps),
  mean: Float64Array.from(steps),
  max: Float64Array.from(steps),
  pointCount: steps.length,
  isReduced: false,
});

it('draws one faint line an attempt, of the metric alone', () => {
  const lines = supersededLines(
    [piece('entropy', 1, [5, 6]), piece('entropy', 2, [8]), piece('temperature', 1, [5]), piece('entropy', 3, [])],
    'entropy',
    'entropy',
    'red',
  );
  expect(lines.map(({ label, x }) => [label, Array.from(x)])).toEqual([
    ['entropy, attempt 1, superseded', [5, 6]],
    ['entropy, attempt 2, superseded', [8]],
  ]);
  for (const { opacity, width } of lines) expect([opacity, width]).toEqual([0.35, 1]);
  expect(supersededLines([], 'entropy', 'entropy', 'red')).toEqual([]);
});
