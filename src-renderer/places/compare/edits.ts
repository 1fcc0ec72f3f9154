// What edits have made of compared runs: which hyper-parameters were turned, how many runs of a group, and in words.
import { formatParameter } from '../../../src-main/contract/parameters.ts';
import type { RunDetail } from '../../../src-main/contract/runs.ts';

type Edited = Pick<RunDetail, 'configuration' | 'values' | 'edits' | 'isEdited'>;

/**
 * The hyper-parameters that were changed while the run went on, with the values in force now. Of what was put back, the
 * newest 100 edits tell.
 */
export function editedValues(run: Edited): Map<string, string> {
  const atFirst = run.configuration.hyperparameters;
  const written = (name: string): string => formatParameter(run.values[name] ?? '');
  const names = new Set(run.edits.filter((one) => one.state === 'applied').flatMap((one) => Object.keys(one.changes)));
  for (const name of Object.keys(run.values)) if (written(name) !== formatParameter(atFirst[name] ?? '')) names.add(name);
  return new Map([...names].map((name) => [name, written(name)]));
}

/** A hyper-parameter of a group that was turned in some of its runs: "✎ −3 in 1 of 3 runs"; null where in none. */
export function describeEdited(runs: readonly Edited[], name: string): string | null {
  const counts = new Map<string, number>();
  for (const run of runs) {
    const value = editedValues(run).get(name);
    if (value !== undefined) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  if (counts.size === 0) return null;
  return `✎ ${[...counts].map(([value, count]) => (runs.length === 1 ? value : `${value} in ${count} of ${runs.length} runs`)).join(', ')}`;
}

/** "1 of 3 runs edited"; null where none was. */
export function countEdited(runs: readonly Pick<RunDetail, 'isEdited'>[]): string | null {
  const count = runs.filter((run) => run.isEdited).length;
  if (count === 0) return null;
  return runs.length === 1 ? 'edited' : `${count} of ${runs.length} runs edited`;
}
