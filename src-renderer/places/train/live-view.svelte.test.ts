// The live view: opening, the newest policy, failures of the worker and of the connection, and its end.
import { expect, it, vi } from 'vitest';
import type { PolicySnapshot } from '../../../src-main/contract/series.ts';
import type { LiveFrame } from '../../scene/messages.ts';
import { FakeScene } from '../../testing/fake-scene.ts';
import type { FakeService } from '../../testing/fake-service.ts';
import { connectedApp, useWindow } from '../../testing/window.svelte.ts';
import { runDetail, task } from '../../testing/samples.ts';
import { LiveView } from './live-view.svelte.ts';

useWindow();
const snapshot = (step: number): PolicySnapshot => ({ run: 'a', step, createdAt: step, onnx: Uint8Array.of(step) });
const frame = (step: number): LiveFrame => ({
  poses: new Float32Array(12),
  step,
  episode: 1,
  terms: new Float64Array(0),
  reward: 1,
  returnSoFar: step,
  ended: null,
  policyStep: 1,
  achievedSpeed: 1,
});

function bench(): { live: LiveView; scene: FakeScene; service: FakeService; offered: () => unknown[] } {
  const { app, service } = connectedApp();
  const scene = new FakeScene();
  const live = new LiveView(app, 'a', task, scene);
  return { live, scene, service, offered: () => scene.last.told.filter(([name]) => name === 'offerPolicy').map(([, step]) => step) };
}

it('opens with the run’s own options and the policy that is wanted, and shows its frames', async () => {
  const { live, scene, service, offered } = bench();
  live.want({ at: 'live', step: 7 });
  live.open();
  const detail = runDetail('a');
  await service.next('runs.get').answer({ ...detail, configuration: { ...detail.configuration, taskOptions: { 'gravity-scale': 0.5 } } });
  expect(scene.last.options).toMatchObject({ task: 'half-cheetah', taskOptions: { 'gravity-scale': 0.5 } });
  await service.next('snapshots.get').answer(snapshot(7));
  expect(offered()).toEqual([7]);
  scene.last.events.onPolicyTaken?.(7);
  scene.last.events.onFrame?.(frame(3));
  expect([live.policy, live.reading?.step]).toEqual([{ step: 7, createdAt: 7 }, 3]);
});

it('asks for one policy at a time and ends with the newest', async () => {
  const { live, service, offered } = bench();
  live.open();
  await service.next('runs.get').answer(runDetail('a'));
  for (const step of [1, 2, 2, 3]) live.want({ at: 'live', step });
  expect(service.count('snapshots.get')).toBe(1);
  await service.next('snapshots.get').answer(snapshot(1));
  await service.next('snapshots.get').answer(snapshot(3));
  live.want({ at: 'live', step: 3 });
  vi.advanceTimersByTime(60_000);
  expect([offered(), service.count('snapshots.get')]).toEqual([[1, 3], 2]);
});

it('says that a policy was not read, asks again, and takes the word back', async () => {
  const { live, service, offered } = bench();
  live.open();
  await service.next('runs.get').answer(runDetail('a'));
  live.want({ at: 'live', step: 5 });
  await service.next('snapshots.get').refuse('the disk is busy', 'failed');
  expect(live.notice).toBe('The newest policy could not be read: the disk is busy');
  vi.advanceTimersByTime(1000);
  await service.next('snapshots.get').answer(snapshot(5));
  expect([live.notice, offered()]).toEqual([null, [5]]);
});

it('waits for the next policy where the wanted one was replaced', async () => {
  const { live, service, offered } = bench();
  live.open();
  await service.next('runs.get').answer(runDetail('a'));
  live.want({ at: 40, step: 40 });
  await service.next('snapshots.get').refuse('gone', 'not-found');
  vi.advanceTimersByTime(60_000);
  expect([live.notice, service.count('snapshots.get')]).toEqual([null, 1]);
  live.want({ at: 50, step: 50 });
  await service.next('snapshots.get').answer(snapshot(50));
  expect(offered()).toEqual([50]);
});

it('says why it did not open, and opens by itself with the connection', async () => {
  const { live, scene, service } = bench();
  live.open();
  await service.lose();
  expect([live.failure, scene.sessions.length]).toEqual(['The connection was lost.', 0]);
  service.connect();
  await service.next('runs.get').answer(runDetail('a'));
  expect([live.failure, scene.sessions.length]).toEqual([null, 1]);
});

it('begins again on demand after the worker has given up, with the policy that it had', async () => {
  const { live, scene, service, offered } = bench();
  live.want({ at: 'live', step: 5 });
  live.open();
  await service.next('runs.get').answer(runDetail('a'));
  await service.next('snapshots.get').answer(snapshot(5));
  scene.last.events.onFailure('The live view stopped: the model is gone. The run itself goes on.');
  expect(live.failure).toContain('The live view stopped');
  live.open();
  live.open();
  const [first, second] = service.waiting('runs.get');
  await second?.answer(runDetail('a'));
  await first?.answer(runDetail('a'));
  await service.next('snapshots.get').answer(snapshot(5));
  expect([live.failure, scene.sessions.length, offered()]).toEqual([null, 2, [5]]);
});

it('opens nothing after its end, and closes what is open', async () => {
  const early = bench();
  early.live.open();
  early.live.dispose();
  await early.service.next('runs.get').answer(runDetail('a'));
  expect(early.scene.sessions).toEqual([]);

  const { live, scene, service, offered } = bench();
  live.open();
  await service.next('runs.get').answer(runDetail('a'));
  live.want({ at: 'live', step: 5 });
  live.dispose();
  await service.next('snapshots.get').answer(snapshot(5));
  expect([scene.last.isClosed, offered()]).toEqual([true, []]);
});

it('tells the session its pace, and to stand still while nobody sees it', async () => {
  const { live, scene, service } = bench();
  live.open();
  await service.next('runs.get').answer(runDetail('a'));
  live.player.setSpeed(2);
  live.player.pause();
  live.player.step(3);
  expect(scene.last.told).toEqual([
    ['setPace', 1, false],
    ['setPace', 2, false],
    ['setPace', 2, true],
    ['step', 3],
  ]);
});
