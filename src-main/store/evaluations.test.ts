import { describe, expect, it } from 'vitest';
import type { EvaluationInput, RolloutInput } from './store.ts';
import { evaluationAt, newRun, openAttempt, refusal, rollout, temporaryStore } from './testing/temporary-store.ts';

describe('evaluations', () => {
  it('keeps returns, policies, critics and rollouts as they were', () => {
    const store = temporaryStore();
    const run = newRun(store);
    const attempt = openAttempt(store, run);
    const returns = Float64Array.of(-0.1, 1e300, 3);
    store.evaluations.add(run, attempt, {
      ...evaluationAt(50, 5),
      returns,
      lengths: Int32Array.of(1, 2, 3),
      rollouts: [rollout(1), { ...rollout(2), kind: 'worst', episode: 0 }],
    });
    const [kept] = store.evaluations.list(run);
    expect(kept).toMatchObject({
      step: 50,
      attempt,
      returns,
      lengths: Int32Array.of(1, 2, 3),
      hasPolicy: true,
      rollouts: [
        { episode: 1, return: 2, length: 3, kind: 'best' },
        { episode: 0, return: 3, length: 3, kind: 'worst' },
      ],
    });
    const { kind, ...asGiven } = rollout(1);
    expect(kept?.rollouts[0]?.kind).toBe(kind);
    expect(store.rollouts.get(kept?.rollouts[0]?.id ?? 0)).toEqual({
      ...asGiven,
      columns: asGiven.columns.map((column) => (column.name === 'qpos' ? { ...column, data: column.data.map(Math.fround) } : column)),
      id: kept?.rollouts[0]?.id,
      run,
      task: 'half-cheetah',
      attempt,
      step: 50,
    });
    expect(store.snapshots.getEvaluation(run, 50)).toMatchObject({ run, step: 50, onnx: Uint8Array.of(1, 2, 5) });
    expect(store.snapshots.critics(run, 50)).toMatchObject({ run, step: 50, onnx: Uint8Array.of(3, 4) });
    expect(store.runs.summary(run)).toMatchObject({ lastReturn: kept?.meanReturn, bestReturn: kept?.meanReturn });
    expect(store.runs.summary(run).diskBytes).toBeGreaterThan(100);
  });

  it('shortens the sparkline to 40 that include the first and last', () => {
    const store = temporaryStore();
    const run = newRun(store);
    const attempt = openAttempt(store, run);
    store.transaction(() => {
      for (let step = 1; step <= 101; step += 1) store.evaluations.add(run, attempt, { ...evaluationAt(step, step % 256), rollouts: [] });
    });
    const { sparkline, lastReturn } = store.runs.summary(run);
    expect([sparkline.length, sparkline[0], sparkline[39], lastReturn]).toEqual([40, 1, 101, 101]);
    expect(sparkline).toEqual(sparkline.toSorted());
    expect(store.runs.changedSince(0).data).toMatchObject([{ run, evaluationCount: 101 }]);
  });

  it('counts what is stored, also after a write was taken back, a new attempt, and out of order', () => {
    const store = temporaryStore();
    const run = newRun(store);
    const shown = (): unknown[] => {
      const { lastReturn, bestReturn, sparkline } = store.runs.summary(run);
      return [store.runs.get(run).evaluationCount, lastReturn, bestReturn, [...sparkline]];
    };
    const first = openAttempt(store, run);
    store.evaluations.add(run, first, evaluationAt(10, 3));
    store.evaluations.add(run, first, evaluationAt(20, 9));
    expect(() =>
      store.transaction(() => {
        store.evaluations.add(run, first, evaluationAt(30, 99));
        throw new Error('taken back');
      }),
    ).toThrow('taken back');
    expect(shown()).toEqual([2, 9, 9, [3, 9]]);
    store.evaluations.add(run, first, evaluationAt(30, 4));
    store.evaluations.add(run, first, evaluationAt(25, 5));
    expect(shown()).toEqual([4, 4, 9, [3, 9, 5, 4]]);
    store.attempts.close(run, first);
    const second = openAttempt(store, run, 15);
    store.evaluations.add(run, second, evaluationAt(20, 1));
    store.evaluations.add(run, second, evaluationAt(30, 2));
    expect(shown()).toEqual([3, 2, 3, [3, 1, 2]]);
  });

  it('gives the newest, and of any steps as many as are asked for, spread over them', () => {
    const store = temporaryStore();
    const run = newRun(store);
    const first = openAttempt(store, run);
    store.transaction(() => {
      for (let step = 1; step <= 1000; step += 1)
        store.evaluations.add(run, first, { ...evaluationAt(step, 1), rollouts: step === 400 ? [rollout()] : [] });
    });
    store.attempts.close(run, first);
    const later = openAttempt(store, run, 400);
    for (const step of [400, 450]) store.evaluations.add(run, later, evaluationAt(step, 2));
    const newest = store.evaluations.newest(run, 3);
    expect(newest.map(({ step, attempt, rollouts }) => [step, attempt, rollouts.length])).toEqual([
      [399, 1, 0],
      [400, 2, 1],
      [450, 2, 1],
    ]);
    expect(newest).toEqual(store.evaluations.list(run).slice(-3));
    expect(store.runs.get(run, { newestEvaluations: 3 })).toMatchObject({ evaluations: newest, evaluationCount: 401 });
    expect(store.runs.get(run).evaluations).toHaveLength(401);
    const spread = (fromStep: number | null, toStep: number | null, most: number): [number, number[]] => {
      const { count, evaluations } = store.evaluations.spread(run, { fromStep, toStep, most });
      return [count, evaluations.map(({ step }) => step)];
    };
    expect(spread(null, null, 4)).toEqual([401, [113, 225, 338, 450]]);
    expect(spread(null, null, 1)).toEqual([401, [450]]);
    expect(spread(398, null, 4)).toEqual([4, [398, 399, 400, 450]]);
    expect(spread(398, 400, 2)).toEqual([3, [399, 400]]);
    expect(spread(401, 449, 2)).toEqual([0, []]);
    expect(store.evaluations.spread(run, { fromStep: null, toStep: null, most: 401 }).evaluations).toEqual(store.evaluations.list(run));
  });

  it.each([
    [{ most: 0 }, /^most must be a whole number from 1 to 10,000; 0 was given/],
    [{ most: 10_001 }, /^most must be a whole number from 1 to 10,000/],
    [{ most: 1.5 }, /^most must be a whole number/],
    [{ fromStep: -1 }, /^fromStep must be a whole number of at least 0/],
    [{ toStep: NaN }, /^toStep must be a whole number of at least 0/],
  ])('refuses a spread with %j', (changes, message) => {
    const store = temporaryStore();
    const run = newRun(store);
    expect(refusal(() => store.evaluations.spread(run, { fromStep: null, toStep: null, most: 10, ...changes }))).toMatchObject({
      code: 'invalid',
      message: expect.stringMatching(message) as string,
    });
  });

  it('takes one evaluation a step of an attempt, and keeps the first', () => {
    const store = temporaryStore();
    const run = newRun(store);
    const attempt = openAttempt(store, run);
    store.evaluations.add(run, attempt, evaluationAt(5, 1));
    expect(refusal(() => store.evaluations.add(run, attempt, evaluationAt(5, 2))).code).toBe('conflict');
    expect(store.evaluations.list(run)).toMatchObject([{ meanReturn: 1 }]);
  });

  it('says where there is no policy', () => {
    const store = temporaryStore();
    const run = newRun(store);
    const attempt = openAttempt(store, run);
    expect(refusal(() => store.snapshots.getLive(run))).toMatchObject({
      code: 'not-found',
      message: expect.stringContaining('no policy snapshot yet') as string,
    });
    store.evaluations.add(run, attempt, { ...evaluationAt(5, 1), policyOnnx: null, criticsOnnx: null });
    expect(store.evaluations.list(run)).toMatchObject([{ hasPolicy: false }]);
    expect(refusal(() => store.snapshots.getEvaluation(run, 5))).toMatchObject({
      code: 'not-found',
      message: expect.stringContaining('none at any step') as string,
    });
    expect(refusal(() => store.rollouts.get(999)).code).toBe('not-found');
  });

  it('overwrites the live policy', () => {
    const store = temporaryStore();
    const run = newRun(store);
    const attempt = openAttempt(store, run);
    // A view into a larger buffer: only its own bytes may be stored.
    store.snapshots.setLive(run, attempt, 1, Uint8Array.of(0, 1, 2, 3).subarray(1, 3));
    store.snapshots.setLive(run, attempt, 2, Uint8Array.of(5, 6, 7).subarray(1));
    expect(store.snapshots.getLive(run)).toMatchObject({ step: 2, onnx: Uint8Array.of(6, 7) });
    expect(store.runs.get(run).liveSnapshot).toMatchObject({ step: 2 });
    for (const [step, onnx] of [
      [-1, Uint8Array.of(1)],
      [1.5, Uint8Array.of(1)],
      [3, new Uint8Array(0)],
    ] as const) {
      expect(refusal(() => store.snapshots.setLive(run, attempt, step, onnx)).code).toBe('invalid');
    }
  });

  const withRollout = (changes: Partial<RolloutInput>): Partial<EvaluationInput> => ({
    rollouts: [rollout(), { ...rollout(), ...changes }],
  });
  it.each<[string, Partial<EvaluationInput>, string]>([
    ['no episode', { returns: new Float64Array(0), lengths: new Int32Array(0) }, 'returns'],
    ['too few lengths', { lengths: Int32Array.of(1) }, 'lengths'],
    ['a length of 0', { lengths: Int32Array.of(1, 0) }, 'the length of episode 1'],
    ['a return that is not a number', { returns: Float64Array.of(1, NaN) }, 'the return of episode 1'],
    ['an infinite return', { returns: Float64Array.of(Infinity, 1) }, 'the return of episode 0'],
    ['a negative step', { step: -1 }, 'step'],
    ['a fractional step', { step: 0.5 }, 'step'],
    ['a rollout without steps', withRollout({ length: 0 }), 'length'],
    ['a rollout with an infinite return', withRollout({ return: -Infinity }), 'return'],
    ['a model hash that is none', withRollout({ modelHash: 'abc' }), 'modelHash'],
    [
      'a column that is too short',
      withRollout({ columns: [{ name: 'action', width: 2, data: new Float32Array(5) }] }),
      'column action must be 3 rows of 2',
    ],
    [
      'a state column without the first state',
      withRollout({ columns: [{ name: 'qvel', width: 1, data: new Float64Array(3) }] }),
      'column qvel must be 4 rows of 1',
    ],
    [
      'a column twice',
      withRollout({ columns: [0, 1].map(() => ({ name: 'reward', width: 1, data: new Float64Array(3) })) }),
      'without repetition',
    ],
    [
      'a width that is none',
      withRollout({ columns: [{ name: 'reward', width: -1, data: new Float64Array(3) }] }),
      'width of column reward',
    ],
  ])('refuses %s and stores nothing of it', (_, changes, message) => {
    const store = temporaryStore();
    const run = newRun(store);
    const attempt = openAttempt(store, run);
    expect(refusal(() => store.evaluations.add(run, attempt, { ...evaluationAt(5, 1), ...changes }))).toMatchObject({
      code: 'invalid',
      message: expect.stringContaining(message) as string,
    });
    expect(store.evaluations.list(run)).toEqual([]);
    expect(store.runs.summary(run).diskBytes).toBe(0);
  });
});
