// The window's lists: loading, events while they load, answers out of order, failures, another connection.
import { describe, expect, it, vi } from 'vitest';
import { moveInQueue } from './places/runs/run-actions.ts';
import { connectedApp, useWindow } from './testing/window.svelte.ts';
import { description, runSummary } from './testing/samples.ts';

useWindow();
const at = (steps: number) => runSummary('a', { environmentSteps: steps });
const entry = (run: string, position: number) => ({ run, position, name: run, enqueuedAt: 0 });

describe('the list of runs', () => {
  it('comes at once, while devices are still looked for', async () => {
    const { app, service } = connectedApp();
    await service.next('runs.list').answer({ revision: 1, runs: [at(5)] });
    expect([app.isLoaded, app.runs.size, app.description]).toEqual([true, 1, null]);
    await service.next('system.describe').answer(description);
    expect(app.description).toBe(description);
  });

  it('never goes back: an event that came first stays, and so does a deletion', async () => {
    const { app, service } = connectedApp();
    service.emit({ kind: 'runs-changed', revision: 9, runs: [at(90)], removed: ['b'] });
    expect(app.runs.get('a')?.environmentSteps).toBe(90);
    await service.next('runs.list').answer({ revision: 8, runs: [at(80), runSummary('b'), runSummary('c')] });
    expect([...app.runs.keys()].sort()).toEqual(['a', 'c']);
    expect(app.runs.get('a')?.environmentSteps).toBe(90);
    service.emit({ kind: 'runs-changed', revision: 7, runs: [at(70)], removed: ['c'] });
    expect([...app.runs.values()].map((run) => run.environmentSteps)).toEqual([90, 1000]);
  });

  it('is asked for again until it comes, and the trouble is said once', async () => {
    const { app, service } = connectedApp();
    await service.next('runs.list').refuse('the database is busy', 'failed');
    vi.advanceTimersByTime(1000);
    await service.next('runs.list').refuse('the database is busy', 'failed');
    expect([app.isLoaded, app.toasts.map(({ message }) => message)]).toEqual([false, ['the database is busy']]);
    vi.advanceTimersByTime(2000);
    await service.next('runs.list').answer({ revision: 1, runs: [at(1)] });
    expect([app.isLoaded, app.runs.size]).toEqual([true, 1]);
  });

  it('comes although the queue and the description do not', async () => {
    const { app, service } = connectedApp();
    await service.next('system.describe').refuse('a device hangs', 'failed');
    await service.next('queue.list').refuse('no queue', 'failed');
    await service.next('runs.list').answer({ revision: 1, runs: [at(1)] });
    expect(app.isLoaded).toBe(true);
  });

  it('is another workstation’s after another connection, whatever its revision', async () => {
    const { app, service } = connectedApp();
    const [early] = service.waiting('runs.list');
    await service.lose();
    service.connect();
    await service.next('runs.list').answer({ revision: 900, runs: [at(900), runSummary('gone')] });
    await service.lose();
    service.connect();
    expect(app.runs.size).toBe(2);
    service.emit({ kind: 'runs-changed', revision: 4, runs: [at(4)], removed: [] });
    await service.next('runs.list').answer({ revision: 3, runs: [at(3)] });
    expect([...app.runs.values()].map((run) => run.environmentSteps)).toEqual([4]);
    await early?.answer({ revision: 1000, runs: [] });
    expect(app.runs.size).toBe(1);
  });

  it('takes what is gone out of the selection', async () => {
    const { app, service } = connectedApp();
    await service.next('runs.list').answer({ revision: 1, runs: [runSummary('a'), runSummary('b')] });
    app.selection = new Set(['a', 'b']);
    service.emit({ kind: 'runs-changed', revision: 2, runs: [], removed: ['b'] });
    expect([...app.selection]).toEqual(['a']);
  });
});

it('shows the newest queue, whether an answer or an event has it', async () => {
  const { app, service } = connectedApp();
  await service.next('queue.list').answer({ revision: 1, entries: [entry('a', 1), entry('b', 2)] });
  const moving = moveInQueue(app, runSummary('b', { queuePosition: 2 }), -1);
  service.emit({ kind: 'queue-changed', revision: 6, entries: [entry('a', 1)] });
  await service.next('queue.move').answer({ revision: 5, entries: [entry('b', 1), entry('a', 2)] });
  await moving;
  expect(app.queue).toEqual([entry('a', 1)]);
  service.emit({ kind: 'queue-changed', revision: 4, entries: [] });
  expect(app.queue).toEqual([entry('a', 1)]);
});

it('keeps the description that was asked for last', async () => {
  const { app, service } = connectedApp();
  const [before] = service.waiting('system.describe');
  app.reloadDescription();
  await service.waiting('system.describe')[1]?.answer({ ...description, version: 'with the new task' });
  await before?.answer({ ...description, version: 'without it' });
  expect(app.description?.version).toBe('with the new task');
});

it('tells who follows a run what happened to it, and that something may have been missed', async () => {
  const { app, service } = connectedApp();
  const heard: unknown[] = [];
  const end = app.onRunData('a', (change) => heard.push(change?.environmentSteps ?? null));
  const change = { snapshotStep: null, evaluationCount: 0, eventCount: 0 };
  service.emit({ kind: 'run-data-changed', runs: [{ run: 'b', environmentSteps: 1, ...change }] });
  service.emit({ kind: 'run-data-changed', runs: [{ run: 'a', environmentSteps: 2, ...change }] });
  await service.lose();
  service.connect();
  end();
  service.emit({ kind: 'run-data-changed', runs: [{ run: 'a', environmentSteps: 3, ...change }] });
  service.connect();
  expect(heard).toEqual([2, null]);
});
