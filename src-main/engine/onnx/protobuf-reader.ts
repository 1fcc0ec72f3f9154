// A reader for protocol buffers' wire format: what protobuf.ts writes, and the fields of other writers to step over.
// https://protobuf.dev/programming-guides/encoding

/** A field of a message: an integer (of 64 bits, unsigned), or bytes (a message, a text, raw numbers, a 32- or 64-bit number). */
export interface Field {
  number: number;
  value: bigint | Uint8Array;
}

/** @throws Error where the bytes are no message */
export function readMessage(bytes: Uint8Array): Field[] {
  const fields: Field[] = [];
  let offset = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[offset];
      if (byte === undefined) throw new Error('it ends in the middle of a number');
      offset += 1;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw new Error('a number in it is longer than 64 bits');
  };
  const take = (length: number): Uint8Array => {
    if (length > bytes.length - offset) throw new Error('it ends in the middle of a field');
    offset += length;
    return bytes.subarray(offset - length, offset);
  };
  while (offset < bytes.length) {
    const tag = varint();
    const number = Number(tag >> 3n);
    if (number < 1 || number > 536_870_911) throw new Error('a field in it has no valid number');
    const kind = Number(tag & 7n);
    if (kind === 0) fields.push({ number, value: varint() });
    else if (kind === 1) fields.push({ number, value: take(8) });
    else if (kind === 2) fields.push({ number, value: take(Number(varint())) });
    else if (kind === 5) fields.push({ number, value: take(4) });
    else throw new Error(`a field in it is of an unknown kind, ${kind}`);
  }
  return fields;
}

/** A message's fields by number, with the kind that is expected of each. */
export class Message {
  readonly #fields: Field[];

  /** @throws Error where the bytes are no message */
  constructor(bytes: Uint8Array) {
    this.#fields = readMessage(bytes);
  }

  #values(number: number): (bigint | Uint8Array)[] {
    return this.#fields.filter((field) => field.number === number).map(({ value }) => value);
  }

  has(number: number): boolean {
    return this.#fields.some((field) => field.number === number);
  }

  /** Signed; packed ones too. */
  integers(number: number): number[] {
    return this.#values(number)
      .flatMap((value) => (typeof value === 'bigint' ? [value] : unpack(value)))
      .map((value) => Number(BigInt.asIntN(64, value)));
  }

  /** The last one, as protocol buffers have it; 0 where there is none. */
  integer(number: number): number {
    return this.integers(number).at(-1) ?? 0;
  }

  blobs(number: number): Uint8Array[] {
    return this.#values(number).map((value) => {
      if (typeof value === 'bigint') throw new Error(`its field ${number} is a number where bytes belong`);
      return value;
    });
  }

  texts(number: number): string[] {
    return this.blobs(number).map((bytes) => new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  }

  /** '' where there is none. */
  text(number: number): string {
    return this.texts(number).at(-1) ?? '';
  }

  messages(number: number): Message[] {
    return this.blobs(number).map((bytes) => new Message(bytes));
  }
}

function unpack(bytes: Uint8Array): bigint[] {
  const values: bigint[] = [];
  let value = 0n;
  let shift = 0n;
  for (const byte of bytes) {
    value |= BigInt(byte & 0x7f) << shift;
    shift += 7n;
    if (byte >= 0x80) continue;
    values.push(value);
    value = 0n;
    shift = 0n;
  }
  if (shift !== 0n) throw new Error('it ends in the middle of a number');
  return values;
}
