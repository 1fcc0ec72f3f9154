// Runs compared: read together, what could not be read read later, and one metric followed.
import { expect, it } from 'vitest';
import { afterAnswers } from '../../testing/fake-service.ts';
import { connectedApp, inRoot, useWindow } from '../../testing/window.svelte.ts';
import { metricSeries, runDetail } from '../../testing/samples.ts';
import { Comparison } from './comparison.svelte.ts';

useWindow();

function bench() {
  const { app, service } = connectedApp();
  return { service, comparison: inRoot(() => new Comparison(app)) };
}

it('shows what could be read, in the order of the runs, with what could not', async () => {
  const { comparison, service } = bench();
  comparison.load(['b', 'gone', 'a']);
  const [b, gone, a] = service.waiting('runs.get');
  await a?.answer(runDetail('a', { createdAt: 1 }));
  await gone?.refuse('There is no run gone', 'not-found');
  expect(comparison.isLoaded).toBe(false);
  await b?.answer(runDetail('b', { createdAt: 2, seed: 2 }));
  await afterAnswers();
  expect([comparison.isLoaded, comparison.details.map(({ id }) => id), comparison.failures]).toEqual([
    true,
    ['b', 'a'],
    ['There is no run gone'],
  ]);
  // The same settings are one group, whatever the seed.
  expect(comparison.groups.map(({ runs }) => runs.map(({ id }) => id))).toEqual([['a', 'b']]);
});

it('reads what the lost connection kept from it once it is there again, and only that', async () => {
  const { comparison, service } = bench();
  comparison.load(['a', 'b']);
  await service.next('runs.get').answer(runDetail('a'));
  await service.lose();
  await afterAnswers();
  expect(comparison.failures).toEqual(['The connection was lost.']);
  service.connect();
  const waiting = service.waiting('runs.get');
  expect(waiting.map(({ request }) => request.run)).toEqual(['b']);
  await waiting[0]?.answer(runDetail('b'));
  await afterAnswers();
  expect([comparison.details.map(({ id }) => id), comparison.failures]).toEqual([['a', 'b'], []]);
  await service.lose();
  service.connect();
  expect(service.count('runs.get')).toBe(3);
});

it('takes nothing after its end', async () => {
  const { comparison, service } = bench();
  comparison.load(['a'])();
  await service.next('runs.get').answer(runDetail('a'));
  await afterAnswers();
  service.connect();
  expect([comparison.isLoaded, service.count('runs.get')]).toEqual([false, 1]);
});

it('follows a metric of every run, and the one that was chosen last', async () => {
  const { comparison, service } = bench();
  service.reply('runs.get', ({ run }) => runDetail(run));
  comparison.load(['a', 'b']);
  await afterAnswers();
  const end = comparison.follow('temperature');
  end();
  comparison.follow('entropy');
  comparison.zoom([10, 20]);
  expect(service.waiting('metrics.query').map(({ request }) => [request.metrics[0], request.fromStep])).toEqual([
    ['temperature', null],
    ['temperature', null],
    ['entropy', null],
    ['entropy', null],
    ['entropy', 10],
    ['entropy', 10],
  ]);
  for (const one of service.waiting('metrics.query').toReversed()) {
    const steps = one.request.fromStep === 10 ? [15] : [1000];
    await one.answer({ series: [metricSeries('entropy', ...steps)], superseded: [] });
  }
  expect(comparison.chartSeries('entropy').map(({ x }) => Array.from(x))).toEqual([[15], [15]]);
});

it('asks for superseded curves when they are switched on', async () => {
  const { comparison, service } = bench();
  service.reply('runs.get', ({ run }) => runDetail(run));
  comparison.load(['a']);
  await afterAnswers();
  comparison.follow('temperature');
  comparison.toggleSuperseded();
  expect(service.waiting('metrics.query').map(({ request }) => request.includeSuperseded)).toEqual([false, true]);
});
