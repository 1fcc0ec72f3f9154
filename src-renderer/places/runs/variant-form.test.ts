// The form of an evaluation under a variant: laid over what the run was trained with.
import { expect, it } from 'vitest';
import { findTaskDeclaration } from '../../../src-main/tasks/declarations.ts';
import { checkVariant, type VariantForm } from './variant-form.ts';

const task = findTaskDeclaration('hopper');
if (task === undefined) throw new Error('hopper is a task');
const form = (rest: Partial<VariantForm> = {}): VariantForm => ({
  run: 'r',
  task,
  trained: { 'gravity-scale': 0.5 },
  step: null,
  typed: {},
  taskTyped: {},
  ...rest,
});

it('sends only what departs from the run’s own task, back to the task’s default as well', () => {
  expect(checkVariant(form()).request).toEqual({ run: 'r', step: null, taskOptions: {}, episodes: 10, seed: 1 });
  expect(checkVariant(form()).words).toBe('the task as trained');
  const changed = checkVariant(
    form({ step: 400, typed: { episodes: '3', seed: '7' }, taskTyped: { 'gravity-scale': '1', 'mass-scale': '1', 'action-delay': '2' } }),
  );
  expect(changed.request).toEqual({ run: 'r', step: 400, taskOptions: { 'gravity-scale': 1, 'action-delay': 2 }, episodes: 3, seed: 7 });
  expect(changed.words).toBe('gravity-scale 1, action-delay 2');
  expect(checkVariant(form({ taskTyped: { 'gravity-scale': '0.5' } })).request?.taskOptions).toEqual({});
});

it.each<[Partial<VariantForm>, string, RegExp]>([
  [{ typed: { episodes: '0' } }, 'episodes', /a whole number from 1 to 10,000; "0" was given/],
  [{ typed: { episodes: 'many' } }, 'episodes', /"many" was given/],
  [{ typed: { seed: '-1' } }, 'seed', /a whole number from 0 to/],
  [{ typed: { seed: '' } }, 'seed', /"" was given/],
  [{ taskTyped: { 'gravity-scale': '11' } }, 'taskOptions.gravity-scale', /a number from 0 to 10; "11" was given/],
  [{ taskTyped: { 'action-delay': '1.5' } }, 'taskOptions.action-delay', /a whole number from 0 to 100/],
  [{ taskTyped: { 'mass-scale': 'NaN' } }, 'taskOptions.mass-scale', /a number from 0.01 to 100; "NaN" was given/],
])('refuses %j', (change, field, words) => {
  const { request, errors } = checkVariant(form(change));
  expect(request).toBeNull();
  expect(Object.keys(errors)).toEqual([field]);
  expect(errors[field]).toMatch(words);
});
