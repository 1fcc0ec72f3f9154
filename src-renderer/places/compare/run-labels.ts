// What compared runs are called beside their curves: apart by their id where name and seed are the same.
import type { RunSummary } from '../../../src-main/contract/runs.ts';

type Named = Pick<RunSummary, 'id' | 'name' | 'seed'>;

const nameOf = (run: Named): string => `${run.name}, seed ${run.seed}`;

/** By id: "sac-default, seed 1" or, where that is not enough, "sac-default, seed 1, vqrs5678". */
export function runLabels(runs: readonly Named[]): Map<string, string> {
  const counts = new Map<string, number>();
  for (const run of runs) counts.set(nameOf(run), (counts.get(nameOf(run)) ?? 0) + 1);
  return new Map(runs.map((run) => [run.id, `${nameOf(run)}${(counts.get(nameOf(run)) ?? 0) > 1 ? `, ${run.id}` : ''}`]));
}
