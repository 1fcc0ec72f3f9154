// Joints: their short names, and lists of numbers typed one by one.
import { expect, it } from 'vitest';
import { jointNames, listEntries, withEntry } from './joint-names.ts';

it.each([
  [
    ['back thigh torque', 'back shin torque'],
    ['back thigh', 'back shin'],
  ],
  [
    ['shoulder torque', 'elbow force'],
    ['shoulder torque', 'elbow force'],
  ],
  [['force'], ['force']],
  [
    ['torque', 'back torque'],
    ['torque', 'back torque'],
  ],
])('shortens %j to %j', (names, short) => expect(jointNames(names.map((name) => ({ name })))).toEqual(short));

it.each([
  ['0.3', 2, ['0.3', '0.3']],
  ['0.3, 0.4', 2, ['0.3', '0.4']],
  ['1,,x', 3, ['1', '', 'x']],
  ['1,2', 3, ['1', '2', '']],
] as const)('reads %j for %i joints', (text, count, entries) => expect(listEntries(text, count)).toEqual(entries));

it.each([
  ['0', 2, 1, '0.5', '0,0.5'],
  ['0,0.5', 2, 1, '0', '0'],
  ['0', 2, 0, '0,5', '0.5,0'],
  ['0', 2, 0, '', ',0'],
] as const)('makes of %j for %i joints, with entry %i as %j: %j', (text, count, index, entry, list) =>
  expect(withEntry(text, count, index, entry)).toBe(list),
);
