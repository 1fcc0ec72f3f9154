// Sliders: every value in force is on them, each press of a key moves, and their ends are allowed values.
import { describe, expect, it } from 'vitest';
import type { ParameterDeclaration } from '../../../src-main/contract/parameters.ts';
import { placeOf, sliderPlaces, sliderScale, valueAt } from './slider-scale.ts';

const declare = (rest: Partial<ParameterDeclaration>): ParameterDeclaration => ({
  name: 'a',
  kind: 'number',
  default: 1,
  unit: '1',
  scale: 'linear',
  sentence: '',
  citation: '',
  live: true,
  group: 'temperature',
  ...rest,
});
const c = declare({ scale: 'log', default: 0.004, min: 1e-9, max: 1e4 });
const entropy = declare({ default: 'auto', min: -1000, max: 100, unit: 'nats', maxPerAction: { value: 0.6836, why: '' } });
const rate = declare({ scale: 'log', default: 3e-4, min: 0, max: 1 });

describe('sliderScale', () => {
  it('spans six decades around a default', () => {
    const { low, high, isLog } = sliderScale(c, 0.004, 6, 1000);
    expect([low, high, isLog]).toEqual([expect.closeTo(4e-7), expect.closeTo(0.4), true]);
  });
  it('ends at the largest entropy that the actions can have', () => {
    const { low, high } = sliderScale(entropy, -6, 6, 1000);
    expect([low, high]).toEqual([-30, expect.closeTo(4.1016)]);
  });
  it('reaches what is in force, however far out', () => {
    expect(sliderScale(c, 50, 6, 1000).high).toBe(50);
    expect(sliderScale(entropy, -200, 6, 1000).low).toBe(-200);
  });
  it('never begins at zero on a logarithm', () => {
    expect(sliderScale(rate, 0, 6, 1000).low).toBeCloseTo(3e-8);
    expect(sliderScale(declare({ scale: 'log', default: 0, min: 0, max: 1 }), 0, 6, 1000).low).toBeGreaterThan(0);
  });
  it('ends steps with the run', () => {
    expect(sliderScale(declare({ kind: 'integer', unit: 'environment steps', min: 0, max: 1e9 }), 0, 6, 20_000)).toMatchObject({
      low: 0,
      high: 20_000,
    });
  });
});

describe('places and values', () => {
  it.each([c, entropy, rate, declare({ min: -5, max: 5 })])('moves at every place, from end to end', (declaration) => {
    const scale = sliderScale(declaration, 0.01, 6, 1000);
    const values = Array.from({ length: sliderPlaces + 1 }, (_, place) => valueAt(scale, place));
    expect(values.every((value, i) => i === 0 || value > (values[i - 1] ?? Infinity))).toBe(true);
    expect([values[0], values.at(-1)]).toEqual([scale.low, scale.high]);
  });
  it.each([0.004, 0.015, 0.23, 4e-7, 0.4])('finds %s again', (value) => {
    const scale = sliderScale(c, value, 6, 1000);
    expect(valueAt(scale, placeOf(scale, value))).toBeCloseTo(value, 9);
  });
  it.each([
    [NaN, 0],
    [0, 0],
    [-1, 0],
    [1e9, sliderPlaces],
  ])('puts %s at an end', (value, place) => expect(placeOf(sliderScale(c, 0.004, 6, 1000), value)).toBe(place));
  it('gives whole numbers where they are asked for', () => {
    const scale = sliderScale(declare({ kind: 'integer', unit: 'environment steps', min: 0, max: 1e9 }), 0, 6, 777);
    expect(Number.isInteger(valueAt(scale, 33, true))).toBe(true);
  });
});
