// The table of runs: filter, order, selection, and the row that the keyboard is at, while runs come and go.
import { expect, it } from 'vitest';
import { connectedApp, inRoot, useWindow } from '../../testing/window.svelte.ts';
import { runSummary } from '../../testing/samples.ts';
import { RunsView, runsViewOf } from './runs-view.svelte.ts';

useWindow();

async function bench() {
  const { app, service } = connectedApp();
  await service.next('runs.list').answer({
    revision: 1,
    runs: ['a', 'b', 'c', 'd'].map((id, k) => runSummary(id, { startedAt: 100 - k, task: id === 'd' ? 'hopper' : 'ant' })),
  });
  const view = inRoot(() => new RunsView(app));
  return { app, view, service, ids: () => view.rows.map(({ id }) => id), selected: () => view.selected.map(({ id }) => id) };
}

it('filters and sorts, and follows what happens to the runs', async () => {
  const { view, service, ids } = await bench();
  expect(ids()).toEqual(['a', 'b', 'c', 'd']);
  view.sortBy('started');
  expect(ids()).toEqual(['d', 'c', 'b', 'a']);
  view.sortBy('name');
  view.filter = 'ant';
  expect(ids()).toEqual(['a', 'b', 'c']);
  service.emit({ kind: 'runs-changed', revision: 2, runs: [runSummary('e', { task: 'ant', name: 'a first' })], removed: ['b'] });
  expect(ids()).toEqual(['e', 'a', 'c']);
});

it('selects one, several, a stretch, all', async () => {
  const { view, selected } = await bench();
  view.select('b', 'only');
  view.select('d', 'toggle');
  expect(selected()).toEqual(['b', 'd']);
  view.select('b', 'toggle');
  expect(selected()).toEqual(['d']);
  view.select('c', 'only');
  view.select('a', 'extend');
  expect(selected()).toEqual(['a', 'b', 'c']);
  view.selectAll();
  expect(selected()).toHaveLength(4);
});

it('moves by the keyboard, to the ends and no further', async () => {
  const { view, selected } = await bench();
  view.move(1, false);
  expect(view.active).toBe('a');
  view.move(-1, false);
  view.move(2, true);
  expect([view.active, selected()]).toEqual(['c', ['a', 'b', 'c']]);
  view.move(99, false);
  expect([view.active, selected()]).toEqual(['d', ['d']]);
});

it('acts on the selection, else on the row that it is at, and on none that is gone', async () => {
  const { app, view, service } = await bench();
  view.select('b', 'only');
  app.selection = new Set();
  expect(view.targets().map(({ id }) => id)).toEqual(['b']);
  service.emit({ kind: 'runs-changed', revision: 2, runs: [], removed: ['b'] });
  expect(view.targets()).toEqual([]);
  view.activateNear(1);
  expect([view.active, app.selection.size]).toEqual(['c', 0]);
  service.emit({ kind: 'runs-changed', revision: 3, runs: [], removed: ['a', 'c', 'd'] });
  view.activateNear(0);
  expect(view.active).toBeNull();
});

it('is one and the same for a window, with one colour for the runs of a name', async () => {
  const { app, view, service } = await bench();
  expect(runsViewOf(app)).toBe(runsViewOf(app));
  const colours = (): string[] => view.rows.map((run) => view.colour(run));
  expect([view.groupCount, new Set(colours()).size]).toEqual([4, 4]);
  service.emit({ kind: 'runs-changed', revision: 2, runs: [runSummary('b', { task: 'ant', name: 'run a', startedAt: 99 })], removed: [] });
  expect([view.groupCount, colours()[0] === colours()[1], colours()[0] === colours()[2]]).toEqual([3, true, false]);
});
