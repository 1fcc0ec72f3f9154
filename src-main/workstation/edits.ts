// Changes of live hyper-parameters: what a person asks for, checked against what is in force and what is still to come.
import { checkEdit, whyNotLive } from '../contract/agent-values.ts';
import { formatParameter, ParameterError, type ParameterValue, type ParameterValues } from '../contract/parameters.ts';
import { type Measurements, proposalFor } from '../contract/proposals.ts';
import { WorkstationError } from '../contract/requests.ts';
import type { ActionHistogram, RunEdit } from '../contract/runs.ts';
import { type Store, StoreError } from '../store/store.ts';
import { inField, type Possibilities, unknownParameter } from './plan.ts';
import { checkPriorRun, resolvePriorRun } from './prior-run.ts';
import { newestOf } from './newest-metrics.ts';
import { type Subject, subjectOf, valuesToCome } from './run-values.ts';

/**
 * The changes that a request comes to; call it in one transaction with storing them.
 * @throws ParameterError whose field begins with `changes.`, with the allowed range and the reason
 */
export function planEdit(store: Store, run: string, given: Readonly<Record<string, unknown>>, possible: Possibilities): ParameterValues {
  const { subject, values } = present(store, run, possible);
  return checkChanges(store, run, subject, values, given, possible);
}

/**
 * Changes of live values, as typed or as numbers, in their own types.
 * @param values those in force before them
 * @throws ParameterError as `planEdit`
 */
export function checkChanges(
  store: Store,
  run: string,
  subject: Subject,
  values: ParameterValues,
  given: Readonly<Record<string, unknown>>,
  possible: Possibilities,
): ParameterValues {
  return inField('changes', () => {
    for (const name of Object.keys(given)) requireKnob(subject, name, possible);
    const resolved = resolvePriorRun(store, given);
    const changes = checkEdit(subject.agent, subject.task, values, resolved, {
      propose: (name, after) => proposalFor(name, after, measurements(store, run, subject)),
    });
    if (Object.keys(changes).length === 0) throw nothingNew(store, run, values, Object.keys(given));
    checkPriorRun(store, run, subject, { ...values, ...changes }, changes, possible);
    return changes;
  });
}

/**
 * What takes an applied edit back: the former values of those knobs that still have what the edit gave them.
 * @param id null: the newest that is neither an undo nor taken back already
 * @throws WorkstationError `conflict` where there is nothing to take back
 */
export function planUndo(
  store: Store,
  run: string,
  id: number | null,
  possible: Possibilities,
): { changes: ParameterValues; undoes: number } {
  const { subject, values } = present(store, run, possible);
  const edit = id === null ? store.edits.newestToUndo(run) : store.edits.get(run, id);
  if (edit === null) throw conflict(`Run ${run} has no applied edit that is not taken back already${plannedHint(store, run)}`);
  // It takes the place of what is due: what is in force stays.
  if (edit.state === 'pending' && edit.dueStep !== null)
    return { changes: Object.fromEntries(Object.keys(edit.changes).map((name) => [name, values[name] ?? ''])), undoes: edit.id };
  if (edit.state !== 'applied' || edit.previous === null)
    throw conflict(
      `Edit ${edit.id} ${edit.state === 'pending' ? 'is not applied yet; undo it once it is' : `was ${edit.state} and never in force, so that there is nothing to undo`}`,
    );
  const changes = formerValues(edit, edit.previous, subject, values);
  return inField('changes', () => {
    const checked = checkEdit(subject.agent, subject.task, values, changes, { asks: false });
    checkPriorRun(store, run, subject, { ...values, ...checked }, checked, possible);
    return { changes: checked, undoes: edit.id };
  });
}

/** The next edit that is due at a later step, for whoever looks for it among those in force. */
function plannedHint(store: Store, run: string): string {
  const planned = store.edits.pending(run).filter(({ dueStep }) => dueStep !== null);
  const [next] = planned.toSorted((a, b) => (a.dueStep ?? 0) - (b.dueStep ?? 0));
  if (next === undefined) return '';
  return `; edit ${next.id} is due at step ${(next.dueStep ?? 0).toLocaleString('en-US')} and not in force yet: name it to take it back before that (npm run runs -- undo ${run} ${next.id})`;
}

function formerValues(edit: RunEdit, previous: ParameterValues, { agent }: Subject, values: ParameterValues): ParameterValues {
  const isSame = (a: ParameterValue | undefined, b: ParameterValue | undefined): boolean =>
    formatParameter(a ?? '') === formatParameter(b ?? '');
  const kept = Object.entries(previous).filter(
    ([name]) => isSame(values[name], edit.changes[name]) && !isSame(values[name], previous[name]),
  );
  if (kept.length === 0) {
    const since = Object.entries(edit.changes).map(
      ([name, value]) => `${name} was set to ${formatParameter(value)} by it and is ${formatParameter(values[name] ?? '')} now`,
    );
    throw conflict(`Edit ${edit.id} cannot be undone: ${since.join(', ')}`);
  }
  const after = { ...values, ...Object.fromEntries(kept) };
  const reasons: string[] = [];
  const possible = kept.filter(([name]) => {
    const declaration = agent.parameters.find((one) => one.name === name);
    const reason =
      declaration === undefined ? 'it is not known to this version' : whyNotLive(declaration, values) && whyNotLive(declaration, after);
    if (reason !== null) reasons.push(`${name}: ${reason}`);
    return reason === null;
  });
  if (possible.length === 0) throw conflict(`Edit ${edit.id} cannot be undone now: ${reasons.join('; ')}`);
  return Object.fromEntries(possible);
}

function present(store: Store, run: string, possible: Possibilities): { subject: Subject; values: ParameterValues } {
  const subject = subjectOf(store.runs.configuration(run), possible);
  return { subject, values: valuesToCome(store, run, subject) };
}

/** @throws ParameterError for a name that the agent has not got: what is meant, the nearest, or whose it is */
function requireKnob({ agent }: Subject, name: string, { agents }: Possibilities): void {
  if (!agent.parameters.some((one) => one.name === name)) throw new ParameterError(name, unknownParameter(agent, name, agents));
}

const measurements = (store: Store, run: string, { task }: Subject): Measurements => ({
  task,
  detail: store.runs.summary(run),
  measured: newestOf(store, run, ['entropy', 'temperature']),
  histogram: actionsOf(store, run),
});

/** null where the policy has not been looked at yet. @throws StoreError where there is no such run */
export function actionsOf(store: Store, run: string): ActionHistogram | null {
  store.runs.summary(run);
  try {
    return store.histograms.get(run);
  } catch (error) {
    if (error instanceof StoreError && error.code === 'not-found') return null;
    throw error;
  }
}

function nothingNew(store: Store, run: string, values: ParameterValues, names: readonly string[]): ParameterError {
  const [name = ''] = names;
  if (names.length === 0) return new ParameterError(name, 'no change is named');
  const planned = store.edits.pending(run).find((one) => one.dueStep !== null && names.some((given) => given in one.changes));
  const hint =
    planned === undefined
      ? ''
      : `. Edit ${planned.id} will change that at step ${(planned.dueStep ?? 0).toLocaleString('en-US')}: undo it to keep it from that`;
  return new ParameterError(
    name,
    `nothing would change: ${names.map((one) => `${one} is ${formatParameter(values[one] ?? '')} already`).join(', ')}${hint}`,
  );
}

const conflict = (message: string): WorkstationError =>
  new WorkstationError({ code: 'conflict', message: `${message}. Nothing was changed.`, field: null });
