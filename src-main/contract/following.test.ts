import { describe, expect, it } from 'vitest';
import { completeStored, withFollowing } from './following.ts';
import type { ParameterDeclaration } from './parameters.ts';

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

describe('withFollowing', () => {
  const parameters = [declare({ name: 'steps' }), declare({ name: 'end', follows: 'steps' })];
  it.each([
    ['moves along', { steps: 100, end: 100 }, { steps: 40 }, { steps: 40, end: 40 }],
    ['stays where it was given itself', { steps: 100, end: 100 }, { steps: 40, end: 70 }, { steps: 40, end: 70 }],
    ['stays where it stood apart before', { steps: 100, end: 60 }, { steps: 40 }, { steps: 40, end: 60 }],
  ])('what follows another value %s', (_, base, given, values) => expect(withFollowing(parameters, base, given)).toEqual(values));
});

describe('completeStored', () => {
  const parameters = [
    declare({ name: 'form', kind: 'choice', choices: ['twin', 'single'] }),
    declare({ name: 'order', formerly: { value: 'former', where: { parameter: 'form', is: ['single'] } } }),
    declare({ name: 'epsilon', formerly: { value: 'plain' } }),
  ];
  const defaults = { form: 'twin', order: 'updated', epsilon: 'early', rate: 1 };

  it.each([
    ['what was not there yet as it was', {}, { form: 'twin', order: 'updated', epsilon: 'plain', rate: 1 }],
    ['it by the other values', { form: 'single' }, { form: 'single', order: 'former', epsilon: 'plain', rate: 1 }],
    [
      'nothing that is stored',
      { form: 'single', order: 'updated', epsilon: 'early', rate: 2 },
      { form: 'single', order: 'updated', epsilon: 'early', rate: 2 },
    ],
  ])('fills in %s', (_, stored, complete) => expect(completeStored(parameters, defaults, stored)).toEqual(complete));
});
