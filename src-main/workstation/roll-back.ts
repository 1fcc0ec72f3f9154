// Rolling a run back to one of its checkpoints, with other live settings from there on if a person likes.
import { ParameterError, type ParameterValues } from '../contract/parameters.ts';
import { WorkstationError } from '../contract/requests.ts';
import { continuationProblem, type RunDetail } from '../contract/runs.ts';
import type { Checkpoint, RollBack, Store } from '../store/store.ts';
import { checkpointEdits } from '../training/launch.ts';
import { checkChanges } from './edits.ts';
import type { Possibilities } from './plan.ts';
import { subjectOf, valuesAt } from './run-values.ts';

export interface RollBackWishes {
  run: string;
  /** null: the newest checkpoint. */
  step: number | null;
  /** Live hyper-parameters that are to differ from there on, as typed or as numbers; none is as it was. */
  changes: Readonly<Record<string, unknown>>;
}

/**
 * Call it in one transaction with storing it.
 * @throws ParameterError (`step`, `changes.…`), WorkstationError `conflict` where there is no checkpoint to roll back to
 */
export function planRollBack(store: Store, wishes: RollBackWishes, possible: Possibilities): Omit<RollBack, 'requester'> {
  const { run } = wishes;
  const detail = store.runs.get(run);
  const subject = subjectOf(detail.configuration, possible);
  const checkpoint = findCheckpoint(store, detail, wishes.step);
  const { step } = checkpoint;
  if (step >= detail.totalSteps) {
    throw new ParameterError(
      'step',
      `the checkpoint at step ${count(step)} is the run's last: there would be nothing left to train. Roll back to an earlier one, or continue the run with a larger total`,
    );
  }
  const keptEdits = editsIn(store, checkpoint);
  const values = valuesAt(
    store,
    detail,
    subject,
    step,
    ({ id, appliedStep }) => appliedStep !== null && (appliedStep < step || (appliedStep === step && keptEdits.includes(id))),
  );
  const changes: ParameterValues | null =
    Object.keys(wishes.changes).length === 0 ? null : checkChanges(store, run, subject, values, wishes.changes, possible);
  return { step, keptEdits, values, changes };
}

function findCheckpoint(store: Store, run: RunDetail, step: number | null): Checkpoint {
  const all = store.checkpoints.list(run.id);
  const [newest] = all;
  if (newest === undefined) {
    throw conflict(continuationProblem(run) ?? `Run ${run.id} has no checkpoint to roll back to. Continued, it begins again from step 0.`);
  }
  const found = step === null ? newest : all.find((one) => one.step === step);
  if (found) return found;
  throw new ParameterError(
    'step',
    `step must be that of a checkpoint: run ${run.id} has ${all.length === 1 ? 'one' : 'them'} at ${all.map((one) => count(one.step)).join(', ')}; ${count(step ?? 0)} was given`,
  );
}

/** Edits of the checkpoint's own step that it contains. */
function editsIn(store: Store, checkpoint: Checkpoint): number[] {
  try {
    return checkpointEdits(store.dataDirectory, checkpoint);
  } catch (error) {
    throw conflict(
      `The checkpoint at step ${count(checkpoint.step)} cannot be used: ${error instanceof Error ? error.message : String(error)}. Roll back to another.`,
    );
  }
}

const count = (value: number): string => value.toLocaleString('en-US');
const conflict = (message: string): WorkstationError =>
  new WorkstationError({ code: 'conflict', message: `${message} Nothing was changed.`, field: null });
