// Between which evaluations a run was edited: for the rows of the matrix.
import type { RunEvent } from '../../../src-main/contract/runs.ts';
import { formatInteger } from '../../format.ts';
import type { MatrixRow } from './rollout-data.ts';

const mostWords = 5;

/**
 * What was edited since the evaluation before, in words, by the step of the evaluation that was the first to see it.
 * @param rows in any order
 */
export function editsBetween(rows: readonly MatrixRow[], events: readonly RunEvent[]): Map<number, string> {
  const steps = [...new Set(rows.map((row) => row.step))].sort((a, b) => a - b);
  const found = new Map<number, RunEvent[]>();
  for (const event of events) {
    // An edit of step 400 rules step 401 on: the evaluation at 400 is of the policy before it.
    const first = event.kind === 'edit' ? steps.find((step) => step > event.step) : undefined;
    if (first !== undefined) found.set(first, [...(found.get(first) ?? []), event]);
  }
  return new Map([...found].map(([step, list]) => [step, inWords(list)]));
}

function inWords(events: readonly RunEvent[]): string {
  const newest = events.slice(-mostWords).map((event) => `step ${formatInteger(event.step)}: ${event.message}`);
  const more = events.length > mostWords ? [`${formatInteger(events.length - mostWords)} earlier`] : [];
  return ['Edited since the evaluation before', ...more, ...newest].join('\n');
}
