// The run that a behaviour prior is fitted to: found by what a person typed, and refused where nothing can be fitted.
import { whyUnused } from '../contract/agent-values.ts';
import { describeDifference } from '../contract/dimensions.ts';
import { ParameterError, type ParameterValues } from '../contract/parameters.ts';
import { StoreError, type Store } from '../store/store.ts';
import type { Possibilities } from './plan.ts';
import { type Subject, subjectOf } from './run-values.ts';

const name = 'prior-run';

/** The values with the run's full id in place of a name or the beginning of an id. @throws ParameterError where no run or several fit */
export function resolvePriorRun(store: Store, given: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const typed = given[name];
  if (typeof typed !== 'string' || typed.trim() === '') return given;
  try {
    return { ...given, [name]: store.runs.resolve(typed) };
  } catch (error) {
    if (error instanceof StoreError && (error.code === 'not-found' || error.code === 'ambiguous'))
      throw new ParameterError(name, `${name}: ${error.message}`);
    throw error;
  }
}

/** What names the source, or decides how it is fitted. */
const fitting = ['prior', name, 'prior-smallest-scale'];

/**
 * Checks the source of a behaviour prior, where the values name one and a change of them has to do with it.
 * @param run the run that is to use it; null where it is not stored yet
 * @throws ParameterError with the reason
 */
export function checkPriorRun(
  store: Store,
  run: string | null,
  subject: Subject,
  values: ParameterValues,
  changes: ParameterValues,
  possible: Possibilities,
): void {
  const declaration = subject.agent.parameters.find((one) => one.name === name);
  const source = values[name];
  if (declaration === undefined || whyUnused(declaration, values) !== null || typeof source !== 'string') return;
  if (!fitting.some((one) => Object.hasOwn(changes, one))) return;
  const refuse = (why: string): never => {
    throw new ParameterError(
      name,
      `${name} must be a stored run on a task with the same observation and action dimensions, with recorded episodes or a checkpoint; ${why}`,
    );
  };
  if (source === run) refuse(`${source} is this run itself: a prior that follows it is prior=previous or prior=learned`);
  // Fitted once, a prior stays with its run, also where its source is deleted.
  if (run !== null && store.fittedPriors.list(run).some(({ sourceRun }) => sourceRun === source)) return;
  const { configuration, evaluations, checkpoints } = found(store, source);
  const other = subjectOf(configuration, possible).task;
  const difference = describeDifference(other, subject.task);
  if (difference !== null) refuse(`run ${source} is on another task: ${difference}`);
  if (checkpoints.length === 0 && !evaluations.some(({ rollouts }) => rollouts.length > 0)) refuse(`run ${source} has neither yet`);
}

function found(store: Store, source: string): ReturnType<Store['runs']['get']> {
  try {
    return store.runs.get(source);
  } catch (error) {
    if (error instanceof StoreError && error.code === 'not-found') throw new ParameterError(name, `${name}: ${error.message}`);
    throw error;
  }
}
