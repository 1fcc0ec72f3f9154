// Seeds as typed.
import { describe, expect, it } from 'vitest';
import { maxRunsAtOnce, parseSeeds } from './seeds.ts';

describe('parseSeeds', () => {
  it.each([
    ['1', [1]],
    [' 1-3 ', [1, 2, 3]],
    ['1–3', [1, 2, 3]],
    ['1,4,9', [1, 4, 9]],
    ['0, 5-6', [0, 5, 6]],
    ['7-7', [7]],
  ])('%j', (text, seeds) => expect(parseSeeds(text)).toEqual(seeds));
  it.each([
    '',
    ' ',
    ',',
    '1,',
    '-1',
    '1.5',
    'one',
    '3-1',
    '1,1',
    '1-3,2',
    '0x10',
    '1e3',
    '99999999999999999999',
    `1-${maxRunsAtOnce + 1}`,
    '1-999999999999',
  ])('refuses %j', (text) => expect(() => parseSeeds(text)).toThrow(/^seeds are whole numbers/));
  it(`takes ${maxRunsAtOnce}`, () => expect(parseSeeds(`1-${maxRunsAtOnce}`)).toHaveLength(maxRunsAtOnce));
});
