// A stored configuration may be incomplete: an imported run, or one of an older version.
import { describe, expect, it } from 'vitest';
import { readRunParameters } from './run-parameters.ts';
import { smallRun } from './test-run.ts';

describe('run parameters', () => {
  it('come from the configuration', () => {
    expect(readRunParameters(smallRun({ 'checkpoint-minutes': 2.5 }).hyperparameters)).toEqual({
      steps: 600,
      warmUp: 100,
      hasUniformWarmUp: true,
      bufferSize: 1_000_000,
      evaluationEvery: 250,
      evaluationEpisodes: 3,
      checkpointMinutes: 2.5,
      hindsightGoals: 0,
    });
  });

  it.each(['steps', 'warm-up', 'buffer-size', 'evaluation-every', 'evaluation-episodes', 'checkpoint-minutes'])(
    'are refused without %s',
    (name) => {
      for (const bad of ['12', true, -1, Number.NaN, [3]]) {
        expect(() => readRunParameters({ ...smallRun().hyperparameters, [name]: bad })).toThrow(`${name} is missing`);
      }
      const rest = Object.entries(smallRun().hyperparameters).filter(([key]) => key !== name);
      expect(() => readRunParameters(Object.fromEntries(rest))).toThrow(`${name} is missing`);
    },
  );
});
