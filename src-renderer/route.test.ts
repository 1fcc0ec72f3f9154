// Routes survive the way through the address bar, and nonsense leads to Runs.
import { describe, expect, it } from 'vitest';
import { formatRoute, parseRoute, type Route } from './route.ts';

describe('parseRoute', () => {
  const routes: Route[] = [
    { place: 'runs' },
    { place: 'lab' },
    { place: 'new', like: null, task: null },
    { place: 'new', like: 'a b/c?&', task: null },
    { place: 'new', like: null, task: 'my robot/2?&=' },
    { place: 'train', run: null },
    { place: 'train', run: 'w97ywdxt' },
    { place: 'replay', run: null, rollout: null },
    { place: 'replay', run: 'w97ywdxt', rollout: null },
    { place: 'replay', run: 'a/b', rollout: 12 },
    { place: 'compare', runs: [] },
    { place: 'compare', runs: ['a', 'b,c'.replace(',', '-')] },
  ];
  it.each(routes)('reads back what formatRoute writes: %j', (route) => {
    expect(parseRoute(formatRoute(route))).toEqual(route);
  });

  it.each(['', '#', '#/', '#/nowhere', '#token=abc', '#/%E0%A4%A', '#/runs/extra'])('opens Runs for %j', (hash) => {
    expect(parseRoute(hash)).toEqual({ place: 'runs' });
  });

  it.each([['#/replay/r/0'], ['#/replay/r/-1'], ['#/replay/r/1.5'], ['#/replay/r/abc'], ['#/replay/r/99999999999999999999']])(
    'takes no rollout from %s',
    (hash) => {
      expect(parseRoute(hash)).toEqual({ place: 'replay', run: 'r', rollout: null });
    },
  );

  it('compares a run named twice once', () => {
    expect(parseRoute('#/compare/a,b,a,')).toEqual({ place: 'compare', runs: ['a', 'b'] });
  });
});
