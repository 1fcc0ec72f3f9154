// Tests of the discounted return that a value promises, on episodes short enough to add up by hand.
import { describe, expect, it } from 'vitest';
import type { NamedArrays, Program } from '../engine/program.ts';
import { createStream } from '../random/stream.ts';
import type { Episode, EvaluationPolicy } from './evaluation.ts';
import { QBias } from './q-bias.ts';

/** Q = 10 s + a; the bonus of a state is 100 s, whatever the noise. Two rows at once. */
const program: Program = {
  name: 'sum',
  run: ({ batch }) => {
    const [s, a] = [batch['observation'] ?? [], batch['action'] ?? []];
    return Promise.resolve({
      q: Float32Array.from(s, (value, i) => 10 * value + (a[i] ?? NaN)),
      bonus: Float32Array.from(s, (value) => 100 * value),
    });
  },
};
const valuation = (noise: NamedArrays) => ({ program, batch: { observation: new Float32Array(2), action: new Float32Array(2) }, noise });
const hard = valuation({});
const soft = valuation({ current: new Float32Array(2) });
const policy: EvaluationPolicy = (observation) => {
  const meanAction = Float32Array.from(observation, (value) => value / 2);
  return Promise.resolve({ meanAction, mean: meanAction, sigma: meanAction });
};
const controls = { discount: Float32Array.of(0.5), 'reward-scale': Float32Array.of(2) };

/** States 1, 2, 3 with actions of half their size and rewards 4, 5, 6; state 8 is what it ends with. */
function episode(terminated: boolean, length = 3): Episode {
  const rows = [1, 2, 3].slice(0, length);
  return {
    lastObservation: Float32Array.of(8),
    isSuccess: null,
    recording: {
      episode: 0,
      return: 15,
      length,
      terminated,
      truncated: !terminated,
      modelHash: '',
      stepSeconds: 1,
      rewardTerms: [],
      initialState: new Float64Array(),
      initialTaskState: new Float64Array(),
      columns: [
        { name: 'observation', width: 1, data: Float32Array.from(rows) },
        { name: 'action', width: 1, data: Float32Array.from(rows, (s) => s / 2) },
        { name: 'reward', width: 1, data: Float64Array.from(rows, (s) => s + 3) },
      ],
    },
  };
}

async function metricsOf(given: typeof hard, episodes: readonly Episode[]) {
  const bias = new QBias({ valuation: given, policy, controls, stream: createStream(1, 'test') });
  for (const one of episodes) await bias.add(one);
  return bias.metrics();
}

describe('the discounted return', () => {
  // Rewards: 2 (4 + 5/2 + 6/4) = 16. Bonuses of states 2 and 3: 200/2 + 300/4. Tail: (10·8 + 4)/8, with its bonus 800/8.
  it.each([
    ['hard critics, ended', hard, true, 16],
    ['hard critics, cut', hard, false, 16 + 84 / 8],
    ['soft critics, ended', soft, true, 16 + 175],
    ['soft critics, cut', soft, false, 16 + 175 + 884 / 8],
  ])('of %s', async (_, given, terminated, expected) => {
    expect(await metricsOf(given, [episode(terminated)])).toEqual({
      'initial-q': 10.5,
      'discounted-return': expected,
      'q-bias': 10.5 - expected,
    });
  });

  it('is a mean over episodes, of which those without a step are none', async () => {
    expect(await metricsOf(hard, [episode(true), episode(false), episode(true, 0)])).toMatchObject({
      'initial-q': 10.5,
      'discounted-return': 16 + 84 / 16,
    });
    expect(await metricsOf(hard, [episode(false, 0)])).toEqual({});
    expect(await metricsOf(hard, [])).toEqual({});
  });

  it('of a first step has no bonus', async () => {
    expect(await metricsOf(soft, [episode(true, 1)])).toMatchObject({ 'discounted-return': 8 });
  });
});
