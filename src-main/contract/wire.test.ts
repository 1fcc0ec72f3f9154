// The codec against arbitrary values and hostile frames.
import { isDeepStrictEqual } from 'node:util';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { describe, expect, it } from 'vitest';
import { decodeMessage, encodeMessage, WireError } from './wire.ts';

/** Arbitrary values, the same for the same seed. */
function arbitrary(seed: number): unknown {
  const generator = xoroshiro128plus(seed);
  const below = (bound: number): number => (generator.next() >>> 0) % bound;
  const numbers = [0, -0, 1, -1.5, NaN, Infinity, -Infinity, Number.MAX_VALUE, Number.MIN_VALUE, 2 ** 53];
  const keys = ['a', '', '$', '$bin', '$$bin', '$number', 'type', 'length', 'constructor', 'toString', 'é🦾', '0'];
  const value = (depth: number): unknown => {
    const fill = <T extends { length: number; [k: number]: number }>(array: T): T => {
      for (let k = 0; k < array.length; k += 1) array[k] = numbers[below(numbers.length)] as number;
      return array;
    };
    switch (below(depth > 5 ? 8 : 11)) {
      case 0:
        return null;
      case 1:
        return below(2) === 0;
      case 2:
        return numbers[below(numbers.length)];
      case 3:
        return 'ab\u0000é\ud83e\uddbe"\\'.slice(0, below(9));
      case 4:
        return fill(new Float64Array(below(20)));
      // A view in the middle of a larger buffer, at an offset that is no multiple of eight.
      case 5:
        return fill(new Float32Array(new ArrayBuffer(100), 12, below(10)));
      case 6:
        return fill(new Int32Array(below(7)));
      case 7:
        return fill(new Uint8Array(new ArrayBuffer(50), 3, below(11)));
      case 8:
        return Array.from({ length: below(5) }, () => value(depth + 1));
      default:
        return Object.fromEntries(Array.from({ length: below(5) }, () => [keys[below(keys.length)], value(depth + 1)]));
    }
  };
  return value(0);
}

/** A frame with this header and body, as an attacker would write it. */
function frameOf(header: unknown, body = new Uint8Array(0)): Uint8Array {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const start = (4 + text.length + 7) & ~7;
  const frame = new Uint8Array(body.length > 0 ? start + body.length : 4 + text.length);
  new DataView(frame.buffer).setUint32(0, text.length, true);
  frame.set(text, 4);
  frame.set(body, body.length > 0 ? start : 4 + text.length);
  return frame;
}

const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)]);

describe('wire', () => {
  it('gives back every value exactly, from any place in memory', () => {
    for (let seed = 1; seed <= 2000; seed += 1) {
      const value = arbitrary(seed);
      const frame = encodeMessage(value);
      const shifted = new Uint8Array(frame.length + 8).subarray(1 + (seed % 7), 1 + (seed % 7) + frame.length);
      shifted.set(frame);
      // Not toStrictEqual, which takes a key named `constructor` for the object's class.
      expect(isDeepStrictEqual(decodeMessage(shifted), value), `seed ${seed}`).toBe(true);
    }
  });

  it('sends columns as they lie in memory, not as JSON', () => {
    const column = Float64Array.from({ length: 10_000 }, (_, k) => Math.sin(k));
    const frame = encodeMessage({ column });
    expect(frame.length).toBeLessThan(column.byteLength + 100);
    expect(decodeMessage(frame)).toStrictEqual({ column });
  });

  it('gives every array a buffer of its own, aligned for its type', () => {
    const { a, b } = decodeMessage(encodeMessage({ a: new Uint8Array(3), b: new Float64Array(2) })) as { a: Uint8Array; b: Float64Array };
    expect(a.buffer).not.toBe(b.buffer);
    expect([a.buffer.byteLength, b.buffer.byteLength, b.byteOffset]).toStrictEqual([3, 16, 0]);
  });

  it('reads a Buffer of Node’s, whose slices share a pool, like any other bytes', () => {
    const array = Uint8Array.of(1, 2, 3);
    const { bytes } = decodeMessage(Buffer.from(encodeMessage({ bytes: array }))) as { bytes: Uint8Array };
    expect(bytes).toEqual(array);
    expect(bytes.buffer.byteLength).toBe(3);
  });

  it('leaves out undefined properties as JSON does', () => {
    expect(decodeMessage(encodeMessage({ a: undefined, b: [undefined] }))).toStrictEqual({ b: [null] });
  });

  it('keeps a person’s keys apart from its own', () => {
    const posing = { $bin: 0, type: 'f64', length: 1 };
    expect(decodeMessage(encodeMessage(posing))).toStrictEqual(posing);
    expect(decodeMessage(encodeMessage({ $number: 'NaN' }))).toStrictEqual({ $number: 'NaN' });
  });

  const cyclic: Record<string, unknown> = {};
  cyclic['self'] = cyclic;
  it.each<[string, unknown, RegExp]>([
    ['a function', () => 1, /a function/],
    ['a symbol', { a: Symbol('x') }, /a symbol/],
    ['a bigint', [1n], /a bigint/],
    ['a Date', new Date(0), /a Date/],
    ['a Map', new Map(), /a Map/],
    ['a DataView', new DataView(new ArrayBuffer(1)), /a DataView/],
    ['16-bit numbers', new Int16Array(1), /a Int16Array/],
    ['a cycle', cyclic, /32 deep/],
    ['deep nesting', nested(33), /32 deep/],
    ['a __proto__ key', JSON.parse('{"__proto__": {"polluted": true}}'), /__proto__/],
    ['nothing at all', undefined, /a undefined/],
  ])('refuses to send %s', (_name, value, message) => {
    expect(() => encodeMessage(value)).toThrow(message);
    expect(() => encodeMessage(value)).toThrow(WireError);
  });

  it('refuses to send more than the limit', () => {
    expect(() => encodeMessage(new Uint8Array(1000), { maxBytes: 1000, maxDepth: 8 })).toThrow(/at most 1000/);
  });

  const reference = (index: unknown, type: unknown, length: unknown): unknown => ({ $bin: index, type, length });
  it.each<[string, Uint8Array, RegExp]>([
    ['no bytes', new Uint8Array(0), /before its header/],
    ['three bytes', new Uint8Array(3), /before its header/],
    ['a header longer than the frame', new Uint8Array([255, 255, 255, 255, 123]), /within its header/],
    ['no JSON', frameOf('{"a":'), /not valid JSON/],
    ['an empty header', frameOf(''), /not valid JSON/],
    ['broken UTF-8', new Uint8Array([3, 0, 0, 0, 34, 255, 34]), /not valid JSON/],
    ['a million brackets', frameOf('['.repeat(1e6)), /not valid JSON/],
    ['deep nesting', frameOf(nested(40)), /32 deep/],
    ['very deep nesting', frameOf('['.repeat(1e5) + ']'.repeat(1e5)), /32 deep|not valid JSON/],
    ['bytes behind the end', frameOf({}, new Uint8Array(8)), /follow the last array/],
    ['an array that is not there', frameOf(reference(0, 'f64', 1)), /longer than the message/],
    ['an array longer than the frame', frameOf(reference(0, 'f64', 2), new Uint8Array(15)), /longer than the message/],
    ['a length that overflows', frameOf(reference(0, 'f64', 2 ** 62), new Uint8Array(8)), /longer than the message/],
    ['a negative length', frameOf(reference(0, 'u8', -1), new Uint8Array(8)), /longer than the message/],
    ['half an entry', frameOf(reference(0, 'u8', 1.5), new Uint8Array(8)), /longer than the message/],
    ['a length in words', frameOf(reference(0, 'u8', '8'), new Uint8Array(8)), /longer than the message/],
    ['the same bytes twice', frameOf([reference(0, 'u8', 8), reference(0, 'u8', 8)], new Uint8Array(8)), /array 1 is expected/],
    ['arrays out of order', frameOf([reference(1, 'u8', 8)], new Uint8Array(8)), /array 0 is expected/],
    ['an index in words', frameOf(reference('0', 'u8', 8), new Uint8Array(8)), /array 0 is expected/],
    ['an unknown type', frameOf(reference(0, 'f16', 4), new Uint8Array(8)), /malformed/],
    ['a type from the prototype', frameOf(reference(0, 'constructor', 4), new Uint8Array(8)), /malformed/],
    ['a reference with more in it', frameOf({ $bin: 0, type: 'u8', length: 8, x: 1 }, new Uint8Array(8)), /malformed/],
    ['a number from the prototype', frameOf({ $number: 'toString' }), /malformed/],
    ['a number with company', frameOf({ $number: 'NaN', x: 1 }), /malformed/],
    ['an unknown mark', frameOf({ $date: 1 }), /not known/],
    ['a __proto__ key', frameOf('{"__proto__": {"polluted": true}}'), /__proto__/],
  ])('refuses %s', (_name, frame, message) => {
    expect(() => decodeMessage(frame)).toThrow(message);
    expect(() => decodeMessage(frame)).toThrow(WireError);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('refuses a frame above the limit before reading it', () => {
    expect(() => decodeMessage(new Uint8Array(100), { maxBytes: 99, maxDepth: 8 })).toThrow(/at most 99/);
  });

  it('survives every truncation and many corruptions of a frame with an error or a value', () => {
    const frame = encodeMessage({ kind: 'response', id: 3, value: { a: new Float64Array([1, 2]), b: [new Uint8Array(5), NaN] } });
    for (let end = 0; end < frame.length; end += 1) expect(() => decodeMessage(frame.subarray(0, end))).toThrow(WireError);
    const generator = xoroshiro128plus(7);
    for (let k = 0; k < 5000; k += 1) {
      const corrupt = frame.slice();
      corrupt[(generator.next() >>> 0) % frame.length] = generator.next() & 255;
      try {
        decodeMessage(corrupt);
      } catch (error) {
        expect(error).toBeInstanceOf(WireError);
      }
    }
  });
});
