import { describe, expect, it } from 'vitest';
import { formatDuration, formatNumber, wrap } from './format.ts';
import { createOutput, formatTable, type OutputStream, toJsonLine } from './output.ts';

function capture(isTTY: boolean, columns = 40) {
  const stream: OutputStream & { text: string } = { text: '', isTTY, columns, write: (text) => (stream.text += text) };
  return stream;
}

describe('formatTable', () => {
  it('aligns columns by what a terminal shows, without spaces at the ends', () => {
    const table = formatTable(
      [{ title: 'name' }, { title: 'steps', align: 'right' }, { title: 'note' }],
      [
        ['a', '12', ''],
        ['🦾 wide', '3,000', 'x'],
      ],
    );
    expect(table).toBe('name     steps  note\na           12\n🦾 wide  3,000  x');
  });
});

describe('createOutput', () => {
  it.each([
    ['a terminal', true, {}, '\u001b[1mx\u001b[0m'],
    ['a file', false, {}, 'x'],
    ['a terminal with NO_COLOR', true, { NO_COLOR: '1' }, 'x'],
    ['a dumb terminal', true, { TERM: 'dumb' }, 'x'],
  ])('colours for %s: %s', (_, isTTY, environment, expected) => {
    expect(createOutput(false, capture(isTTY), environment).bold('x')).toBe(expected);
  });

  it('rewrites one line on a terminal, cut to its width, and ends it before the next', () => {
    const stream = capture(true);
    const output = createOutput(false, stream, {});
    output.progress('a'.repeat(100));
    output.progress('b');
    output.line('done');
    expect(stream.text).toBe(`\r\u001b[2K${'a'.repeat(39)}\r\u001b[2Kb\ndone\n`);
  });

  it('gives a program objects alone', () => {
    const stream = capture(false);
    const output = createOutput(true, stream, {});
    output.line('for a person');
    output.progress('for a person');
    output.json({ a: 1 });
    expect(stream.text).toBe('{"a":1}\n');
  });
});

describe('formatTable', () => {
  it('sets columns flush by the cells that a terminal gives each text, plain or not', () => {
    const columns = [{ title: 'run' }, { title: 'of', align: 'right' as const }];
    const rows = [
      ['ab', '20,000'],
      ['漢字', '−∞'],
      ['🤖 e\u0301', '–'],
      ['\u001b[1mbold\u001b[0m', '1'],
    ];
    expect(formatTable(columns, rows).split('\n')).toEqual([
      'run       of',
      'ab    20,000',
      '漢字      −∞',
      '🤖 e\u0301       –',
      '\u001b[1mbold\u001b[0m       1',
    ]);
  });

  it('has room for more rows than a call has arguments', () => {
    expect(
      formatTable(
        [{ title: 'seed', align: 'right' }],
        Array.from({ length: 200_000 }, (_, k) => [String(k)]),
      ).length,
    ).toBe(200_001 * 7 - 1);
  });
});

describe('toJsonLine', () => {
  it('writes columns as arrays and what JSON lacks as null', () => {
    expect(toJsonLine({ a: Float64Array.of(1, 2.5), b: NaN, c: Infinity, d: 'x\ny' })).toBe('{"a":[1,2.5],"b":null,"c":null,"d":"x\\ny"}');
  });
});

describe('formats', () => {
  it.each([
    [null, '–'],
    [NaN, '–'],
    [Infinity, '∞'],
    [0, '0'],
    [0.07085, '0.07085'],
    [-5.98765, '-5.988'],
    [4321.9, '4,322'],
    [0.0000123, '1.23e-5'],
    [1e12, '1.00e+12'],
  ])('%s as %s', (value, text) => {
    expect(formatNumber(value)).toBe(text);
  });
  it.each([
    [null, '–'],
    [-1, '–'],
    [Infinity, '–'],
    [0, '0 s'],
    [59.4, '59 s'],
    [59.6, '1 min 00 s'],
    [185, '3 min 05 s'],
    [7800, '2 h 10 min'],
    [273_600, '3 d 4 h'],
  ])('%s seconds as %s', (value, text) => {
    expect(formatDuration(value)).toBe(text);
  });
  it('wraps at spaces', () => {
    expect(wrap('one two three', 9, '  ')).toBe('  one two\n  three');
  });
});
