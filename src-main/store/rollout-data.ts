// A recorded episode's columns as one packed piece: each in the precision that it needs, one dimension after another.
// The columns lie together so that what two of them say (an observation is often positions and velocities) is stored once.
import { z } from 'zod';
import { columnNames, type ColumnName, type RolloutColumn } from '../contract/series.ts';
import { damagedRow, fromJson } from './columns.ts';
import { pack, unpack } from './packing.ts';

type Data = RolloutColumn['data'];

/**
 * Significant bits that are kept of each number; 24 are those of single precision.
 * An episode is run again from its initial state and its actions, which lie beside this: the state in double precision, the
 * actions in the single precision in which they were given to the task.
 */
const significantBits: Readonly<Record<ColumnName, number>> = {
  // Drawn: six parts in 10⁸ of a position are no visible distance.
  qpos: 24,
  qvel: 24,
  mocap: 24,
  // In single precision as they came out of, and went into, a policy; priors are fitted to them.
  action: 24,
  observation: 24,
  // Read as figures and curves of four digits.
  'policy-mean': 13,
  'policy-sigma': 13,
  'log-probability': 13,
  'reward-terms': 16,
  // Summed up along the episode; the return itself lies beside it in double precision.
  reward: 24,
  terminated: 8,
  truncated: 8,
};

const layoutSchema = z.array(
  z.strictObject({
    name: z.enum(columnNames),
    width: z.int().min(0),
    /** What it is given out as. */
    type: z.enum(['float64', 'float32', 'uint8']),
    count: z.int().min(0),
    /** Bytes of a number in the packed piece. */
    bytes: z.union([z.literal(1), z.literal(4), z.literal(8)]),
  }),
);
type Layout = z.infer<typeof layoutSchema>;

export interface PackedColumns {
  /** JSON. */
  layout: string;
  data: Buffer;
}

export function packColumns(columns: readonly RolloutColumn[]): PackedColumns {
  const layout: Layout = [];
  // Numbers of eight and of four bytes before those of one, so that each begins where `pack` expects it.
  const pieces = new Map<1 | 4 | 8, Uint8Array[]>([
    [8, []],
    [4, []],
    [1, []],
  ]);
  for (const { name, width, data } of columns) {
    const stored = inPrecision(name, byDimension(data, width));
    const bytes = stored.BYTES_PER_ELEMENT as 1 | 4 | 8;
    layout.push({ name, width, type: typeOf(data), count: data.length, bytes });
    pieces.get(bytes)?.push(new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength));
  }
  return { layout: JSON.stringify(layout), data: pack(Buffer.concat([...pieces.values()].flat())) };
}

/** @throws StoreError corrupt */
export function unpackColumns({ layout: text, data }: { layout: string; data: Uint8Array }): RolloutColumn[] {
  const parsed = layoutSchema.safeParse(fromJson(text));
  if (!parsed.success) throw damagedRow('a layout of columns that is not one');
  const layout = parsed.data;
  const bytes = unpack(data);
  const expected = layout.reduce((sum, column) => sum + column.count * column.bytes, 0);
  if (bytes.byteLength !== expected) throw damagedRow(`columns of ${bytes.byteLength} bytes where ${expected} belong`);
  const { buffer } = Uint8Array.from(bytes);
  let from = 0;
  const stored = new Map<number, Data>();
  for (const size of [8, 4, 1]) {
    layout.forEach((column, k) => {
      if (column.bytes !== size) return;
      stored.set(k, arrayOf(buffer, column.bytes, from, column.count));
      from += column.count * size;
    });
  }
  return layout.map(({ name, width, type, count }, k) => {
    const given = type === 'float64' ? new Float64Array(count) : type === 'float32' ? new Float32Array(count) : new Uint8Array(count);
    byRow(stored.get(k) ?? given, width, given);
    return { name, width, data: given };
  });
}

function typeOf(data: Data): 'float64' | 'float32' | 'uint8' {
  return data instanceof Float64Array ? 'float64' : data instanceof Float32Array ? 'float32' : 'uint8';
}

function arrayOf(buffer: ArrayBuffer, bytes: 1 | 4 | 8, from: number, count: number): Data {
  if (bytes === 8) return new Float64Array(buffer, from, count);
  return bytes === 4 ? new Float32Array(buffer, from, count) : new Uint8Array(buffer, from, count);
}

/** The first dimension of every row, then the second, … */
function byDimension(data: Data, width: number): Data {
  const result = data.slice();
  const rows = data.length / Math.max(1, width);
  for (let row = 0; row < rows; row += 1) {
    for (let i = 0; i < width; i += 1) result[i * rows + row] = data[row * width + i] as number;
  }
  return result;
}

function byRow(data: Data, width: number, result: Data): void {
  const rows = data.length / Math.max(1, width);
  for (let row = 0; row < rows; row += 1) {
    for (let i = 0; i < width; i += 1) result[row * width + i] = data[i * rows + row] as number;
  }
}

/** In single precision with the column's significant bits; as it is where single precision has no such numbers. */
function inPrecision(name: ColumnName, data: Data): Data {
  if (data instanceof Uint8Array) return data;
  const single = Float32Array.from(data);
  if (!single.every((value, k) => Number.isFinite(value) === Number.isFinite(data[k]))) return Float64Array.from(data);
  const dropped = 24 - significantBits[name];
  if (dropped > 0) {
    const bits = new Uint32Array(single.buffer);
    const mask = (0xffffffff << dropped) >>> 0;
    const half = 1 << (dropped - 1);
    bits.forEach((value, k) => {
      const rounded = ((value + half) & mask) >>> 0;
      // Neither a number that is not finite, nor one that would become so by rounding up.
      if ((rounded & 0x7f800000) !== 0x7f800000 && (value & 0x7f800000) !== 0x7f800000) bits[k] = rounded;
    });
  }
  return single;
}
