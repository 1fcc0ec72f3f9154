// Tests of what a chart draws anew.
import { expect, it } from 'vitest';
import { changeOf, type PlotState } from './changes.ts';
import type { ChartSeries } from './columns.ts';

const x = Float64Array.of(1, 2);
const y = Float64Array.of(3, 4);
const line = (changes: Partial<ChartSeries> = {}): ChartSeries => ({
  label: 'return',
  x,
  y,
  min: y,
  max: y,
  colour: 'red',
  kind: 'line',
  width: 1,
  dash: [4, 4],
  opacity: 1,
  ...changes,
});
const state = (changes: Partial<PlotState> = {}): PlotState => ({
  series: [line()],
  log: false,
  xExtent: [0, 10],
  yExtent: null,
  range: null,
  marks: [{ x: 1, label: 'edit' }],
  playhead: null,
  ...changes,
});

it('is nothing where new objects say the same', () => expect(changeOf(state(), state())).toBe('nothing'));

it.each<[string, Partial<PlotState>]>([
  ['other numbers', { series: [line({ y: Float64Array.of(3, 4) })] }],
  ['other steps', { series: [line({ x: Float64Array.of(1, 2) })] }],
  ['another band', { series: [line({ max: x })] }],
  ['one series more', { series: [line(), line()] }],
  ['no series', { series: [] }],
  ['another label', { series: [line({ label: 'other' })] }],
  ['another colour', { series: [line({ colour: 'blue' })] }],
  ['another kind', { series: [line({ kind: 'points' })] }],
  ['another width', { series: [line({ width: 2 })] }],
  ['another dash', { series: [line({ dash: [1, 2] })] }],
  ['another opacity', { series: [line({ opacity: 0.5 })] }],
  ['a logarithmic axis', { log: true }],
  ['bounds of y', { yExtent: [0, 1] }],
])('is the data with %s', (_what, changes) => expect(changeOf(state(), state(changes))).toBe('data'));

it.each<[PlotState, PlotState, string]>([
  [state(), state({ range: [1, 2] }), 'span'],
  [state({ range: [1, 2] }), state({ range: [1, 2] }), 'nothing'],
  [state({ range: [1, 2] }), state({ range: [1, 3] }), 'span'],
  [state(), state({ xExtent: [0, 20] }), 'span'],
  [state(), state({ playhead: 0 }), 'lines'],
  [state(), state({ marks: [] }), 'lines'],
  [state(), state({ marks: [{ x: 1, label: 'edit', colour: 'grey' }] }), 'lines'],
  [state(), state({ marks: [{ x: 2, label: 'edit' }] }), 'lines'],
])('is less than the data where the series are the same (%#)', (before, after, change) => expect(changeOf(before, after)).toBe(change));
