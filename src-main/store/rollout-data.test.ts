import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { columnNames, type RolloutColumn } from '../contract/series.ts';
import { packColumns, unpackColumns } from './rollout-data.ts';
import { pack, unpack } from './packing.ts';
import { refusal } from './testing/temporary-store.ts';

const column = (make: 'float64' | 'float32' | 'uint8'): fc.Arbitrary<Omit<RolloutColumn, 'name'>> =>
  fc.record({ width: fc.integer({ min: 1, max: 4 }), rows: fc.nat(5) }).chain(({ width, rows }) => {
    const size = { minLength: width * rows, maxLength: width * rows };
    const data =
      make === 'uint8'
        ? fc.uint8Array(size)
        : make === 'float32'
          ? fc.float32Array(size)
          : fc.float64Array({ ...size, min: -1e30, max: 1e30 });
    return data.map((numbers) => ({ width, data: numbers }));
  });

describe('packed columns', () => {
  it('are what was given: single precision to the last bit, double precision to that of single, any number of bytes', () => {
    fc.assert(
      fc.property(column('float32'), column('float64'), column('uint8'), (observation, qpos, terminated) => {
        const given = [
          { name: 'observation' as const, ...observation },
          { name: 'terminated' as const, ...terminated },
          { name: 'qpos' as const, ...qpos },
        ];
        const expected = given.map((one) => (one.name === 'qpos' ? { ...one, data: (one.data as Float64Array).map(Math.fround) } : one));
        expect(unpackColumns(packColumns(given))).toEqual(expected);
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 50 }), (bytes) => {
        expect(Buffer.from(unpack(pack(bytes)))).toEqual(Buffer.from(bytes));
      }),
    );
  });

  it('keeps what single precision cannot hold in double precision, and what is not a number', () => {
    const given: RolloutColumn[] = [
      { name: 'reward', width: 1, data: Float64Array.of(1e300, -1e-3, Infinity) },
      { name: 'log-probability', width: 1, data: Float32Array.of(NaN, -Infinity, 3.4028234e38) },
      { name: 'mocap', width: 0, data: new Float64Array(0) },
    ];
    expect(unpackColumns(packColumns(given))).toEqual(given);
  });

  it('knows every column, and makes figures of policies smaller', () => {
    const numbers = Float64Array.from({ length: 3000 }, (_, k) => Math.sin(k) / 3);
    const bytesOf = (name: (typeof columnNames)[number]): number => packColumns([{ name, width: 1, data: numbers }]).data.byteLength;
    expect(bytesOf('qpos')).toBeLessThan(numbers.byteLength / 2);
    expect(bytesOf('policy-mean')).toBeLessThan(bytesOf('qpos') * 0.7);
    expect(columnNames.map(bytesOf).every((bytes) => bytes > 0)).toBe(true);
  });

  it('that are damaged are said to be', () => {
    const { layout, data } = packColumns([{ name: 'reward', width: 1, data: Float64Array.of(1, 2, 3) }]);
    const flipped = Buffer.from(data);
    flipped[flipped.length - 6] = (flipped[flipped.length - 6] as number) ^ 0xff;
    for (const broken of [
      { layout, data: flipped },
      { layout, data: data.subarray(3) },
      { layout: '[]', data },
      { layout: '{"a":', data },
      { layout: layout.replace('reward', 'other'), data },
    ]) {
      expect(refusal(() => unpackColumns(broken)).code).toBe('corrupt');
    }
  });
});
