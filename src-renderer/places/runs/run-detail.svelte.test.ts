// A run's details while events, failures and other connections come.
import { expect, it, vi } from 'vitest';
import { connectedApp, useWindow } from '../../testing/window.svelte.ts';
import { runDetail } from '../../testing/samples.ts';
import { LiveRunDetail } from './run-detail.svelte.ts';

useWindow();
const grown = {
  kind: 'run-data-changed',
  runs: [{ run: 'a', environmentSteps: 2, snapshotStep: null, evaluationCount: 0, eventCount: 0 }],
} as const;
const event = () => ({ ...grown, runs: [...grown.runs] });

it('loads, and asks again once for all that happened during the request', async () => {
  const { app, service } = connectedApp();
  const live = new LiveRunDetail(app, 'a');
  service.emit(event());
  service.emit(event());
  expect(service.count('runs.get')).toBe(1);
  await service.next('runs.get').answer(runDetail('a', { environmentSteps: 1 }));
  expect(live.detail?.environmentSteps).toBe(1);
  vi.advanceTimersByTime(1000);
  await service.next('runs.get').answer(runDetail('a', { environmentSteps: 2 }));
  vi.advanceTimersByTime(10_000);
  expect([live.detail?.environmentSteps, service.count('runs.get')]).toEqual([2, 2]);
});

it('says why it could not be read, keeps what it has, and reads it by itself once that is over', async () => {
  const { app, service } = connectedApp();
  const live = new LiveRunDetail(app, 'a');
  await service.next('runs.get').answer(runDetail('a'));
  live.refresh();
  vi.advanceTimersByTime(1000);
  await service.next('runs.get').refuse('the disk is gone', 'failed');
  expect([live.error, live.detail?.id]).toEqual(['the disk is gone', 'a']);
  vi.advanceTimersByTime(1000);
  await service.next('runs.get').answer(runDetail('a'));
  expect(live.error).toBeNull();
});

it('asks again after another connection', async () => {
  const { app, service } = connectedApp();
  new LiveRunDetail(app, 'a');
  await service.next('runs.get').answer(runDetail('a'));
  await service.lose();
  service.connect();
  vi.advanceTimersByTime(1000);
  expect(service.count('runs.get')).toBe(2);
});

it('takes nothing after its end', async () => {
  const { app, service } = connectedApp();
  const live = new LiveRunDetail(app, 'a');
  live.dispose();
  await service.next('runs.get').answer(runDetail('a'));
  service.emit(event());
  vi.advanceTimersByTime(10_000);
  expect([live.detail, service.count('runs.get')]).toEqual([null, 1]);
});
