// A run's stored policy, and what a process of training's has to be told of its task.
import type { PolicySnapshot } from '../contract/series.ts';
import type { Store } from '../store/store.ts';
import { StoreError } from '../store/store.ts';
import { findImportedTask } from '../tasks/declarations.ts';

/**
 * The policy of the evaluation at this step; without a step the run's newest.
 * @throws StoreError not-found, naming the steps that have one
 */
export function findPolicy(store: Store, run: string, step: number | null): PolicySnapshot {
  if (step !== null) return store.snapshots.getEvaluation(run, step);
  try {
    return store.snapshots.getLive(run);
  } catch (error) {
    const newest = store.evaluations.list(run).findLast(({ hasPolicy }) => hasPolicy);
    if (!(error instanceof StoreError) || error.code !== 'not-found' || newest === undefined) throw error;
    return store.snapshots.getEvaluation(run, newest.step);
  }
}

/** An imported task as those processes are told of it, which open no data directory; nothing for a built-in one. */
export function importedOption(task: string): string[] {
  const imported = findImportedTask(task);
  return imported === undefined ? [] : [`--imported=${JSON.stringify(imported)}`];
}
