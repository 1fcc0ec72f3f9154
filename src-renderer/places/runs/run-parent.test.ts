// A fork's parent: stored, deleted, none.
import { expect, it } from 'vitest';
import type { RunSummary } from '../../../src-main/contract/runs.ts';
import { describeParentage, parentageOf } from './run-parent.ts';

const runs = new Map([['p', { id: 'p', name: 'first' } as RunSummary]]);
it.each([
  [{ parent: null }, null, null],
  [{ parent: { run: 'p', step: 4000 } }, 'fork of first at step 4,000', 'p'],
  [{ parent: { run: 'gone', step: 0 } }, 'fork of a run that was deleted (gone) at step 0', null],
])('of %j', (run, text, link) => {
  expect(describeParentage(run, runs)).toBe(text);
  expect(parentageOf(run, runs)?.run ?? null).toBe(link);
});
