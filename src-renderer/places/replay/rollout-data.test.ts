// Tests of what is read off a recorded episode.
import { describe, expect, it } from 'vitest';
import type { EvaluationSummary } from '../../../src-main/contract/runs.ts';
import type { Rollout, RolloutColumn } from '../../../src-main/contract/series.ts';
import {
  actionBand,
  cumulativeReturn,
  dimensionOf,
  firstRollout,
  gaussianEntropy,
  matrixRows,
  neighbour,
  poseSource,
} from './rollout-data.ts';

function rollout(columns: RolloutColumn[], length = 2): Rollout {
  return {
    id: 1,
    run: 'r',
    task: 't',
    attempt: 1,
    step: 0,
    episode: 0,
    return: 0,
    length,
    terminated: false,
    truncated: true,
    modelHash: '',
    stepSeconds: 0.05,
    rewardTerms: [],
    initialState: new Float64Array(),
    initialTaskState: new Float64Array(),
    columns,
  };
}

describe('columns', () => {
  const recorded = rollout([
    { name: 'policy-mean', width: 2, data: Float32Array.of(0, 1, 2, 3) },
    { name: 'policy-sigma', width: 2, data: Float32Array.of(1, 1, 0.5, 2) },
    { name: 'qpos', width: 1, data: Float64Array.of(1, 2, 3) },
    { name: 'qvel', width: 1, data: Float64Array.of(4, 5, 6) },
    { name: 'mocap', width: 0, data: new Float64Array() },
  ]);

  it('are read by dimension', () => {
    expect([...dimensionOf(recorded, 'policy-mean', 1)]).toEqual([1, 3]);
  });

  it('give not-a-number where a recording lacks them', () => {
    expect([...dimensionOf(recorded, 'action', 0)]).toEqual([NaN, NaN]);
    expect([...gaussianEntropy(rollout([]))]).toEqual([NaN, NaN]);
  });

  it('give the entropy of the Gaussian before squashing', () => {
    // Of a standard normal: ½ ln(2πe) = 1.4189385 nats.
    const [first, second] = gaussianEntropy(recorded);
    expect(first).toBeCloseTo(2 * 1.4189385332, 8);
    expect(second).toBeCloseTo(2 * 1.4189385332 + Math.log(0.5) + Math.log(2), 6);
  });

  it('give the band of an action within its range', () => {
    const { low, high } = actionBand(recorded, 0);
    expect(low[0]).toBeCloseTo(-0.7615941, 6);
    expect(high[0]).toBeCloseTo(0.7615941, 6);
    expect(Math.max(...high)).toBeLessThanOrEqual(1);
  });

  it('give the rows that determine poses, one more than steps', () => {
    const source = poseSource(recorded);
    expect(source.rowCount).toBe(3);
    expect([...source.qpos, ...source.qvel, ...source.mocap]).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('sum up to the return', () => {
    expect([...cumulativeReturn(Float64Array.of(1, -2, 5))]).toEqual([1, -1, 4]);
  });
});

describe('the matrix', () => {
  const evaluation = (step: number, returns: number[], recorded: [number, number][]): EvaluationSummary => ({
    step,
    attempt: 1,
    returns: Float64Array.from(returns),
    lengths: Int32Array.from(returns),
    meanReturn: 0,
    hasPolicy: true,
    rollouts: recorded.map(([id, episode]) => ({ id, episode, return: returns[episode] ?? NaN, length: 1, kind: 'extra', isKept: true })),
  });
  const rows = matrixRows([
    evaluation(
      1000,
      [1, 2, 3],
      [
        [11, 0],
        [12, 2],
      ],
    ),
    evaluation(
      2000,
      [5, 6, 4],
      [
        [21, 1],
        [22, 2],
      ],
    ),
    evaluation(3000, [9, 9, 9], []),
  ]);

  it('has the newest evaluation first and marks what is recorded', () => {
    expect(rows.map((row) => row.step)).toEqual([3000, 2000, 1000]);
    expect(rows[1]?.cells.map((cell) => cell.rollout)).toEqual([null, 21, 22]);
  });

  it('begins with the best recorded episode of the newest evaluation', () => {
    expect(firstRollout(rows)).toBe(21);
    expect(firstRollout([])).toBeNull();
  });

  it.each([
    [21, 'ArrowRight', 22],
    [22, 'ArrowLeft', 21],
    [21, 'ArrowLeft', null],
    [22, 'ArrowDown', 12],
    [21, 'ArrowDown', 11],
    [12, 'ArrowUp', 22],
    [21, 'ArrowUp', null],
    [99, 'ArrowUp', null],
    [21, 'Enter', null],
  ])('from %s, %s leads to %s', (from, key, to) => {
    expect(neighbour(rows, from, key)).toBe(to);
  });
});
