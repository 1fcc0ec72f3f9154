// A trial: begun, watched, refused, cancelled, given up, and a connection that is lost meanwhile.
import { expect, it, vi } from 'vitest';
import type { TrialProgress } from '../../../src-main/contract/trials.ts';
import { connectedApp, inRoot, useWindow } from '../../testing/window.svelte.ts';
import { VariantTrial } from './variant-trial.svelte.ts';

useWindow();
const request = { run: 'a', step: null, taskOptions: {}, episodes: 10, seed: 3 };
const started = { trial: 't', step: 500, own: null };
const progress = (episodesFinished: number, state: TrialProgress['state'] = 'running'): TrialProgress => ({
  state,
  episodesFinished,
  episodes: 10,
  result: state === 'finished' ? { episodes: 10, mean: 1, standardDeviation: 0, success: null } : null,
  error: null,
});

function bench() {
  const { app, service } = connectedApp();
  return { service, trying: inRoot(() => new VariantTrial(app, (field) => field === 'episodes')) };
}

it('is watched four times a second until it has finished', async () => {
  const { trying, service } = bench();
  void trying.start(request, 'half the gravity');
  await service.next('trials.start').answer(started);
  expect([trying.isRunning, trying.trial?.words, trying.trial?.seed]).toEqual([true, 'half the gravity', 3]);
  await service.next('trials.get').answer(progress(4));
  expect(trying.trial?.episodesFinished).toBe(4);
  vi.advanceTimersByTime(249);
  expect(service.count('trials.get')).toBe(1);
  vi.advanceTimersByTime(1);
  await service.next('trials.get').answer(progress(10, 'finished'));
  vi.advanceTimersByTime(60_000);
  expect([trying.isRunning, trying.trial?.result?.mean, service.count('trials.get')]).toEqual([false, 1, 2]);
});

it('shows a refusal at its field, or beside them all', async () => {
  const { trying, service } = bench();
  void trying.start(request, '');
  await service.next('trials.start').refuse('too many', 'invalid-request', 'episodes');
  expect([trying.refused, trying.problem]).toEqual([{ episodes: 'too many' }, null]);
  void trying.start(request, '');
  await service.next('trials.start').refuse('no policy is kept', 'conflict', 'step');
  expect([trying.refused, trying.problem, trying.trial]).toEqual([{}, 'no policy is kept', null]);
});

it('goes on over a lost connection, and is gone with the workstation that knew it', async () => {
  const { trying, service } = bench();
  void trying.start(request, '');
  await service.next('trials.start').answer(started);
  await service.lose();
  expect([trying.problem, trying.isRunning]).toEqual(['The connection was lost.', true]);
  vi.advanceTimersByTime(1000);
  await service.next('trials.get').answer(progress(7));
  expect([trying.problem, trying.trial?.episodesFinished]).toEqual([null, 7]);
  vi.advanceTimersByTime(250);
  await service.next('trials.get').refuse('There is no trial t', 'not-found');
  expect([trying.problem, trying.trial]).toEqual(['There is no trial t', null]);
});

it('is cancelled on demand, and says so when the workstation does', async () => {
  const { trying, service } = bench();
  void trying.start(request, '');
  await service.next('trials.start').answer(started);
  await service.next('trials.get').answer(progress(2));
  void trying.cancel();
  await service.next('trials.cancel').answer({});
  vi.advanceTimersByTime(250);
  await service.next('trials.get').answer(progress(2, 'cancelled'));
  expect(trying.trial?.state).toBe('cancelled');
});

it('is cancelled where it was given up, also before it had begun, and shows nothing after that', async () => {
  const { trying, service } = bench();
  void trying.start(request, '');
  void trying.giveUp();
  await service.next('trials.start').answer(started);
  expect([service.next('trials.cancel').request, trying.trial]).toEqual([{ trial: 't' }, null]);
  await service.next('trials.cancel').answer({});
  void trying.start(request, '');
  await service.next('trials.start').answer(started);
  const [late] = service.waiting('trials.get');
  void trying.giveUp();
  await late?.answer(progress(9));
  await service.next('trials.cancel').answer({});
  vi.advanceTimersByTime(60_000);
  expect([trying.trial, service.count('trials.get'), service.count('trials.cancel')]).toEqual([null, 1, 2]);
});
