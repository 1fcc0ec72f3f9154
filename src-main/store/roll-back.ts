// Takes a run back to one of its checkpoints: what came after it no longer counts, edits included, and is kept as
// superseded. Where the run goes on from is the checkpoint; `queue.enqueue` comes next.
import type { RollBack, Store } from './api.ts';
import { checkInteger, checkLine } from './checks.ts';
import type { Connection } from './connection.ts';
import { editsAfter, insertDueEdit } from './edits.ts';
import { StoreError } from './errors.ts';
import { updateEvaluationColumns } from './evaluations.ts';
import { checkValues } from './run-checks.ts';

/** The id of the new edit; null where there is none. @throws StoreError not-found, invalid, conflict */
export function rollBackRun(
  connection: Connection,
  store: Store,
  run: string,
  { step, keptEdits, values, changes, requester }: RollBack,
): number | null {
  checkInteger('step', step);
  checkLine('requester', requester, 200);
  checkValues('values', values);
  if (changes !== null) checkValues('changes', changes);
  return connection.write(() => {
    const { state, environmentSteps, name } = store.runs.summary(run);
    if (state === 'running' || state === 'paused') {
      throw new StoreError('conflict', `Run ${run} (${name}) is ${state} and cannot be rolled back. Stop it first. Nothing was changed.`);
    }
    if (!store.checkpoints.list(run).some((one) => one.step === step)) {
      throw new StoreError(
        'conflict',
        `Run ${run} has no checkpoint at step ${step.toLocaleString('en-US')} any more. Nothing was changed.`,
      );
    }
    connection.run('UPDATE attempts SET superseded_after = min(coalesce(superseded_after, ?), ?) WHERE run = ?', step, step, run);
    const dropped = dropEdits(connection, store, run, step, keptEdits);
    connection.run('UPDATE runs SET environment_steps = ?, live_values = ? WHERE id = ?', step, JSON.stringify(values), run);
    updateEvaluationColumns(connection, run);
    const attempt = connection.get<{ newest: number | null }>('SELECT max(attempt) AS newest FROM attempts WHERE run = ?', run);
    const lost =
      dropped === 0
        ? ''
        : `; ${dropped.toLocaleString('en-US')} ${dropped === 1 ? 'edit' : 'edits'} after it no longer ${dropped === 1 ? 'counts' : 'count'}`;
    store.events.append(run, attempt?.newest ?? 0, {
      step,
      kind: 'rolled-back',
      message: `Rolled back${environmentSteps > step ? ` from step ${environmentSteps.toLocaleString('en-US')}` : ''} to the checkpoint at step ${step.toLocaleString('en-US')}${lost}.`,
      requester,
    });
    connection.touch(run, 'summary');
    return changes === null ? null : insertDueEdit(connection, run, { changes, requester, dueStep: step });
  });
}

/** All that the checkpoint does not hold: applied after it, or still to come in what would have followed. Their rows stay. */
function dropEdits(connection: Connection, store: Store, run: string, step: number, kept: readonly number[]): number {
  const lost = [...editsAfter(store.edits, run, { step, kept }), ...store.edits.pending(run)];
  for (const { id, appliedStep, dueStep } of lost) {
    const former = (appliedStep ?? dueStep ?? step).toLocaleString('en-US');
    connection.run(
      "UPDATE edits SET state = 'dropped', applied_step = NULL, previous = NULL, reason = ?, settled_at = ? WHERE id = ?",
      `the run was rolled back to step ${step.toLocaleString('en-US')}, before this edit of step ${former}`,
      Date.now(),
      id,
    );
  }
  return lost.length;
}
