// How knobs and their values are written.
import { expect, it } from 'vitest';
import { knobTitle, reasonText, unitText, valueText } from './knob-names.ts';

it.each([
  ['residual-scale', 'c'],
  ['exploration-noise', 'Exploration noise'],
])('calls %s %s', (name, title) => expect(knobTitle(name)).toBe(title));
it.each([
  ['1', ''],
  ['', ''],
  ['nats', ' nats'],
])('writes the unit %j as %j', (unit, text) => expect(unitText(unit)).toBe(text));
it.each([
  [-6, '−6'],
  [0.0003, '0.0003'],
  [1e-7, '1e-7'],
  [-2e-7, '−2e-7'],
  [42310, '42,310'],
  [true, 'on'],
  [false, 'off'],
  ['learned', 'learned'],
  [[0.3, 0.3], '0.3'],
  [[0.3, 0.4], 'by joint'],
  [undefined, '—'],
  ['', '—'],
] as const)('writes %j as %s', (value, text) => expect(valueText(value)).toBe(text));
it('makes a reason a sentence', () => {
  expect(reasonText('the temperature is not learned; choose temperature-rule=learned to steer by it')).toBe(
    'The temperature is not learned; choose “learned” above to steer by it.',
  );
});
