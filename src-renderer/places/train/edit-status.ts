// What has become of the edits of a run, seen from one knob and from the Undo button.
import type { ParameterValue, ParameterValues } from '../../../src-main/contract/parameters.ts';
import type { RunEdit } from '../../../src-main/contract/runs.ts';

export interface KnobStatus {
  /** Asked for and not applied yet; null where nothing is. */
  pending: ParameterValue | null;
  /** Step at which `pending` comes into force; null where the trainer chooses, or nothing is pending. */
  dueStep: number | null;
  /** Environment steps done when it was last changed; null where it never was. */
  appliedStep: number | null;
  /** Why the newest change of it came to nothing. */
  problem: string | null;
}

/** Due at a step, in a repetition or after a crash, and not yet come to: nobody has asked for it now, and it is not in force. */
export function isScheduled({ dueStep, state }: Pick<RunEdit, 'dueStep' | 'state'>): boolean {
  return dueStep !== null && state === 'pending';
}

/** Edits that the trainer is to apply as soon as it can: those of a repetition wait for their steps. */
export function pendingCount(edits: readonly RunEdit[]): number {
  return edits.filter((one) => one.state === 'pending' && !isScheduled(one)).length;
}

/** @param edits oldest first */
export function knobStatus(edits: readonly RunEdit[], name: string): KnobStatus {
  const own = edits.filter(({ changes }) => name in changes);
  const last = own.at(-1);
  const isLost = last !== undefined && (last.state === 'refused' || last.state === 'dropped');
  // What a person asks for comes before what is due later, of which the next one counts.
  const scheduled = own
    .filter(isScheduled)
    .reduce<RunEdit | undefined>((next, one) => ((one.dueStep ?? 0) < (next?.dueStep ?? Infinity) ? one : next), undefined);
  const pending = own.findLast((one) => one.state === 'pending' && !isScheduled(one)) ?? scheduled;
  const steps = own.flatMap(({ state, appliedStep }) => (state === 'applied' && appliedStep !== null ? [appliedStep] : []));
  return {
    pending: pending?.changes[name] ?? null,
    dueStep: pending?.dueStep ?? null,
    // Ids do not follow the steps in a repetition that is edited.
    appliedStep: steps.length === 0 ? null : steps.reduce((a, b) => Math.max(a, b)),
    problem: isLost ? `${last.state === 'refused' ? 'Refused' : 'Not applied'}: ${last.reason ?? 'the log may say why'}` : null,
  };
}

/**
 * The edit that Undo takes back: the newest, in force or on its way, that is neither an undo nor undone already. One on
 * its way counts, since a person who has just sent it means that one and not the one before; one that is scheduled does
 * not, and neither does it undo another yet.
 */
export function newestToUndo(edits: readonly RunEdit[]): RunEdit | null {
  const here = edits.filter((one) => !isScheduled(one));
  const undone = new Set(
    here.filter(({ undoes, state }) => undoes !== null && (state === 'pending' || state === 'applied')).map(({ undoes }) => undoes),
  );
  return (
    here.findLast(({ id, undoes, state }) => (state === 'applied' || state === 'pending') && undoes === null && !undone.has(id)) ?? null
  );
}

/** An edit that this window has sent and the run's details do not list yet. */
export interface SentEdit {
  id: number;
  changes: ParameterValues;
  undoes: number | null;
  requestedAt: number;
}

/** The listed edits with those that were sent since, as pending. */
export function withSent(edits: readonly RunEdit[], sent: readonly SentEdit[]): RunEdit[] {
  const newest = edits.at(-1)?.id ?? 0;
  const missing = sent
    .filter(({ id }) => id > newest)
    .map((one): RunEdit => ({
      ...one,
      requester: '',
      dueStep: null,
      state: 'pending',
      appliedStep: null,
      previous: null,
      reason: null,
    }));
  return [...edits, ...missing];
}
