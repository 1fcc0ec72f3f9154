// One hash of everything that a run has learned: equal hashes mean equal parameters and optimiser state.
import { createHash } from 'node:crypto';
import { endianness } from 'node:os';
import type { NamedArrays } from '../engine/program.ts';

/** SHA-256, hexadecimal, over names, lengths and little-endian values, in name order. */
export function hashState(state: NamedArrays): string {
  const hash = createHash('sha256');
  for (const name of Object.keys(state).sort()) {
    const values = state[name] as Float32Array;
    hash.update(`${name}\0${values.length}\0`);
    hash.update(littleEndianBytes(values));
  }
  return hash.digest('hex');
}

/** The array's bytes in little-endian order: without a copy on the machines that are so already. */
export function littleEndianBytes(values: Float32Array): Uint8Array {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return endianness() === 'LE' ? bytes : Buffer.from(bytes).swap32();
}
