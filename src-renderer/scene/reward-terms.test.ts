// Tests of how reward terms are written.
import { expect, it } from 'vitest';
import { formatFixed, formatSigned, termTitle } from './reward-terms.ts';

it.each([
  [6.1234, '+6.12'],
  [-0.3141, '−0.314'],
  [0, '0'],
  [-0, '0'],
  [1234.5, '+1,235'],
  [-123.45, '−123.5'],
  [0.00012, '+1.2e-4'],
  [NaN, 'not a number'],
  [-Infinity, '−∞'],
])('writes %s as %s', (value, text) => {
  expect(formatSigned(value)).toBe(text);
});

it.each([
  [0.414, '0.41'],
  [-0.001, '0.00'],
  [-1, '−1.00'],
])('writes the action %s as %s', (value, text) => {
  expect(formatFixed(value)).toBe(text);
});

it('names a term in words', () => {
  expect(termTitle('control-cost')).toBe('control cost');
});
