import { describe, expect, it } from 'vitest';
import { fileNamePart } from './download.ts';

describe('a part of a file’s name', () => {
  it.each([
    ['half-cheetah-sac_1.2', 'half-cheetah-sac_1.2'],
    ['α = 0.2, seed 3', 'α-0.2-seed-3'],
    ['../../etc/passwd', 'etc-passwd'],
    ['C:\\runs\\a*b?', 'C-runs-a-b'],
    ['a\n"b"', 'a-b'],
    ['...', 'run'],
    ['', 'run'],
    ['x'.repeat(200), 'x'.repeat(80)],
  ])('of %j is %j', (text, part) => {
    expect(fileNamePart(text)).toBe(part);
  });
});
