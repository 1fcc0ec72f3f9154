// Which events of a run count: not those after a step to which it was rolled back or from which it was resumed.
import type { RunDetail, RunEdit, RunEvent } from '../../../src-main/contract/runs.ts';

export interface EventsByStanding {
  counted: RunEvent[];
  /** Of steps that a later attempt has taken anew, or of edits that a roll back dropped. */
  superseded: RunEvent[];
}

/**
 * An edit made after the checkpoint that a crashed run goes on from is applied again at its step, so that its event counts
 * although its attempt does not go so far; one made at the very step that a run is rolled back to may be dropped. So for
 * edits the edits themselves decide.
 * @param known isComplete: without some of the edits none of their events can be told to be superseded
 */
export function eventsByStanding(
  { events, attempts }: Pick<RunDetail, 'events' | 'attempts'>,
  known: { edits: readonly Pick<RunEdit, 'state' | 'appliedStep'>[]; isComplete: boolean },
): EventsByStanding {
  const lastCounted = new Map(attempts.map(({ attempt, supersededAfter }) => [attempt, supersededAfter ?? Infinity]));
  const editedAt = new Set(known.edits.filter(({ state }) => state === 'applied').map(({ appliedStep }) => appliedStep));
  const isSuperseded = ({ kind, step, attempt }: RunEvent): boolean =>
    kind === 'edit' ? known.isComplete && !editedAt.has(step) : step > (lastCounted.get(attempt) ?? Infinity);
  const { counted = [], superseded = [] } = Object.groupBy(events, (event) => (isSuperseded(event) ? 'superseded' : 'counted'));
  return { counted, superseded };
}
