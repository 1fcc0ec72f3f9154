// A run's edits as a list: pages put together, and each edit in words.
import { type AgentParameters, describeChanges } from '../../../src-main/contract/agent-values.ts';
import { formatValue } from '../../../src-main/contract/effects/numbers.ts';
import type { RunEdit } from '../../../src-main/contract/runs.ts';
import { formatInteger } from '../../format.ts';

/**
 * What is known of the edits once a page has come, oldest first. A page that neither overlaps nor adjoins what is known
 * would leave a gap: it then stands alone. Ids rise, but other runs have some of those between.
 * @param page its edits oldest first
 * @param before the id that the page was asked for to end at; null for the newest
 */
export function withPage(known: readonly RunEdit[], page: readonly RunEdit[], before: number | null): RunEdit[] {
  const oldest = known[0]?.id;
  const newest = known.at(-1)?.id;
  const first = page[0]?.id;
  const adjoins = before === null ? first === undefined || (newest !== undefined && first <= newest) : before === oldest;
  if (!adjoins) return before === null ? [...page] : [...known];
  const byId = new Map(known.map((one) => [one.id, one]));
  for (const one of page) byId.set(one.id, one);
  return [...byId.values()].sort((a, b) => a.id - b.id);
}

/** "entropy-target −6 → −3 nats" where it was applied, else "entropy-target = −3". */
export function editText(agent: AgentParameters | undefined, edit: RunEdit): string {
  if (edit.previous !== null) return describeChanges(agent ?? { title: '', parameters: [], unused: [] }, edit.previous, edit.changes);
  return Object.entries(edit.changes)
    .map(([name, value]) => `${name} = ${formatValue(value)}`)
    .join(', ');
}

/** "applied at step 12,300", "pending", "refused". */
export function editState(edit: RunEdit): string {
  if (edit.state === 'applied') return `applied at step ${formatInteger(edit.appliedStep)}`;
  if (edit.state === 'pending' && edit.dueStep !== null) return `due at step ${formatInteger(edit.dueStep)}`;
  return edit.state;
}
