// Pages of edits put together, and edits in words.
import { describe, expect, it } from 'vitest';
import { sacDeclaration } from '../../../src-main/agents/sac.declaration.ts';
import type { RunEdit } from '../../../src-main/contract/runs.ts';
import { editState, editText, withPage } from './edit-list.ts';

const edit = (id: number, rest: Partial<RunEdit> = {}): RunEdit => ({
  id,
  requester: 'a window',
  requestedAt: 0,
  changes: { 'entropy-target': -3 },
  undoes: null,
  dueStep: null,
  state: 'pending',
  appliedStep: null,
  previous: null,
  reason: null,
  ...rest,
});
const edits = (...ids: number[]): RunEdit[] => ids.map((id) => edit(id));
const ids = (list: readonly RunEdit[]): number[] => list.map(({ id }) => id);

describe('withPage', () => {
  it.each<[number[], number[], number | null, number[]]>([
    [[], [4, 7], null, [4, 7]],
    [[4, 7], [4, 7, 9], null, [4, 7, 9]],
    [[1, 2, 4], [2, 4, 9], null, [1, 2, 4, 9]],
    [[4, 7], [1, 2], 4, [1, 2, 4, 7]],
    [[4, 7], [], 4, [4, 7]],
    [[4, 7], [], null, [4, 7]],
    // More came between than a page holds: no gap in silence.
    [[1, 2], [8, 9], null, [8, 9]],
    // The answer to a question that no longer fits.
    [[8, 9], [1, 2], 4, [8, 9]],
  ])('knowing %j, given %j before %s', (known, page, before, expected) =>
    expect(ids(withPage(edits(...known), edits(...page), before))).toEqual(expected),
  );

  it('takes the newer state of an edit', () => {
    expect(withPage([edit(1)], [edit(1, { state: 'applied', appliedStep: 5 })], null)).toMatchObject([
      { state: 'applied', appliedStep: 5 },
    ]);
  });
});

describe('an edit in words', () => {
  it.each<[Partial<RunEdit>, string, string]>([
    [
      { state: 'applied', appliedStep: 12_300, previous: { 'entropy-target': -6 } },
      'entropy-target −6 → −3 nats',
      'applied at step 12,300',
    ],
    [{}, 'entropy-target = −3', 'pending'],
    [{ dueStep: 400 }, 'entropy-target = −3', 'due at step 400'],
    [{ state: 'refused', reason: 'no' }, 'entropy-target = −3', 'refused'],
    [{ state: 'dropped', changes: { prior: 'constant', 'kl-target': 2 } }, 'prior = constant, kl-target = 2', 'dropped'],
  ])('%j', (rest, text, state) => {
    expect(editText(sacDeclaration, edit(1, rest))).toBe(text);
    expect(editState(edit(1, rest))).toBe(state);
  });
  it('of an agent that is not known', () =>
    expect(editText(undefined, edit(1, { previous: { 'entropy-target': -6 } }))).toBe('entropy-target −6 → −3'));
});
