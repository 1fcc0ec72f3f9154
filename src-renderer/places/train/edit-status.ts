// What has become of the edits of a run, seen from one knob and from the Undo button.
import type { ParameterValue, ParameterValues } from '../../../src-main/contract/parameters.ts';
import type { RunEdit } from '../../../src-main/contract/runs.ts';

export interface KnobStatus {
  /** Asked for and not applied yet; null where nothing is. */
  pending: ParameterValue | null;
  /** Environment steps done when it was last changed; null where it never was. */
  appliedStep: number | null;
  /** Why the newest change of it came to nothing. */
  problem: string | null;
}

/** @param edits oldest first */
export function knobStatus(edits: readonly RunEdit[], name: string): KnobStatus {
  const own = edits.filter(({ changes }) => name in changes);
  const last = own.at(-1);
  const isLost = last !== undefined && (last.state === 'refused' || last.state === 'dropped');
  return {
    pending: own.findLast(({ state }) => state === 'pending')?.changes[name] ?? null,
    appliedStep: own.findLast(({ state }) => state === 'applied')?.appliedStep ?? null,
    problem: isLost ? `${last.state === 'refused' ? 'Refused' : 'Not applied'}: ${last.reason ?? 'the log may say why'}` : null,
  };
}

/**
 * The edit that Undo takes back: the newest, in force or on its way, that is neither an undo nor undone already. One on
 * its way counts, since a person who has just sent it means that one and not the one before.
 */
export function newestToUndo(edits: readonly RunEdit[]): RunEdit | null {
  const undone = new Set(edits.filter(({ undoes, state }) => undoes !== null && (state === 'pending' || state === 'applied')).map(({ undoes }) => undoes));
  return edits.findLast(({ id, undoes, state }) => (state === 'applied' || state === 'pending') && undoes === null && !undone.has(id)) ?? null;
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
  const missing = sent.filter(({ id }) => id > newest).map((one): RunEdit => ({
    ...one, requester: '', dueStep: null, state: 'pending', appliedStep: null, previous: null, reason: null,
  }));
  return [...edits, ...missing];
}
