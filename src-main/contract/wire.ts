// The WebSocket's messages as binary frames: a JSON header with the structure, and typed arrays behind it as
// they lie in memory, so that columns never become JSON numbers.
//
//   u32 header length (little-endian) | header, UTF-8 JSON | zeros to 8 bytes | array 0 | zeros to 8 | array 1 …
//
// In the header an array stands as {"$bin": index, "type": "f64", "length": n}, and a number that JSON
// lacks as {"$number": "NaN"}. A key of a person's own that begins with "$" gets a second one, so that no
// data can pose as either.

/** A frame or value that the codec refuses; the message says where. */
export class WireError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'WireError';
  }
}

export interface WireLimits {
  /** Largest frame accepted, in bytes. */
  maxBytes: number;
  /** Deepest nesting of objects and arrays accepted. */
  maxDepth: number;
}

export const wireLimits: WireLimits = { maxBytes: 512 * 2 ** 20, maxDepth: 32 };

const arrayTypes = { f64: Float64Array, f32: Float32Array, i32: Int32Array, u8: Uint8Array } as const;
type ArrayType = keyof typeof arrayTypes;
type WireArray = Float64Array | Float32Array | Int32Array | Uint8Array;

const align8 = (offset: number): number => (offset + 7) & ~7;

// Arrays are copied as the machine holds them; every platform that runs Elbow is little-endian.
if (new Uint8Array(new Uint32Array([1]).buffer)[0] !== 1) throw new Error('Elbow needs a little-endian machine');

function typeOf(array: ArrayBufferView): ArrayType | null {
  for (const type of Object.keys(arrayTypes) as ArrayType[]) if (array instanceof arrayTypes[type]) return type;
  return null;
}

/**
 * A value as one frame. Understands what JSON does, the four array types and non-finite numbers;
 * `undefined` properties are left out.
 * @throws WireError for anything else, for nesting beyond the limit, and for a `__proto__` key
 */
export function encodeMessage(value: unknown, limits: WireLimits = wireLimits): Uint8Array<ArrayBuffer> {
  const arrays: WireArray[] = [];

  const toHeader = (given: unknown, depth: number): unknown => {
    if (given === null || typeof given === 'string' || typeof given === 'boolean') return given;
    if (typeof given === 'number') {
      return Number.isFinite(given) && !Object.is(given, -0) ? given : { $number: Object.is(given, -0) ? '-0' : String(given) };
    }
    if (typeof given !== 'object') throw new WireError(`a ${typeof given} cannot be sent`);
    if (depth >= limits.maxDepth) throw new WireError(`the value is nested more than ${limits.maxDepth} deep`);
    if (ArrayBuffer.isView(given)) {
      const type = typeOf(given);
      if (type === null) throw new WireError(`a ${given.constructor.name} cannot be sent`);
      const array = given as WireArray;
      arrays.push(array);
      return { $bin: arrays.length - 1, type, length: array.length };
    }
    if (Array.isArray(given)) return given.map((entry: unknown) => toHeader(entry ?? null, depth + 1));
    const prototype: unknown = Object.getPrototypeOf(given);
    if (prototype !== Object.prototype && prototype !== null) {
      throw new WireError(`a ${given.constructor.name} cannot be sent`);
    }
    const object: Record<string, unknown> = {};
    for (const [key, entry] of Object.entries(given)) {
      if (key === '__proto__') throw new WireError('a key named __proto__ cannot be sent');
      if (entry !== undefined) object[key.startsWith('$') ? `$${key}` : key] = toHeader(entry, depth + 1);
    }
    return object;
  };

  const header = new TextEncoder().encode(JSON.stringify(toHeader(value, 0)));
  let end = 4 + header.length;
  const offsets = arrays.map((array) => {
    const offset = align8(end);
    end = offset + array.byteLength;
    return offset;
  });
  if (end > limits.maxBytes) throw new WireError(`the message is ${end} bytes long; at most ${limits.maxBytes} can be sent`);
  const frame = new Uint8Array(end);
  new DataView(frame.buffer).setUint32(0, header.length, true);
  frame.set(header, 4);
  arrays.forEach((array, k) => {
    frame.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), offsets[k]);
  });
  return frame;
}

/**
 * The value of a frame. Every array has a buffer of its own, so that it can be transferred to a worker.
 * @throws WireError for any frame that `encodeMessage` would not have made
 */
export function decodeMessage(frame: Uint8Array, limits: WireLimits = wireLimits): unknown {
  if (frame.byteLength > limits.maxBytes) {
    throw new WireError(`the message is ${frame.byteLength} bytes long; at most ${limits.maxBytes} are accepted`);
  }
  if (frame.byteLength < 4) throw new WireError('the message ends before its header');
  const headerLength = new DataView(frame.buffer, frame.byteOffset, 4).getUint32(0, true);
  if (headerLength > frame.byteLength - 4) throw new WireError('the message ends within its header');
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(frame.subarray(4, 4 + headerLength)));
  } catch {
    throw new WireError('the header is not valid JSON in UTF-8');
  }

  let end = 4 + headerLength;
  let arrayCount = 0;
  const readArray = (reference: Record<string, unknown>): WireArray => {
    const { $bin: index, type, length } = reference;
    if (Object.keys(reference).length !== 3 || typeof type !== 'string' || !Object.hasOwn(arrayTypes, type)) {
      throw new WireError('an array reference is malformed');
    }
    // Arrays lie in the order in which the header names them, each exactly once: nothing can overlap.
    if (index !== arrayCount) throw new WireError(`array ${arrayCount} is expected; ${JSON.stringify(index)?.slice(0, 20)} is named`);
    const constructor = arrayTypes[type as ArrayType];
    const offset = align8(end);
    const room = Math.floor((frame.byteLength - offset) / constructor.BYTES_PER_ELEMENT);
    if (typeof length !== 'number' || !Number.isSafeInteger(length) || length < 0 || length > Math.max(room, 0)) {
      throw new WireError(`array ${arrayCount} is longer than the message`);
    }
    arrayCount += 1;
    end = length === 0 ? Math.min(offset, frame.byteLength) : offset + length * constructor.BYTES_PER_ELEMENT;
    const start = Math.min(offset, frame.byteLength);
    // Node's Buffer has a slice of its own that copies nothing: its buffer is a pool with other messages in it.
    return new constructor(Uint8Array.prototype.slice.call(frame, start, end).buffer);
  };

  const readNumber = (reference: Record<string, unknown>): number => {
    const name = reference['$number'];
    const known: Record<string, number> = { NaN, Infinity, '-Infinity': -Infinity, '-0': -0 };
    if (Object.keys(reference).length !== 1 || typeof name !== 'string' || !Object.hasOwn(known, name)) {
      throw new WireError('a number reference is malformed');
    }
    return known[name] as number;
  };

  const fromHeader = (given: unknown, depth: number): unknown => {
    if (given === null || typeof given !== 'object') return given;
    if (depth >= limits.maxDepth) throw new WireError(`the message is nested more than ${limits.maxDepth} deep`);
    if (Array.isArray(given)) return given.map((entry: unknown) => fromHeader(entry, depth + 1));
    const source = given as Record<string, unknown>;
    if (Object.hasOwn(source, '$bin')) return readArray(source);
    if (Object.hasOwn(source, '$number')) return readNumber(source);
    const object: Record<string, unknown> = {};
    for (const [key, entry] of Object.entries(source)) {
      if (key === '__proto__') throw new WireError('a key named __proto__ is not accepted');
      if (key.startsWith('$') && !key.startsWith('$$')) throw new WireError(`the key ${key.slice(0, 20)} is not known`);
      object[key.startsWith('$$') ? key.slice(1) : key] = fromHeader(entry, depth + 1);
    }
    return object;
  };

  const value = fromHeader(header, 0);
  if (end !== frame.byteLength) throw new WireError(`${frame.byteLength - end} bytes follow the last array`);
  return value;
}
