// What Compare says about edited runs.
import { describe, expect, it } from 'vitest';
import type { ParameterValues } from '../../../src-main/contract/parameters.ts';
import type { RunDetail, RunEdit } from '../../../src-main/contract/runs.ts';
import { countEdited, describeEdited, editedValues } from './edits.ts';

const atFirst = { 'entropy-target': -6, discount: 0.99, hidden: [256, 256] };
function run(values: ParameterValues = {}, edits: Partial<RunEdit>[] = []): RunDetail {
  return {
    configuration: { hyperparameters: atFirst },
    values: { ...atFirst, ...values },
    edits,
    isEdited: edits.length > 0,
  } as unknown as RunDetail;
}
const applied = (changes: ParameterValues): Partial<RunEdit> => ({ changes, state: 'applied' });

describe('editedValues', () => {
  it('has what is in force now', () =>
    expect([...editedValues(run({ 'entropy-target': -3 }, [applied({ 'entropy-target': -3 })]))]).toEqual([['entropy-target', '-3']]));
  it('has what was put back', () =>
    expect([...editedValues(run({}, [applied({ 'entropy-target': -3 }), applied({ 'entropy-target': -6 })]))]).toEqual([
      ['entropy-target', '-6'],
    ]));
  it('has what only older edits changed', () => expect(editedValues(run({ discount: 0.9 })).get('discount')).toBe('0.9'));
  it('leaves out what was never in force', () => {
    expect(
      editedValues(
        run({}, [
          { changes: { discount: 0.5 }, state: 'refused' },
          { changes: { hidden: [1] }, state: 'pending' },
        ]),
      ).size,
    ).toBe(0);
  });
});

describe('a group in words', () => {
  const edited = run({ 'entropy-target': -3 }, [applied({ 'entropy-target': -3 })]);
  it.each([
    [[edited], '✎ -3', 'edited'],
    [[edited, run(), run()], '✎ -3 in 1 of 3 runs', '1 of 3 runs edited'],
    [
      [edited, run({ 'entropy-target': -2 }, [applied({ 'entropy-target': -2 })])],
      '✎ -3 in 1 of 2 runs, -2 in 1 of 2 runs',
      '2 of 2 runs edited',
    ],
    [[run(), run()], null, null],
    [[], null, null],
  ])('case %#', (runs, knob, count) => {
    expect(describeEdited(runs, 'entropy-target')).toBe(knob);
    expect(countEdited(runs)).toBe(count);
    expect(describeEdited(runs, 'discount')).toBeNull();
  });
});
