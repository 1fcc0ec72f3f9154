// What a knob and the Undo button know of the run's edits.
import { describe, expect, it } from 'vitest';
import type { RunEdit } from '../../../src-main/contract/runs.ts';
import { knobStatus, newestToUndo, pendingCount, withSent } from './edit-status.ts';

const edit = (id: number, rest: Partial<RunEdit> = {}): RunEdit => ({
  id,
  requester: 'window',
  requestedAt: 0,
  changes: { c: id },
  undoes: null,
  dueStep: null,
  state: 'applied',
  appliedStep: id * 10,
  previous: { c: id - 1 },
  reason: null,
  ...rest,
});

const scheduled = (id: number, dueStep: number, rest: Partial<RunEdit> = {}): RunEdit =>
  edit(id, { state: 'pending', dueStep, appliedStep: null, previous: null, ...rest });

describe('knobStatus', () => {
  it('knows nothing of a knob that was never turned', () =>
    expect(knobStatus([edit(1)], 'other')).toEqual({ pending: null, dueStep: null, appliedStep: null, problem: null }));
  it('keeps the step of the last change while the next one waits', () => {
    expect(knobStatus([edit(1), edit(2), edit(3, { state: 'pending', appliedStep: null })], 'c')).toEqual({
      pending: 3,
      dueStep: null,
      appliedStep: 20,
      problem: null,
    });
  });
  it('shows the newest of several that wait', () =>
    expect(knobStatus([edit(1, { state: 'pending' }), edit(2, { state: 'pending' })], 'c').pending).toBe(2));
  it('shows the next of those that are due later, after what a person asks for', () => {
    const later = [edit(1), scheduled(2, 400), scheduled(3, 300)];
    expect(knobStatus(later, 'c')).toEqual({ pending: 3, dueStep: 300, appliedStep: 10, problem: null });
    expect(knobStatus([...later, edit(4, { state: 'pending', appliedStep: null })], 'c')).toMatchObject({ pending: 4, dueStep: null });
  });
  it('goes by steps where a scheduled edit came into force after one that was asked for', () => {
    expect(knobStatus([edit(1, { dueStep: 90, appliedStep: 90 }), edit(2, { appliedStep: 40 })], 'c').appliedStep).toBe(90);
  });
  it.each([
    ['refused', 'Refused: too large'],
    ['dropped', 'Not applied: too large'],
  ] as const)('says why an edit was %s, until the next one', (state, problem) => {
    const lost = edit(2, { state, reason: 'too large', appliedStep: null });
    expect(knobStatus([edit(1), lost], 'c')).toEqual({ pending: null, dueStep: null, appliedStep: 10, problem });
    expect(knobStatus([lost, edit(3)], 'c').problem).toBeNull();
  });
});

describe('newestToUndo', () => {
  it.each<[string, RunEdit[], number | null]>([
    ['nothing of nothing', [], null],
    ['the newest', [edit(1), edit(2)], 2],
    [
      'one on its way, none that came to nothing',
      [edit(1), edit(2, { state: 'pending' }), edit(3, { state: 'refused' }), edit(4, { state: 'dropped' })],
      2,
    ],
    ['the one before, after an undo', [edit(1), edit(2), edit(3, { undoes: 2 })], 1],
    ['the one before, while an undo waits', [edit(1), edit(2), edit(3, { undoes: 2, state: 'pending' })], 1],
    ['the same again, after a refused undo', [edit(1), edit(2), edit(3, { undoes: 2, state: 'refused' })], 2],
    ['none that is scheduled', [edit(1), scheduled(2, 400)], 1],
    ['nothing where all is scheduled', [scheduled(1, 300), scheduled(2, 400)], null],
    ['one whose undo is only scheduled', [edit(1), scheduled(2, 400, { undoes: 1 })], 1],
    ['one that was scheduled and is in force', [edit(1, { dueStep: 10 }), scheduled(2, 400)], 1],
    ['nothing where all is undone', [edit(1), edit(2, { undoes: 1 })], null],
  ])('is %s', (_, edits, id) => expect(newestToUndo(edits)?.id ?? null).toBe(id));
});

it('counts what is on its way to the trainer, not what is due later', () => {
  expect(pendingCount([edit(1), scheduled(2, 400), edit(3, { state: 'pending' })])).toBe(1);
});

it('adds what was sent until the details list it', () => {
  const sent = [{ id: 2, changes: { c: 5 }, undoes: null, requestedAt: 1 }];
  expect(knobStatus(withSent([edit(1)], sent), 'c').pending).toBe(5);
  expect(withSent([edit(1), edit(2)], sent)).toHaveLength(2);
  expect(withSent([edit(7)], sent)).toHaveLength(1);
});
