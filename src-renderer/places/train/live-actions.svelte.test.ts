// The histogram of actions while the policy learns.
import { expect, it, vi } from 'vitest';
import type { ActionHistogram } from '../../../src-main/contract/runs.ts';
import { connectedApp, useWindow } from '../../testing/window.svelte.ts';
import { LiveActions } from './live-actions.svelte.ts';

useWindow();
const histogram = (createdAt: number): ActionHistogram => ({
  step: createdAt,
  createdAt,
  bins: 1,
  counts: Int32Array.of(1),
  moments: new Float64Array(4),
});
const data = (run: string) => ({
  kind: 'run-data-changed' as const,
  runs: [{ run, environmentSteps: 2, snapshotStep: null, evaluationCount: 0, eventCount: 0 }],
});

it('asks again for what happened while an answer was on its way', async () => {
  const { app, service } = connectedApp();
  const actions = new LiveActions(app, 'a');
  service.emit(data('a'));
  await service.next('runs.actions').answer({ histogram: histogram(1) });
  expect(actions.histogram?.createdAt).toBe(1);
  vi.advanceTimersByTime(2000);
  // The last event of a run: none comes after it.
  await service.next('runs.actions').answer({ histogram: histogram(2) });
  expect(actions.histogram?.createdAt).toBe(2);
  vi.advanceTimersByTime(60_000);
  expect(service.count('runs.actions')).toBe(2);
});

it('leaves the same picture as it is, and does not ask for other runs’ news', async () => {
  const { app, service } = connectedApp();
  const actions = new LiveActions(app, 'a');
  await service.next('runs.actions').answer({ histogram: histogram(1) });
  const shown = actions.histogram;
  service.emit(data('b'));
  vi.advanceTimersByTime(10_000);
  expect(service.count('runs.actions')).toBe(1);
  service.emit(data('a'));
  await service.next('runs.actions').answer({ histogram: histogram(1) });
  expect(actions.histogram).toBe(shown);
});

it('says why there is none, comes back by itself, and stops at its end', async () => {
  const { app, service } = connectedApp();
  const actions = new LiveActions(app, 'a');
  await service.next('runs.actions').refuse('busy', 'failed');
  expect(actions.error).toBe('busy');
  vi.advanceTimersByTime(1000);
  await service.next('runs.actions').answer({ histogram: histogram(1) });
  expect([actions.error, actions.histogram?.createdAt]).toEqual([null, 1]);
  await service.lose();
  service.connect();
  vi.advanceTimersByTime(2000);
  const [late] = service.waiting('runs.actions');
  actions.dispose();
  await late?.answer({ histogram: histogram(3) });
  expect(actions.histogram?.createdAt).toBe(1);
});
