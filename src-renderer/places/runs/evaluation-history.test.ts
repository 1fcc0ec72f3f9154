// Tests of how a run's evaluations are kept while new ones come.
import { expect, it } from 'vitest';
import type { RequestOf } from '../../../src-main/contract/requests.ts';
import type { AttemptSummary, EvaluationSummary } from '../../../src-main/contract/runs.ts';
import { EvaluationHistory, spreadOver, withNewest } from './evaluation-history.ts';

const at = (step: number, attempt = 1): EvaluationSummary => ({
  step,
  attempt,
  returns: Float64Array.of(1),
  lengths: Int32Array.of(1),
  meanReturn: 1,
  rollouts: [],
  hasPolicy: true,
});
const range = (from: number, to: number, attempt = 1): EvaluationSummary[] =>
  Array.from({ length: to - from + 1 }, (_, i) => at(from + i, attempt));
const steps = (evaluations: readonly EvaluationSummary[]): number[] => evaluations.map(({ step }) => step);
const attempts = (...supersededAfter: (number | null)[]): AttemptSummary[] =>
  supersededAfter.map((after, i) => ({
    attempt: i + 1,
    startStep: 0,
    startedAt: 0,
    endedAt: null,
    lastStep: 100,
    supersededAfter: after,
    environment: null,
  }));

/** A run with an evaluation at each step; what was asked of it. */
function bench(most: number) {
  const asked: RequestOf<'runs.evaluations'>[] = [];
  const shown: number[][] = [];
  let stored = range(1, 10);
  let problem: Error | null = null;
  const history = new EvaluationHistory(
    most,
    (request) => {
      asked.push(request);
      return problem === null
        ? Promise.resolve({ evaluations: spreadOver(stored, request.most), count: stored.length })
        : Promise.reject(problem);
    },
    ({ evaluations }) => shown.push(steps(evaluations)),
  );
  return {
    asked,
    shown,
    history,
    take: (all: EvaluationSummary[], newest: number, of = attempts(null)) => {
      stored = all;
      return history.take({ id: 'x', evaluations: all.slice(-newest), evaluationCount: all.length, attempts: of });
    },
    fail: (error: Error | null) => (problem = error),
  };
}

it('asks for nothing where the details bring all', async () => {
  const { take, asked, history } = bench(100);
  await take(range(1, 3), 3);
  await take(range(1, 5), 5);
  expect([steps(history.known.evaluations), asked]).toEqual([[1, 2, 3, 4, 5], []]);
  await take([], 5);
  expect(history.known.evaluations).toEqual([]);
});

it('asks once for what lies before, and then adds what is new', async () => {
  const { take, asked, shown } = bench(100);
  await take(range(1, 10), 3);
  for (const last of [11, 13, 13]) await take(range(1, last), 3);
  expect(asked).toEqual([{ run: 'x', fromStep: null, toStep: null, most: 100 }]);
  expect(shown[0]).toEqual([8, 9, 10]);
  expect(shown.slice(1)).toEqual([10, 11, 13, 13].map((last) => steps(range(1, last))));
});

it('asks anew where more came than the details bring, and where other attempts count', async () => {
  const { take, asked, history } = bench(100);
  await take(range(1, 10), 3);
  await take(range(1, 20), 3);
  expect([asked.length, steps(history.known.evaluations)]).toEqual([2, steps(range(1, 20))]);
  await take(range(1, 12), 3, attempts(12));
  expect([asked.length, steps(history.known.evaluations)]).toEqual([3, steps(range(1, 12))]);
});

it('asks anew where other attempts count by the time that an answer comes', async () => {
  const { take, asked, history } = bench(100);
  const first = take(range(1, 20), 3);
  await Promise.all([first, take(range(1, 12), 3, attempts(12))]);
  expect([asked.length, steps(history.known.evaluations)]).toEqual([2, steps(range(1, 12))]);
});

it('asks once more where what came meanwhile begins beyond the answer', async () => {
  const { take, asked, history } = bench(100);
  const first = take(range(1, 10), 3);
  // Ten more were made while the answer was on its way, and no news comes after these.
  await Promise.all([first, take(range(1, 20), 3)]);
  expect([asked.length, steps(history.known.evaluations)]).toEqual([2, steps(range(1, 20))]);
});

it('keeps at most twice as many as it asks for, the last always', async () => {
  const { take, asked, history } = bench(10);
  for (let last = 1000; last <= 1200; last += 3) {
    await take(range(1, last), 5);
    expect(history.known.evaluations.length).toBeLessThanOrEqual(20);
    expect(history.known.evaluations.at(-1)?.step).toBe(last);
  }
  expect(asked).toHaveLength(1);
  // Spread over all of the steps, not heaped at the end.
  expect(steps(history.known.evaluations).filter((step) => step <= 600).length).toBeGreaterThanOrEqual(4);
});

it('says why what lies before could not be read, and asks again', async () => {
  const { take, asked, history, fail } = bench(100);
  fail(new Error('the disk is gone'));
  await take(range(1, 10), 3);
  expect(history.known).toEqual({ evaluations: range(8, 10), error: 'the disk is gone' });
  fail(null);
  await take(range(1, 10), 3);
  expect([asked.length, history.known]).toEqual([2, { evaluations: range(1, 10), error: null }]);
});

it('takes a repetition of a step for what counts', () => {
  expect(withNewest(range(1, 4), [at(3, 2), at(5, 2)]).map(({ step, attempt }) => [step, attempt])).toEqual([
    [1, 1],
    [2, 1],
    [3, 2],
    [5, 2],
  ]);
  expect(withNewest(range(1, 2), [])).toEqual(range(1, 2));
});

it.each([
  [range(1, 401), 4, [101, 201, 301, 401]],
  [range(1, 3), 3, [1, 2, 3]],
  [[], 3, []],
  [range(5, 9), 1, [9]],
])('spreads as the store does (%#)', (evaluations, most, expected) => expect(steps(spreadOver(evaluations, most))).toEqual(expected));
