// How figures are written: digits that mean something, true minus signs, a dash for nothing.
import { describe, expect, it } from 'vitest';
import {
  formatAxis,
  formatBytes,
  formatClock,
  formatDuration,
  formatEstimate,
  formatInteger,
  formatNumber,
  formatWhen,
  plural,
} from './format.ts';

describe('formatNumber', () => {
  it.each([
    [5831.4, '5,831'],
    [999.95, '1,000'],
    [71.23, '71.23'],
    [0.18034, '0.1803'],
    [-6, '−6'],
    [-1.7384, '−1.738'],
    [0, '0'],
    [0.0000314, '3.14e−5'],
    [1.5e12, '1.50e12'],
    [NaN, '—'],
    [Infinity, '∞'],
    [-Infinity, '−∞'],
    [null, '—'],
    [undefined, '—'],
  ])('%s is %s', (value, text) => expect(formatNumber(value)).toBe(text));
});

describe('formatAxis', () => {
  it.each([
    [0, '0'],
    [20_000, '20k'],
    [1_500_000, '1.5M'],
    [2e9, '2G'],
    [0.0004, '0.0004'],
    [2e-7, '2e−7'],
    [-400, '−400'],
    [0.1 + 0.2, '0.3'],
  ])('%s is %s', (value, text) => expect(formatAxis(value)).toBe(text));
});

describe('sizes and times', () => {
  it.each([
    [0, '0 B'],
    [41.3e9, '41.3 GB'],
    [null, '—'],
    [NaN, '—'],
  ])('%s bytes are %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));
  it.each([
    [0, '0:00'],
    [431, '7:11'],
    [4210, '1:10:10'],
    [null, '—'],
    [NaN, '—'],
    [-5, '0:00'],
  ])('%s s on a clock are %s', (seconds, text) => expect(formatClock(seconds)).toBe(text));
  it.each([
    [40, '40 s'],
    [340, '5 min 40 s'],
    [7800, '2 h 10 min'],
    [273_600, '3 d 4 h'],
    [null, '—'],
  ])('%s s are %s', (seconds, text) => expect(formatDuration(seconds)).toBe(text));
  it.each([
    [40, '40 s'],
    [2279, '38 min'],
    [7790, '2 h 10 min'],
  ])('an estimate of %s s is %s', (seconds, text) => expect(formatEstimate(seconds)).toBe(text));
  it('counts in words', () => {
    expect(plural(1, 'run')).toBe('1 run');
    expect(plural(1200, 'run')).toBe('1,200 runs');
    expect(formatInteger(-1234.4)).toBe('−1,234');
    expect(formatInteger(null)).toBe('—');
  });
});

describe('formatWhen', () => {
  const now = new Date(2026, 10, 20, 15, 0).getTime();
  it.each([
    [now - 10_000, 'just now'],
    [now - 12 * 60_000, '12 min ago'],
    [new Date(2026, 10, 20, 9, 5).getTime(), '09:05'],
    [new Date(2026, 10, 19, 14, 3).getTime(), 'Thu 14:03'],
    [new Date(2026, 10, 3, 14, 3).getTime(), '3 Nov 14:03'],
    [new Date(2025, 5, 1, 8, 0).getTime(), '1 Jun 2025'],
    [null, '—'],
  ])('%s is %s', (time, text) => expect(formatWhen(time, now)).toBe(text));
});
