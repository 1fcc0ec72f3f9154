// What the list of deleted runs says of each.
import { restorableDays, type DeletedRun } from '../../../src-main/contract/runs.ts';

const dayMs = 24 * 3600 * 1000;

/** Whole days, rounded up, in which it can still be restored. @param now milliseconds since 1970 */
export function daysLeft({ deletedAt }: Pick<DeletedRun, 'deletedAt'>, now: number): number {
  return Math.max(0, Math.ceil(restorableDays - (now - deletedAt) / dayMs));
}

/** Those in whose name, task, agent, note or id every word occurs. */
export function matching(runs: readonly DeletedRun[], search: string): DeletedRun[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return runs.filter(({ id, name, task, agent, note }) => {
    const text = `${id} ${name} ${task} ${agent} ${note}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
