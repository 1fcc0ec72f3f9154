// What the store offers for live control, a part of api.ts: edits, what the policy does now, and fitted priors.
import type { ParameterValues } from '../contract/parameters.ts';
import type { ActionHistogram, RunEdit } from '../contract/runs.ts';

export interface NewEdit {
  /** Requested values by hyper-parameter, at least one. Whether they suit the agent is the caller's to check. */
  changes: ParameterValues;
  /** The edit of this run that it takes back. */
  undoes?: number | null;
  requester: string;
}

/** An edit to be made again: a RunEdit with its `appliedStep` as `dueStep` is one. */
export interface ScheduledEdit extends Required<NewEdit> {
  /** The original's id, by which a later one's `undoes` names it. */
  id: number;
  /** Environment steps done when it is to be applied. */
  dueStep: number;
}

export interface AppliedEdits {
  /** Environment steps done. */
  step: number;
  /** All hyper-parameters, as they are in force from now on. */
  values: ParameterValues;
  /** With the values of the changed hyper-parameters before each. */
  edits: readonly { id: number; previous: ParameterValues }[];
}

/** A planned edit that lost values to a newer one. */
export interface SupersededEdit {
  id: number;
  dueStep: number;
}

export interface EditsApi {
  /** Asks the run's trainer for other values. Returns the edit's id. @throws conflict where no trainer holds or is about to hold the run */
  request(run: string, edit: NewEdit): number;
  /** All or none, for a run that has not started. Returns their ids, in the same order. @throws conflict where it has */
  schedule(run: string, edits: readonly ScheduledEdit[]): number[];
  /** In the order of asking, those that are due at a later step included. */
  pending(run: string): RunEdit[];
  /**
   * The attempt has applied them, in this order. Those that were not due at a certain step supersede what earlier edits, due
   * at later steps, would set of the same hyper-parameters: an edit of which nothing is left is dropped. Does not append the
   * `edit` events, which mark the run as edited: do both in one transaction.
   * @returns the edits that lost something
   * @throws conflict where one of them is not pending, or another attempt has replaced this one
   */
  applied(run: string, attempt: number, applied: AppliedEdits): SupersededEdit[];
  /**
   * The attempt goes on from a checkpoint at `step` that holds, of its very step, the edits in `kept`: what was applied
   * after it is pending again, due at the steps where it was.
   */
  reschedule(run: string, attempt: number, from: { step: number; kept: readonly number[] }): void;
  /** The trainer cannot apply a pending edit. @throws not-found, conflict where it is not pending */
  refuse(id: number, reason: string): void;
  /** @throws not-found where the run has no such edit */
  get(run: string, id: number): RunEdit;
  /** The newest `limit` (before that id), oldest first, and how many the run has in all. */
  list(run: string, page: { before?: number | null; limit: number }): { edits: RunEdit[]; count: number };
  /** Edits applied at that step or later, in the order in which they were. */
  appliedFrom(run: string, step: number): RunEdit[];
  /** The newest applied edit that is no undo and that no pending or applied edit takes back; null where there is none. */
  newestToUndo(run: string): RunEdit | null;
}

export interface HistogramsApi {
  /** Overwrites the former one. */
  set(run: string, attempt: number, histogram: Omit<ActionHistogram, 'createdAt'>): void;
  /** @throws not-found where the run has none yet */
  get(run: string): ActionHistogram;
}

/** A behaviour prior fitted to a stored run, without its data. */
export interface FittedPrior {
  id: number;
  /** The run that uses it. */
  run: string;
  /** The run that it was fitted to; it may be deleted or elsewhere. */
  sourceRun: string;
  createdAt: number;
  /** Of the data. */
  bytes: number;
  /** The fitter's own JSON. */
  details: unknown;
}

export interface FittedPriorsApi {
  /** Returns its id. */
  add(run: string, prior: { sourceRun: string; details: unknown; data: Uint8Array }): number;
  /** Oldest first. */
  list(run: string): FittedPrior[];
  /** @throws not-found */
  data(id: number): Uint8Array;
}
