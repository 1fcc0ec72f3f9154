// Runs of one name and seed are told apart by id.
import { expect, it } from 'vitest';
import { runLabels } from './run-labels.ts';

it('adds the id only where it is needed', () => {
  const labels = runLabels([
    { id: 'a2', name: 'sac', seed: 1 },
    { id: 'b3', name: 'sac', seed: 1 },
    { id: 'c4', name: 'sac', seed: 2 },
    { id: 'd5', name: 'virel', seed: 1 },
  ]);
  expect([...labels.values()]).toEqual(['sac, seed 1, a2', 'sac, seed 1, b3', 'sac, seed 2', 'virel, seed 1']);
  expect(runLabels([]).size).toBe(0);
});
