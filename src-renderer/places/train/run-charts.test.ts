// Charts by what an agent records.
import { describe, expect, it } from 'vitest';
import { chosenCharts, type ChartedRun } from './run-charts.ts';

const parts = { prior: 'uniform', posterior: 'direct', value: 'twin Q', temperature: '' };
const sac: ChartedRun = {
  agent: { parts },
  values: { 'temperature-rule': 'learned', prior: 'uniform' },
  metrics: ['temperature', 'entropy'],
  hasEvaluations: false,
  residualSamples: null,
  hasKl: false,
};
const virel: ChartedRun = {
  ...sac,
  values: { 'temperature-rule': 'residual', 'residual-rule': 'squared', 'residual-samples': 1024, prior: 'uniform' },
  residualSamples: 1024,
};
const titles = (run: ChartedRun) => {
  const { upper, lower } = chosenCharts(run);
  return [upper, lower].map((row) => row.map(({ metric }) => metric));
};

describe('chosenCharts', () => {
  it.each<[string, ChartedRun, string[], string[]]>([
    ['SAC', sac, ['temperature', 'entropy'], ['initial-q', 'critic-loss', 'steps-per-second']],
    [
      'SAC, evaluated before the critics’ promise was measured',
      { ...sac, hasEvaluations: true },
      ['temperature', 'entropy'],
      ['mean-q', 'critic-loss', 'steps-per-second'],
    ],
    ['VIREL', virel, ['temperature', 'entropy'], ['initial-q', 'critic-loss', 'residual']],
    ['SAC with another prior', { ...sac, hasKl: true }, ['temperature', 'entropy'], ['initial-q', 'critic-loss', 'kl']],
    ['VIREL with another prior', { ...virel, hasKl: true }, ['temperature', 'entropy'], ['initial-q', 'residual', 'kl']],
    [
      'VIREL after its rule was changed',
      { ...virel, values: { 'temperature-rule': 'fixed' }, metrics: ['residual'] },
      ['temperature', 'entropy'],
      ['initial-q', 'critic-loss', 'residual'],
    ],
    [
      'SAC on a task that counts successes',
      { ...sac, metrics: ['initial-q', 'evaluation-success'], hasEvaluations: true },
      ['temperature', 'entropy'],
      ['evaluation-success', 'initial-q', 'critic-loss'],
    ],
    [
      'TD3',
      { ...sac, agent: { parts: { ...parts, posterior: 'deterministic' } }, values: {}, metrics: [] },
      ['critic-loss', 'mean-q'],
      ['initial-q', 'actor-loss', 'steps-per-second'],
    ],
  ])('of %s', (_, run, upper, lower) => expect(titles(run)).toEqual([upper, lower]));

  it.each<[ChartedRun, string]>([
    [virel, 'ε = c·mean δ²'],
    [{ ...virel, residualSamples: 0 }, 'ε = c: mean δ² counts as 1 until the buffer holds 1,024 transitions'],
    [sac, 'α, weight of the entropy'],
    [{ ...sac, values: { 'temperature-rule': 'learned', prior: 'constant' } }, 'α, weight of the KL from the prior'],
  ])('says what the temperature is', (run, sub) => expect(chosenCharts(run).upper[0]?.sub).toBe(sub));
});
