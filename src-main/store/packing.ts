// Compression of what the database keeps most of: numbers of four bytes. Bytes of the same significance are brought together first
// (signs and exponents repeat, the last bits of a mantissa do not), then zstd, which Node has. A difference of neighbours
// before it does not pay: measured on half-cheetah, it costs 1 % (docs/disk.md).
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { damagedRow } from './columns.ts';

/** How bytes of a row are stored: as they are (schemas 1 to 3), or packed by `pack`. */
export type Packing = 'none' | 'zstd-4';

const itemBytes = 4;
/** Of zstd: higher ones take several times as long for 1 % less. */
const level = 3;

/** Any bytes; best where numbers of four bytes are most of them. */
export function pack(bytes: Uint8Array): Buffer {
  return zstdCompressSync(transposed(bytes, itemBytes, Math.floor(bytes.byteLength / itemBytes)), {
    params: { [constants.ZSTD_c_compressionLevel]: level, [constants.ZSTD_c_checksumFlag]: 1 },
  });
}

/** @throws StoreError corrupt where it is not what `pack` gave */
export function unpack(packed: Uint8Array): Uint8Array {
  let bytes: Buffer;
  try {
    bytes = zstdDecompressSync(packed);
  } catch (error) {
    throw damagedRow(`a packed column that cannot be unpacked (${error instanceof Error ? error.message : String(error)})`);
  }
  return transposed(bytes, Math.floor(bytes.byteLength / itemBytes), itemBytes);
}

export function unpackAs(packing: Packing, stored: Uint8Array): Uint8Array {
  return packing === 'none' ? stored : unpack(stored);
}

/** A matrix [columns × rows] of bytes where the given one is [rows × columns], row by row; what is left over at the end stays there. */
function transposed(bytes: Uint8Array, columns: number, rows: number): Uint8Array {
  const result = new Uint8Array(bytes.byteLength);
  for (let column = 0; column < columns; column += 1) {
    for (let row = 0; row < rows; row += 1) result[column * rows + row] = bytes[row * columns + column] as number;
  }
  result.set(bytes.subarray(rows * columns), rows * columns);
  return result;
}

const pageBytes = 4096;

/** What a blob of so many bytes takes in the database's file: beyond a page's row it has whole pages, each but for a pointer. */
export function bytesInFile(blobBytes: number): number {
  return blobBytes < pageBytes ? blobBytes : (Math.ceil(blobBytes / (pageBytes - 4)) + 0.5) * pageBytes;
}
