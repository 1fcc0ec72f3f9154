// Tests of an episode's curves where the policy has no density: a gap and the reason, never a number made up.
import { describe, expect, it } from 'vitest';
import type { Rollout } from '../../../src-main/contract/series.ts';
import { alignColumns } from '../../charts/columns.ts';
import { readCurves, reasonForNone, singleSeries } from './curves.ts';

const task = { action: [{ name: 'left' }, { name: 'right' }] };

function rollout(sigma: readonly number[] | null, logProbability: readonly number[] | null): Rollout {
  return {
    id: 1,
    run: 'r',
    task: 't',
    attempt: 1,
    step: 0,
    episode: 0,
    return: 3,
    length: 2,
    terminated: false,
    truncated: true,
    modelHash: '',
    stepSeconds: 0.05,
    rewardTerms: ['alive'],
    initialState: new Float64Array(),
    initialTaskState: new Float64Array(),
    columns: [
      { name: 'reward', width: 1, data: Float64Array.of(1, 2) },
      { name: 'reward-terms', width: 1, data: Float64Array.of(1, 2) },
      { name: 'action', width: 2, data: Float32Array.of(0.5, -0.5, 1, 0) },
      { name: 'policy-mean', width: 2, data: Float32Array.of(0.5, -0.5, 3, 0) },
      ...(sigma === null ? [] : [{ name: 'policy-sigma', width: 2, data: Float32Array.from(sigma) } as const]),
      ...(logProbability === null ? [] : [{ name: 'log-probability', width: 1, data: Float32Array.from(logProbability) } as const]),
    ],
  };
}

describe('curves of an episode', () => {
  it('have no entropy and no log-density under a deterministic policy, and say so', () => {
    const curves = readCurves(rollout([0, 0, 0, 0], [NaN, NaN]), task);
    expect(singleSeries(curves, 'logProbability', 'red')).toEqual([]);
    expect(singleSeries(curves, 'entropy', 'red')).toEqual([]);
    expect(reasonForNone(curves, 'logProbability')).toBe('none: a deterministic policy has no density');
    expect(reasonForNone(curves, 'entropy')).toBe('none: a deterministic policy has no entropy');
    expect([...curves.entropy, ...curves.logProbability]).toEqual([NaN, NaN, NaN, NaN]);
  });

  it('keep the rest of a deterministic episode, the band shrunk to the action', () => {
    const curves = readCurves(rollout([0, 0, 0, 0], [NaN, NaN]), task);
    expect([...curves.cumulative]).toEqual([1, 3]);
    expect(reasonForNone(curves, 'cumulative')).toBeNull();
    const [left] = curves.actions;
    expect([...(left?.low ?? [])]).toEqual([...(left?.high ?? [])]);
  });

  it('are drawn with a gap where a single step has no log-density', () => {
    const curves = readCurves(rollout([1, 1, 1, 1], [NaN, -0.5]), task);
    expect(reasonForNone(curves, 'logProbability')).toBeNull();
    const { data, notFinite } = alignColumns(singleSeries(curves, 'logProbability', 'red'), false);
    expect([data[1], notFinite]).toEqual([[null, -0.5], 1]);
    expect(curves.entropy.every(Number.isFinite)).toBe(true);
  });

  it('say where an episode was recorded without them', () => {
    const curves = readCurves(rollout(null, null), task);
    expect(curves.isDeterministic).toBe(false);
    expect(reasonForNone(curves, 'logProbability')).toBe('not recorded in this episode');
    expect(reasonForNone(curves, 'entropy')).toBe('not recorded in this episode');
  });

  it('of an episode without a step are empty for no other reason', () => {
    const curves = readCurves({ ...rollout([], []), length: 0, columns: [] }, task);
    expect(reasonForNone(curves, 'entropy')).toBeNull();
    expect(curves.steps.length).toBe(0);
  });
});
