// Curves while they grow, while they are zoomed, and while the connection is gone.
import { expect, it, vi } from 'vitest';
import type { ResponseOf } from '../../src-main/contract/requests.ts';
import { connectedApp, useWindow } from '../testing/window.svelte.ts';
import { metricSeries } from '../testing/samples.ts';
import { LiveSeries } from './live-series.svelte.ts';

useWindow();
const answer = (...steps: number[]): ResponseOf<'metrics.query'> => ({ series: [metricSeries('temperature', ...steps)], superseded: [] });
const data = (environmentSteps: number) => ({
  kind: 'run-data-changed' as const,
  runs: [{ run: 'a', environmentSteps, snapshotStep: null, evaluationCount: 0, eventCount: 0 }],
});
const last = (live: LiveSeries): number | undefined => live.get('temperature')?.step.at(-1);

it('loads at once, and what happened during the request a second after it', async () => {
  const { app, service } = connectedApp();
  const live = new LiveSeries(app, 'a', ['temperature'], { maxPoints: 7, lastSteps: 100 });
  expect(service.next('metrics.query').request).toMatchObject({ run: 'a', metrics: ['temperature'], maxPoints: 7, fromStep: 0 });
  service.emit(data(500));
  expect(live.isLoaded).toBe(false);
  await service.next('metrics.query').answer(answer(1));
  expect([live.isLoaded, last(live)]).toEqual([true, 1]);
  vi.advanceTimersByTime(1000);
  expect(service.next('metrics.query').request.fromStep).toBe(400);
  await service.next('metrics.query').answer(answer(1, 500));
  expect(last(live)).toBe(500);
});

it('shows the part that was zoomed to last, in whatever order the answers come', async () => {
  const { app, service } = connectedApp();
  const live = new LiveSeries(app, 'a', ['temperature']);
  live.setRange([10, 20]);
  live.setRange([30, 40]);
  const [whole, earlier, later] = service.waiting('metrics.query');
  expect([whole, earlier, later].map((one) => one?.request.fromStep)).toEqual([null, 10, 30]);
  await later?.answer(answer(35));
  await earlier?.answer(answer(15));
  await whole?.answer(answer(1000));
  expect([live.range, last(live)]).toEqual([[30, 40], 35]);
});

it('asks at once for superseded rows, and not where nothing changes', async () => {
  const { app, service } = connectedApp();
  const live = new LiveSeries(app, 'a', ['temperature']);
  await service.next('metrics.query').answer(answer(1));
  live.includeSuperseded(false);
  expect(service.count('metrics.query')).toBe(1);
  live.includeSuperseded(true);
  expect(service.next('metrics.query').request.includeSuperseded).toBe(true);
  await service.next('metrics.query').answer({ ...answer(1), superseded: [{ ...metricSeries('temperature', 5), attempt: 1 }] });
  expect(live.superseded).toHaveLength(1);
});

it('says what went wrong, keeps its curves, and mends itself', async () => {
  const { app, service } = connectedApp();
  const live = new LiveSeries(app, 'a', ['temperature']);
  await service.next('metrics.query').answer(answer(1));
  service.emit(data(2));
  vi.advanceTimersByTime(1000);
  await service.lose();
  expect([live.error, last(live)]).toEqual(['The connection was lost.', 1]);
  service.connect();
  vi.advanceTimersByTime(1000);
  await service.next('metrics.query').answer(answer(2));
  expect([live.error, last(live)]).toEqual([null, 2]);
});

it('takes nothing after its end', async () => {
  const { app, service } = connectedApp();
  const live = new LiveSeries(app, 'a', ['temperature']);
  live.dispose();
  await service.next('metrics.query').answer(answer(1));
  live.setRange([0, 1]);
  service.emit(data(9));
  vi.advanceTimersByTime(9000);
  expect([live.isLoaded, live.series.size, service.count('metrics.query')]).toEqual([false, 0, 1]);
});
