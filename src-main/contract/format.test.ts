// Sizes: three digits, and no "1000 kB".
import { expect, it } from 'vitest';
import { formatBytes } from './format.ts';

it.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1 kB'],
  [9_950, '9.95 kB'],
  [385_000, '385 kB'],
  [999_600, '1 MB'],
  [1_234_567, '1.23 MB'],
  [41.3e9, '41.3 GB'],
  [5e12, '5 TB'],
  [5e15, '5000 TB'],
])('%s bytes are %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));
