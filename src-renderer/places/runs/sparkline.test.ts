// Sparklines: nothing, one value, flat, and values that are not numbers.
import { describe, expect, it } from 'vitest';
import { sparklinePath } from './sparkline.ts';

describe('sparklinePath', () => {
  it.each([[[]], [[NaN, Infinity]]])('draws nothing for %j', (values) => expect(sparklinePath(values, 84, 20)).toBeNull());
  it('draws a dot for one value', () => expect(sparklinePath([7], 84, 20)?.dot).toEqual([2, 10]));
  it('draws a flat line in the middle', () => expect(sparklinePath([3, 3], 84, 20)?.path).toBe('M2 10L82 10'));
  it('goes up as values do, and skips what is not finite', () => expect(sparklinePath([0, NaN, 10], 84, 20)?.path).toBe('M2 18L82 2'));
});
