// Where a fork comes from, in words.
import type { RunSummary } from '../../../src-main/contract/runs.ts';
import { formatInteger } from '../../format.ts';

export interface Parentage {
  /** "NAME", or what is known of a parent that is gone. */
  name: string;
  /** " at step 4,000". */
  at: string;
  /** null where the parent is not stored any more. */
  run: string | null;
}

/** @param runs those that are not deleted */
export function parentageOf(run: Pick<RunSummary, 'parent'>, runs: ReadonlyMap<string, RunSummary>): Parentage | null {
  if (run.parent === null) return null;
  const parent = runs.get(run.parent.run);
  return {
    name: parent?.name ?? `a run that was deleted (${run.parent.run})`,
    at: ` at step ${formatInteger(run.parent.step)}`,
    run: parent === undefined ? null : run.parent.run,
  };
}

/** "fork of NAME at step 4,000"; null for a run that is no fork. */
export function describeParentage(run: Pick<RunSummary, 'parent'>, runs: ReadonlyMap<string, RunSummary>): string | null {
  const parentage = parentageOf(run, runs);
  return parentage === null ? null : `fork of ${parentage.name}${parentage.at}`;
}
