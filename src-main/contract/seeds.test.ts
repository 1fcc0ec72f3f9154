// Seeds as people type them.
import { describe, expect, it } from 'vitest';
import { ParameterError } from './parameters.ts';
import { parseSeeds } from './seeds.ts';

const refusal = (text: string): ParameterError => {
  try {
    parseSeeds(text);
  } catch (error) {
    if (error instanceof ParameterError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
};

describe('parseSeeds', () => {
  it.each<[string, number[]]>([
    ['1', [1]],
    ['0', [0]],
    [' 7 ', [7]],
    ['1-3', [1, 2, 3]],
    ['1–3', [1, 2, 3]],
    ['1,4,9', [1, 4, 9]],
    ['5-6, 1 - 2', [5, 6, 1, 2]],
    ['4-4', [4]],
    ['9007199254740991', [Number.MAX_SAFE_INTEGER]],
  ])('reads %j', (text, seeds) => expect(parseSeeds(text)).toEqual(seeds));

  it('takes a thousand and no more', () => {
    expect(parseSeeds('1-1000')).toHaveLength(1000);
    expect(refusal('1-1001').message).toMatch(/at most 1000/);
    expect(refusal('0,1-1000').message).toMatch(/at most 1000/);
    // Refused before a list of nine quadrillion is made.
    expect(refusal('0-9007199254740991').message).toMatch(/at most 1000/);
  });

  it.each(['', ' ', ',', '1,', '-1', '1-', '3-1', '1.5', '1e3', '0x1', 'a', '1,,2', '1 2', '1-2-3', '9007199254740992', '1,1', '1-3,2', '１', '1;2', '∞'])(
    'refuses %j',
    (text) => expect(refusal(text).parameter).toBe('seeds'),
  );
});
