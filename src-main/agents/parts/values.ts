// Typed access to validated hyper-parameter values.
import type { ParameterValues } from '../../contract/parameters.ts';
import type { NamedArrays } from '../../engine/program.ts';

const fail = (name: string, kind: string): never => {
  throw new TypeError(`the configuration holds no ${kind} named ${name}`);
};

export function numberOf(values: ParameterValues, name: string): number {
  const value = values[name];
  return typeof value === 'number' ? value : fail(name, 'number');
}

export function choiceOf<T extends string>(values: ParameterValues, name: string, choices: readonly T[]): T {
  const value = values[name];
  return choices.find((choice) => choice === value) ?? fail(name, `value among ${choices.join(', ')}`);
}

export function integersOf(values: ParameterValues, name: string): readonly number[] {
  const value = values[name];
  return typeof value === 'object' ? value : fail(name, 'list of numbers');
}

export function booleanOf(values: ParameterValues, name: string): boolean {
  const value = values[name];
  return typeof value === 'boolean' ? value : fail(name, 'true or false');
}

/** Control inputs of these names, each one number. */
export function scalarsOf(values: ParameterValues, names: readonly string[]): NamedArrays {
  return Object.fromEntries(names.map((name) => [name, Float32Array.of(numberOf(values, name))]));
}
