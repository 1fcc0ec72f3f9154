// Dialogs that begin at a checkpoint: refusals reach the form that was sent, and no other.
import { expect, it } from 'vitest';
import { sacDeclaration } from '../../../src-main/agents/sac.declaration.ts';
import { connectedApp, useWindow } from '../../testing/window.svelte.ts';
import type { CheckpointForm } from './fork-form.ts';
import { CheckpointFilling } from './checkpoint-form.svelte.ts';

useWindow();
const form = (step: number): CheckpointForm => ({ step, typed: {} });

function bench() {
  const { app, service } = connectedApp();
  const filling = new CheckpointFilling(form(100));
  const made: string[] = [];
  const ask = (): Promise<void> =>
    filling.ask(async () => {
      made.push((await app.call('runs.fork', { run: 'a', step: filling.form.step, hyperparameters: {}, name: null })).run);
    }, sacDeclaration.parameters);
  return { filling, service, made, ask };
}

it('asks once, and says when it has been answered', async () => {
  const { filling, service, made, ask } = bench();
  const asking = ask();
  await ask();
  expect([filling.isAsking, service.count('runs.fork')]).toEqual([true, 1]);
  await service.next('runs.fork').answer({ run: 'b', remarks: [] });
  await asking;
  expect([filling.isAsking, made]).toEqual([false, ['b']]);
});

it('shows a refusal at its field, or beside them all, until something changes', async () => {
  const { filling, service, ask } = bench();
  let asking = ask();
  await service.next('runs.fork').refuse('too large', 'invalid-request', 'hyperparameters.entropy-target');
  await asking;
  expect([filling.refused, filling.refusal]).toEqual([{ 'entropy-target': 'too large' }, null]);
  filling.type('entropy-target', '-3');
  expect([filling.refused, filling.form.typed]).toEqual([{}, { 'entropy-target': '-3' }]);
  asking = ask();
  await service.lose();
  await asking;
  expect([filling.refused, filling.refusal, filling.isAsking]).toEqual([{}, 'The connection was lost.', false]);
});

it('does not show a refusal at a field that was changed meanwhile', async () => {
  const { filling, service, ask } = bench();
  const asking = ask();
  filling.type('entropy-target', '-2');
  await service.next('runs.fork').refuse('too large', 'invalid-request', 'hyperparameters.entropy-target');
  await asking;
  expect([filling.refused, filling.refusal]).toEqual([{}, 'too large']);
});

it('begins anew without what an earlier opening has asked for', async () => {
  const { filling, service, ask } = bench();
  const early = ask();
  filling.begin(form(200));
  expect([filling.isAsking, filling.form.step]).toEqual([false, 200]);
  const late = ask();
  await service.next('runs.fork').refuse('the checkpoint is gone', 'conflict');
  await early;
  expect([filling.refusal, filling.isAsking]).toEqual([null, true]);
  await service.next('runs.fork').answer({ run: 'c', remarks: [] });
  await late;
  expect(filling.isAsking).toBe(false);
});
