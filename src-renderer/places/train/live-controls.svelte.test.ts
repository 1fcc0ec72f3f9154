// Live controls: drafts that are sent, refused, changed meanwhile, applied and taken back.
import { expect, it } from 'vitest';
import { sacDeclaration } from '../../../src-main/agents/sac.declaration.ts';
import type { RunEdit, RunState } from '../../../src-main/contract/runs.ts';
import { connectedApp, inRoot, useWindow } from '../../testing/window.svelte.ts';
import { runDetail, runEdit, task } from '../../testing/samples.ts';
import { LiveControls, type Surroundings } from './live-controls.svelte.ts';

useWindow();

const values = {
  ...Object.fromEntries(sacDeclaration.parameters.map(({ name, default: value }) => [name, value === 'auto' ? 0 : value])),
  'entropy-target': -6,
  'kl-target': 10,
  'schedule-to': 100_000,
};

function bench(state: RunState = 'running') {
  const { app, service } = connectedApp();
  let around = $state.raw<Surroundings>({
    agent: { title: 'SAC', parameters: sacDeclaration.parameters, unused: [] },
    task,
    detail: runDetail('a', { state, values }),
    edits: [],
    measured: {},
    histogram: null,
  });
  let refreshes = 0;
  const controls = inRoot(
    () =>
      new LiveControls(
        app,
        () => around,
        () => (refreshes += 1),
      ),
  );
  return {
    controls,
    service,
    refreshes: () => refreshes,
    edits: (...edits: RunEdit[]) => (around = { ...around, edits }),
    become: (next: RunState) => (around = { ...around, detail: { ...around.detail, state: next } }),
  };
}

it('sends the drafts, shows them as pending, and asks for the details at once', async () => {
  const { controls, service, refreshes } = bench();
  controls.set('entropy-target', '-3');
  expect([controls.changeCount, controls.canApply]).toEqual([1, true]);
  const sending = controls.apply();
  expect([controls.isSending, controls.canApply]).toEqual([true, false]);
  await controls.apply();
  expect(service.next('runs.edit').request).toEqual({ run: 'a', changes: { 'entropy-target': -3 } });
  await service.next('runs.edit').answer({ edit: 1 });
  await sending;
  expect([controls.hasDrafts, controls.status('entropy-target').pending, controls.pendingCount, refreshes()]).toEqual([false, -3, 1, 1]);
  expect(service.count('runs.edit')).toBe(1);
});

it('believes the details that came before the answer', async () => {
  const { controls, service, edits } = bench();
  controls.set('entropy-target', '-3');
  const sending = controls.apply();
  edits(runEdit(1, { state: 'applied', appliedStep: 500, previous: { 'entropy-target': -6 } }));
  await service.next('runs.edit').answer({ edit: 1 });
  await sending;
  expect([controls.pendingCount, controls.status('entropy-target')]).toMatchObject([0, { pending: null, appliedStep: 500 }]);
});

it('keeps what is typed while the answer is on its way', async () => {
  const { controls, service } = bench();
  controls.set('entropy-target', '-3');
  const sending = controls.apply();
  controls.set('entropy-target', '-2');
  await service.next('runs.edit').answer({ edit: 1 });
  await sending;
  expect(controls.text('entropy-target')).toBe('-2');
});

it('shows a refusal at its knob until the drafts change, and not at one that was changed meanwhile', async () => {
  const { controls, service } = bench();
  controls.set('entropy-target', '-3');
  let sending = controls.apply();
  await service.next('runs.edit').refuse('too low', 'invalid-request', 'changes.entropy-target');
  await sending;
  expect([controls.errors['entropy-target'], controls.canApply]).toEqual(['too low', false]);
  controls.set('entropy-target', '-2');
  expect([controls.errors, controls.canApply]).toEqual([{}, true]);
  sending = controls.apply();
  controls.set('entropy-target', '-1');
  await service.next('runs.edit').refuse('too low', 'invalid-request', 'changes.entropy-target');
  await sending;
  expect([controls.errors, controls.refusal]).toEqual([{}, 'too low']);
});

it('keeps the drafts where the connection is lost, and can send them again', async () => {
  const { controls, service } = bench();
  controls.set('entropy-target', '-3');
  const sending = controls.apply();
  await service.lose();
  await sending;
  expect([controls.refusal, controls.hasDrafts, controls.canApply]).toEqual(['The connection was lost.', true, true]);
});

it('takes the newest edit back at once, or as soon as it is applied, and not where it came to nothing', async () => {
  const { controls, service, edits } = bench();
  edits(runEdit(1));
  await controls.undo();
  await controls.undoAwaited();
  expect(service.count('runs.undo')).toBe(0);
  const applied = runEdit(1, { state: 'applied', appliedStep: 5, previous: { 'entropy-target': -6 } });
  edits(applied);
  const undoing = controls.undoAwaited();
  expect(service.next('runs.undo').request).toEqual({ run: 'a', edit: 1 });
  await service.next('runs.undo').answer({ edit: 2 });
  await undoing;
  expect([controls.status('entropy-target').pending, controls.undoable]).toEqual([-6, null]);
  edits(applied, runEdit(2, { state: 'applied', undoes: 1, appliedStep: 6 }), runEdit(3));
  await controls.undo();
  edits(applied, runEdit(2, { state: 'applied', undoes: 1, appliedStep: 6 }), runEdit(3, { state: 'dropped' }));
  await controls.undoAwaited();
  expect(service.count('runs.undo')).toBe(1);
});

it('sends nothing where the run does not go on', async () => {
  const { controls, service, become } = bench('finished');
  controls.set('entropy-target', '-3');
  await controls.apply();
  await controls.undo();
  expect([controls.isLive, service.count('runs.edit')]).toEqual([false, 0]);
  become('paused');
  expect(controls.canApply).toBe(true);
  controls.discard();
  expect([controls.hasDrafts, controls.text('entropy-target')]).toEqual([false, '-6']);
});
