// A task file that does not fit its model: where in the file, and why.
import { closest } from 'fastest-levenshtein';

export class OwnTaskError extends Error {
  /** Into the task file: `reward.0.of`. */
  readonly path: string;

  constructor(path: string, reason: string) {
    super(reason);
    this.name = 'OwnTaskError';
    this.path = path;
  }
}

/** "the model has no joint "hipp"; did you mean "hip"?" */
export function missingName(kind: string, name: string, known: readonly string[]): string {
  if (known.length === 0) return `the model has no ${kind} "${name}", nor any other with a name`;
  return `the model has no ${kind} "${name}"; did you mean "${closest(name, [...known])}"? It has: ${known.slice(0, 30).join(', ')}${known.length > 30 ? ' …' : ''}`;
}
