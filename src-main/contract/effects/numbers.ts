// Numbers and names as the sentences of edit-effects.ts write them.
import { formatParameter, type ParameterValue } from '../parameters.ts';

/** A given value, whole: "−6", "0.0003", "50,000", "0.3,0.5", "on". */
export function formatValue(value: ParameterValue | undefined): string {
  if (value === undefined || value === '') return 'none';
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  if (typeof value === 'number' && value >= 1e4) return value.toLocaleString('en-US');
  return typeof value === 'string' ? value : formatParameter(value).replaceAll(/(?<=^|,)-/g, '−');
}

/** A measured or computed value: two significant digits, for what is only about right. */
export function about(value: number): string {
  return String(Number(value.toPrecision(2))).replace('-', '−');
}

/** "half as much again", "a third as much", "2.5 times as much", for what was multiplied by this. */
export function times(ratio: number): string {
  const named = [
    [2, 'twice as much'],
    [1.5, 'half as much again'],
    [0.5, 'half as much'],
    [1 / 3, 'a third as much'],
    [0.1, 'a tenth as much'],
  ] as const;
  return named.find(([value]) => Math.abs(ratio / value - 1) < 0.005)?.[1] ?? `${about(ratio)} times as much`;
}

/** Names that are not their own hyphens replaced. */
const labels: Readonly<Record<string, string>> = {
  'residual-scale': 'c',
  'kl-target': 'KL target',
  'kl-budget': 'KL budget',
  'actor-paused': 'pause of the actor',
  kl: 'KL',
};

/** A hyper-parameter's name within a sentence: "entropy target". */
export function label(name: string): string {
  return labels[name] ?? name.replaceAll('-', ' ');
}
