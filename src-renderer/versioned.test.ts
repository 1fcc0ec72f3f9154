// Lists and changes in every order.
import { expect, it } from 'vitest';
import { Versioned } from './versioned.ts';

const entries = (...all: string[]): [string, string][] => all.map((one) => [one.charAt(0), one]);
const shown = (known: Versioned<string>): string[] => [...known.values.values()].sort();

it('takes a list, and changes after it', () => {
  const known = new Versioned<string>();
  known.replaceAll(1, entries('a1', 'b1'));
  known.change(2, entries('a2', 'c2'), ['b']);
  expect(shown(known)).toEqual(['a2', 'c2']);
});

it('keeps what changed after a list that comes late, and what is gone stays gone', () => {
  const known = new Versioned<string>();
  known.change(5, entries('a5'), ['b']);
  known.replaceAll(3, entries('a3', 'b3', 'c3'));
  expect(shown(known)).toEqual(['a5', 'c3']);
  known.replaceAll(6, entries('a6', 'b6'));
  expect(shown(known)).toEqual(['a6', 'b6']);
});

it('passes over older changes and older lists', () => {
  const known = new Versioned<string>();
  known.replaceAll(4, entries('a4'));
  known.change(3, entries('a3', 'b3'), []);
  known.replaceAll(2, entries('c2'));
  expect(shown(known)).toEqual(['a4']);
  known.change(7, entries('a7'), []);
  known.change(6, entries('a6'), ['a']);
  expect(shown(known)).toEqual(['a7']);
});

it('counts anew after a restart, and shows what it knew until a list comes', () => {
  const known = new Versioned<string>();
  known.replaceAll(90, entries('a90', 'b90'));
  known.restart();
  expect(shown(known)).toEqual(['a90', 'b90']);
  known.change(2, entries('a2'), []);
  known.replaceAll(1, entries('c1'));
  expect(shown(known)).toEqual(['a2', 'c1']);
});

it('ends the same in whatever order everything comes', () => {
  const steps: ((known: Versioned<string>) => void)[] = [
    (known) => known.replaceAll(2, entries('a2', 'b2', 'c2')),
    (known) => known.change(3, entries('a3'), []),
    (known) => known.change(4, entries('d4'), ['b']),
    (known) => known.change(5, entries('b5'), ['c']),
  ];
  const orders = (rest: number[]): number[][] =>
    rest.length === 0 ? [[]] : rest.flatMap((one) => orders(rest.filter((other) => other !== one)).map((order) => [one, ...order]));
  for (const order of orders([0, 1, 2, 3])) {
    const known = new Versioned<string>();
    for (const k of order) steps[k]?.(known);
    expect([order, shown(known)]).toEqual([order, ['a3', 'b5', 'd4']]);
  }
});
