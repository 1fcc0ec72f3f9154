// Edits between the rows of the matrix.
import { expect, it } from 'vitest';
import type { RunEvent } from '../../../src-main/contract/runs.ts';
import { editsBetween } from './edit-marks.ts';
import type { MatrixRow } from './rollout-data.ts';

const row = (step: number): MatrixRow => ({ step, attempt: 1, meanReturn: 0, cells: [] });
const event = (step: number, message: string, kind: RunEvent['kind'] = 'edit'): RunEvent => ({
  id: step,
  attempt: 1,
  step,
  createdAt: 0,
  kind,
  message,
  requester: null,
});

it('gives each edit to the first evaluation of a policy that learned with it', () => {
  const marks = editsBetween(
    [row(300), row(200), row(100)],
    [event(100, 'a'), event(150, 'b'), event(250, 'resumed', 'resumed'), event(300, 'too late')],
  );
  expect([...marks]).toEqual([[200, 'Edited since the evaluation before\nstep 100: a\nstep 150: b']]);
});
it('counts many', () => {
  const marks = editsBetween(
    [row(5000)],
    Array.from({ length: 1000 }, (_, i) => event(i, `edit ${i}`)),
  );
  expect(marks.get(5000)?.split('\n')).toEqual([
    'Edited since the evaluation before',
    '995 earlier',
    ...[995, 996, 997, 998, 999].map((i) => `step ${i}: edit ${i}`),
  ]);
});
it('takes nothing', () => expect(editsBetween([], [event(1, 'a')]).size).toBe(0));
