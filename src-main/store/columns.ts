// Typed arrays and JSON in and out of the database. Little-endian, which every platform that Elbow runs on is.
import { StoreError } from './errors.ts';

export function toBlob(array: Float64Array | Float32Array | Int32Array | Uint8Array): Buffer {
  return Buffer.from(array.buffer, array.byteOffset, array.byteLength);
}

/** An array with a buffer of its own: it can be sent to another thread or window without dragging a pool along. */
export function toFloat64(blob: Uint8Array): Float64Array {
  return new Float64Array(ownBytes(blob, 8));
}

export function toFloat32(blob: Uint8Array): Float32Array {
  return new Float32Array(ownBytes(blob, 4));
}

export function toInt32(blob: Uint8Array): Int32Array {
  return new Int32Array(ownBytes(blob, 4));
}

export function toUint8(blob: Uint8Array): Uint8Array {
  return new Uint8Array(ownBytes(blob, 1));
}

function ownBytes(blob: Uint8Array, itemBytes: number): ArrayBuffer {
  if (blob.byteLength % itemBytes !== 0) throw damagedRow(`a column of ${blob.byteLength} bytes, which are no whole numbers`);
  const bytes = new ArrayBuffer(blob.byteLength);
  new Uint8Array(bytes).set(blob);
  return bytes;
}

/** Reads what the store itself wrote as JSON: its type is known where it is written. */
export function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw damagedRow(`JSON that cannot be read (${error instanceof Error ? error.message : String(error)})`);
  }
}

/** A row that the store cannot have written so. SQLite keeps no checksums: bytes that changed on a disk show up here. */
export function damagedRow(what: string): StoreError {
  return new StoreError(
    'corrupt',
    `The database is damaged: it holds ${what}. Nothing was changed. Other runs may be readable; \`npm run doctor\` checks the whole file.`,
  );
}
