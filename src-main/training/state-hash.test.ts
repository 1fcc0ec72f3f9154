// Equal hashes must mean equal states: names, lengths and every bit count.
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { hashState } from './state-hash.ts';

const state = { weights: Float32Array.of(1, 2, 3), bias: Float32Array.of(0) };

describe('the state hash', () => {
  it('is SHA-256 over name, length and little-endian values, in name order', () => {
    const expected = createHash('sha256');
    expected.update('bias\u00001\u0000').update(Buffer.alloc(4));
    const values = Buffer.alloc(12);
    [1, 2, 3].forEach((value, i) => values.writeFloatLE(value, 4 * i));
    expected.update('weights\u00003\u0000').update(values);
    expect(hashState(state)).toBe(expected.digest('hex'));
    expect(hashState({ bias: state.bias, weights: state.weights })).toBe(hashState(state));
  });

  it('reads a view, not what lies around it', () => {
    expect(hashState({ ...state, weights: Float32Array.of(9, 1, 2, 3, 9).subarray(1, 4) })).toBe(hashState(state));
  });

  it.each([
    ['a sign of zero', { ...state, bias: Float32Array.of(-0) }],
    ['the last bit', { ...state, weights: Float32Array.of(1, 2, Math.fround(3 + 2 ** -22)) }],
    ['a name', { weights: state.weights, biases: state.bias }],
    ['a boundary between entries', { weights: Float32Array.of(1, 2), bias: Float32Array.of(0, 3) }],
    ['an entry', { weights: state.weights }],
  ])('differs by %s', (_, other) => {
    expect(hashState(other as unknown as typeof state)).not.toBe(hashState(state));
  });
});
