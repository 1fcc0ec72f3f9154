import { describe, expect, it } from 'vitest';
import { describeRange, formatParameter, type ParameterDeclaration, ParameterError, parseParameter } from './parameters.ts';

const declare = (rest: Partial<ParameterDeclaration>): ParameterDeclaration => ({
  name: 'knob',
  kind: 'number',
  default: 1,
  unit: '1',
  scale: 'linear',
  sentence: 'A knob.',
  citation: 'none',
  live: false,
  group: 'run',
  ...rest,
});
const rate = declare({ min: 0, max: 1 });
const batch = declare({ kind: 'integer', min: 1, max: 65_536 });
const hidden = declare({ kind: 'integers', min: 1, max: 4096 });
const rule = declare({ kind: 'choice', choices: ['learned', 'fixed'] });
const flag = declare({ kind: 'boolean' });

describe('parseParameter', () => {
  it.each([
    [rate, '3e-4', 3e-4],
    [rate, ' 0.5 ', 0.5],
    [rate, 1, 1],
    [rate, '.25', 0.25],
    [rate, '+1', 1],
    [batch, '256', 256],
    [batch, 65_536, 65_536],
    [hidden, '256,256', [256, 256]],
    [hidden, '64 32 16', [64, 32, 16]],
    [hidden, [8], [8]],
    [rule, 'fixed', 'fixed'],
    [flag, 'true', true],
    [flag, false, false],
  ])('accepts %j as %j', (declaration, given, expected) => {
    expect(parseParameter(declaration, given)).toEqual(expected);
  });

  it.each([
    [rate, '', 'a number from 0 to 1; "" was given'],
    [rate, '1,5', '"1,5"'],
    [rate, '0x1', '"0x1"'],
    [rate, 'NaN', '"NaN"'],
    [rate, NaN, 'NaN was given'],
    [rate, Infinity, 'Infinity was given'],
    [rate, '1e308', '"1e308"'],
    [rate, -0.001, '-0.001'],
    [rate, null, 'null'],
    [rate, undefined, 'undefined'],
    [rate, '٣', 'a number from 0 to 1'],
    [rate, '9'.repeat(1_000_000), 'a number from 0 to 1'],
    [rate, [0.5], '[0.5]'],
    [rate, true, 'true'],
    [batch, '0', 'a whole number from 1 to 65,536; "0" was given'],
    [batch, 2.5, '2.5'],
    [batch, '65537', '"65537"'],
    [hidden, '', 'whole numbers, separated by commas, each from 1 to 4,096'],
    [hidden, '256,0', '"256,0"'],
    [hidden, '1,2,3,4,5,6,7,8,9', '1,2,3'],
    [hidden, '16,', '"16,"'],
    [hidden, ',16', '",16"'],
    [hidden, '16,,16', '"16,,16"'],
    [hidden, 'wide', '"wide"'],
    [rule, 'Learned', 'one of learned, fixed'],
    [rule, 1, 'one of learned, fixed'],
    [flag, 'yes', 'true or false'],
    [flag, 1, 'true or false'],
  ])('refuses %j given %j, naming the field and its range', (declaration, given, words) => {
    expect(() => parseParameter(declaration as ParameterDeclaration, given)).toThrow(ParameterError);
    expect(() => parseParameter(declaration as ParameterDeclaration, given)).toThrow(/^knob must be /);
    expect(() => parseParameter(declaration as ParameterDeclaration, given)).toThrow(words as string);
  });
});

it.each<[Partial<ParameterDeclaration>, unknown, string]>([
  [{}, 2, 'from 0 to 1: it would burst; 2 was given'],
  [{}, '-1', 'from 0 to 1: it would burst; "-1" was given'],
  [{}, Infinity, 'from 0 to 1: it would burst; Infinity was given'],
  [{}, 'two', 'from 0 to 1; "two" was given'],
  [{}, NaN, 'from 0 to 1; NaN was given'],
  [{ kind: 'integer' }, 7, 'from 0 to 1: it would burst; 7 was given'],
  [{ kind: 'integer' }, 0.5, 'from 0 to 1; 0.5 was given'],
  [{ kind: 'numbers' }, '0,3', 'from 0 to 1: it would burst; "0,3" was given'],
  [{ kind: 'numbers' }, '3,x', 'from 0 to 1; "3,x" was given'],
])('says what is wrong beyond the bounds: %j given %j', (rest, given, words) => {
  expect(() => parseParameter(declare({ min: 0, max: 1, why: 'it would burst', ...rest }), given)).toThrow(words);
});

it.each([
  [declare({ min: 1e-6 }), 'a number of at least 1e-6'],
  [declare({ max: 1e9 }), 'a number of at most 1e9'],
  [declare({}), 'a number'],
  [declare({ kind: 'integer', min: 0, max: Number.MAX_SAFE_INTEGER }), 'a whole number from 0 to 9,007,199,254,740,991'],
])('describes an open range', (declaration, words) => {
  expect(describeRange(declaration)).toBe(words);
});

it('writes values as the command line takes them', () => {
  expect([formatParameter([256, 256]), formatParameter(3e-4), formatParameter(true)]).toEqual(['256,256', '0.0003', 'true']);
});
