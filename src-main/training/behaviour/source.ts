// The stored run that a behaviour prior is fitted to. It is only read; it lies in the same data directory.
import type { TaskDeclaration } from '../../contract/declarations.ts';
import { describeDifference } from '../../contract/dimensions.ts';
import type { RunSummary } from '../../contract/runs.ts';
import { StoreError, type Store } from '../../store/store.ts';
import { configureTask, findTaskDeclaration } from '../../tasks/declarations.ts';
import { TrainingError } from '../training-error.ts';

export interface Source {
  id: string;
  /** As messages name it. */
  title: string;
  sizes: { observation: number; action: number };
  /** Dimensions of its task's goals; 0 where it has none. */
  goalSize: number;
}

/**
 * @param run the run that is to use the prior
 * @param named an id, or a name where that is unique
 * @throws TrainingError where there is no such run, it is the run itself, or its task has other dimensions
 */
export function findSource(store: Store, run: string, named: string): Source {
  if (named.trim() === '')
    throw new TrainingError('prior=behaviour needs prior-run: the run whose behaviour the prior is fitted to. Give its id.');
  const { id, name } = lookUp(store, named);
  const title = `run ${id} (${name})`;
  if (id === run)
    throw new TrainingError(
      `The behaviour prior cannot be fitted to ${title}: that is this run itself. A prior that follows it is prior=previous or prior=learned.`,
    );
  const wanted = taskOf(store, run);
  const other = taskOf(store, id);
  const difference = describeDifference(other, wanted);
  if (difference !== null) {
    throw new TrainingError(
      `The behaviour prior cannot be fitted to ${title}: ${difference}. Take a run whose task has the same observation and action dimensions.`,
    );
  }
  return {
    id,
    title,
    sizes: { observation: wanted.observation.length, action: wanted.action.length },
    goalSize: other.goal?.dimensions.length ?? 0,
  };
}

function lookUp(store: Store, named: string): RunSummary {
  try {
    // A deleted run is found by its full id alone, and then refused as deleted.
    return store.runs.summary(isStoredId(store, named) ? named : store.runs.resolve(named));
  } catch (error) {
    if (!(error instanceof StoreError && (error.code === 'not-found' || error.code === 'ambiguous'))) throw error;
    throw new TrainingError(`The behaviour prior cannot be fitted: ${error.message} prior-run must be a run that is stored here.`, {
      cause: error,
    });
  }
}

function isStoredId(store: Store, text: string): boolean {
  try {
    store.runs.configuration(text);
    return true;
  } catch (error) {
    if (error instanceof StoreError && error.code === 'not-found') return false;
    throw error;
  }
}

function taskOf(store: Store, run: string): TaskDeclaration {
  const { task, taskOptions } = store.runs.configuration(run);
  if (findTaskDeclaration(task) === undefined)
    throw new TrainingError(`The behaviour prior cannot be fitted: this version of Elbow has no task ${task}.`);
  return configureTask(task, taskOptions).declaration;
}

/**
 * The number of the first replay row that the run's own policy may have added: one row a step, the warm-up's first. A fork
 * goes on with its parent's rows, and so with its warm-up.
 */
export function firstOwnRow(store: Store, run: string): number {
  let first = 0;
  for (const one of lineageOf(store, run)) {
    const { hyperparameters } = store.runs.configuration(one);
    const warmUp = hyperparameters['warm-up'];
    if (typeof warmUp === 'number' && hyperparameters['warm-up-actions'] !== 'policy') first = Math.max(first, warmUp);
  }
  return first;
}

/** The run, its parent and so on, as far as they are stored. */
function lineageOf(store: Store, run: string): Set<string> {
  const lineage = new Set<string>();
  let next: string | null = run;
  while (next !== null && !lineage.has(next) && isStoredId(store, next)) {
    lineage.add(next);
    next = parentOf(store, next);
  }
  return lineage;
}

/** null where it has none or was deleted itself: nobody tells then. */
function parentOf(store: Store, run: string): string | null {
  try {
    return store.runs.summary(run).parent?.run ?? null;
  } catch (error) {
    if (error instanceof StoreError && error.code === 'not-found') return null;
    throw error;
  }
}
