// A recorded episode: choosing, choosing again before it has come, failures, and the rows under the playhead.
import { expect, it, vi } from 'vitest';
import type { SceneModel } from '../../scene/messages.ts';
import type { Viewer } from '../../scene/viewer.ts';
import { FakeScene } from '../../testing/fake-scene.ts';
import { connectedApp, useWindow } from '../../testing/window.svelte.ts';
import { storedRollout, task } from '../../testing/samples.ts';
import { poseStride } from '../../scene/poses.ts';
import { ReplayScene } from './replay-scene.svelte.ts';

useWindow();

function bench() {
  const { app, service } = connectedApp();
  const client = new FakeScene();
  const drawn: number[] = [];
  let job: ((now: number) => boolean) | null = null;
  const viewer = {
    setModel: () => undefined,
    setPoses: (poses: Float32Array) => drawn.push(poses[0] ?? NaN),
    run: (next: (now: number) => boolean) => (job = next),
    afterNextFrame: () => undefined,
  } as unknown as Viewer;
  const scene = new ReplayScene(app, task, client);
  return { scene, client, service, viewer, drawn, draw: () => job?.(performance.now()) };
}
const model = { geoms: [{}], sites: [] } as unknown as SceneModel;
/** Poses of one shape, each row filled with its number. */
const rows = (...numbers: number[]): Float32Array =>
  Float32Array.from(numbers.flatMap((row) => Array.from({ length: poseStride }, () => row)));

it('loads an episode and draws the rows under the playhead once they have come', async () => {
  const { scene, client, service, viewer, drawn, draw } = bench();
  scene.setViewer(viewer);
  scene.open(4);
  expect([scene.isLoading, client.warmed]).toEqual([true, [task.model]]);
  await service.next('rollouts.get').answer(storedRollout(4));
  expect([scene.isLoading, scene.rollout?.id, scene.player?.state.lastRow]).toEqual([false, 4, 3]);
  const { events } = client.last;
  events.onModel(model, 'as recorded');
  scene.player?.seek(2);
  draw();
  expect([drawn, client.last.told]).toEqual([[], [['wantRow', 2]]]);
  events.onRows?.(0, rows(0, 1, 2, 3));
  draw();
  expect([scene.row, drawn.at(-1), scene.notice]).toEqual([2, 2, null]);
});

it('shows the episode that was chosen last, in whatever order they come', async () => {
  const { scene, service } = bench();
  scene.open(1);
  scene.open(2);
  scene.open(1);
  const [first, second, third] = service.waiting('rollouts.get');
  await third?.answer(storedRollout(1));
  const shown = scene.player;
  await second?.answer(storedRollout(2));
  await first?.answer(storedRollout(1));
  expect([scene.rollout?.id, scene.player === shown]).toEqual([1, true]);
  scene.open(1);
  expect(service.count('rollouts.get')).toBe(3);
});

it('keeps speed and looping from one episode to the next', async () => {
  const { scene, service } = bench();
  scene.open(1);
  await service.next('rollouts.get').answer(storedRollout(1));
  scene.player?.setSpeed(4);
  scene.player?.setLooping(true);
  scene.open(2);
  await service.next('rollouts.get').answer(storedRollout(2));
  expect(scene.player?.state).toMatchObject({ speed: 4, isLooping: true });
});

it('says why an episode could not be read, and reads it on demand or by itself', async () => {
  const { scene, service } = bench();
  scene.open(1);
  await service.next('rollouts.get').refuse('a file is damaged', 'not-found');
  expect([scene.failure, scene.isLoading]).toEqual(['a file is damaged', false]);
  vi.advanceTimersByTime(60_000);
  expect(service.count('rollouts.get')).toBe(1);
  scene.retry();
  expect([scene.failure, scene.isLoading]).toEqual([null, true]);
  await service.lose();
  expect(scene.failure).toBe('The connection was lost.');
  vi.advanceTimersByTime(1000);
  await service.next('rollouts.get').answer(storedRollout(1));
  expect([scene.failure, scene.rollout?.id]).toEqual([null, 1]);
});

it('says that the model has changed since, and what the worker says', async () => {
  const { scene, client, service, viewer } = bench();
  scene.open(1);
  await service.next('rollouts.get').answer(storedRollout(1));
  expect(client.sessions).toEqual([]);
  scene.setViewer(viewer);
  client.last.events.onModel(model, 'another');
  expect(scene.notice).toContain('The model has changed');
  client.last.events.onFailure('MuJoCo did not load');
  expect(scene.failure).toBe('MuJoCo did not load');
});

it('takes nothing after its end, and closes its session', async () => {
  const { scene, client, service, viewer } = bench();
  scene.setViewer(viewer);
  scene.open(1);
  await service.next('rollouts.get').answer(storedRollout(1));
  scene.open(2);
  scene.dispose();
  await service.next('rollouts.get').answer(storedRollout(2));
  expect([client.sessions.length, client.last.isClosed, scene.rollout?.id]).toEqual([1, true, 1]);
});
