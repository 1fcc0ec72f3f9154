// When a question is asked, and whose answer is taken.
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { WorkstationError } from '../src-main/contract/requests.ts';
import { Refresher, whileOpen } from './refresher.ts';
import { afterAnswers } from './testing/fake-service.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function bench(intervalMs = 1000) {
  const asked: { answer(value: string): Promise<void>; fail(error: Error): Promise<void> }[] = [];
  const taken: string[] = [];
  const failed: [string, number][] = [];
  const refresher = new Refresher<string>({
    ask: () =>
      new Promise((resolve, reject) => {
        asked.push({
          answer: (value) => (resolve(value), afterAnswers()),
          fail: (error) => (reject(error), afterAnswers()),
        });
      }),
    take: (answer) => taken.push(answer),
    fail: (error, count) => failed.push([(error as Error).message, count]),
    intervalMs,
  });
  return { refresher, asked, taken, failed };
}
const refusal = (code: WorkstationError['code']): WorkstationError => new WorkstationError({ code, message: code, field: null });

it('asks at once, then at most once an interval, and once for all that happened meanwhile', async () => {
  const { refresher, asked, taken } = bench();
  refresher.refresh();
  await asked[0]?.answer('first');
  for (let k = 0; k < 5; k += 1) refresher.refresh();
  vi.advanceTimersByTime(999);
  expect(asked).toHaveLength(1);
  vi.advanceTimersByTime(1);
  expect(asked).toHaveLength(2);
  await asked[1]?.answer('second');
  vi.advanceTimersByTime(60_000);
  expect([asked.length, taken]).toEqual([2, ['first', 'second']]);
});

it('asks once more where something happened while the answer was on its way', async () => {
  const { refresher, asked, taken } = bench();
  refresher.refresh();
  refresher.refresh();
  vi.advanceTimersByTime(5000);
  expect(asked).toHaveLength(1);
  await asked[0]?.answer('as of before');
  expect([asked.length, taken]).toEqual([2, ['as of before']]);
});

it('takes the answer to the newest question alone', async () => {
  const { refresher, asked, taken } = bench();
  refresher.refresh();
  refresher.renew();
  expect(asked).toHaveLength(2);
  await asked[1]?.answer('new');
  await asked[0]?.answer('old');
  expect(taken).toEqual(['new']);
});

it('does not hear of a failure of a question that was given up', async () => {
  const { refresher, asked, taken, failed } = bench();
  refresher.refresh();
  refresher.renew();
  await asked[0]?.fail(refusal('unavailable'));
  await asked[1]?.answer('new');
  expect([taken, failed]).toEqual([['new'], []]);
});

it('asks again by itself after a failure, each time later, and counts anew after an answer', async () => {
  const { refresher, asked, taken, failed } = bench();
  refresher.refresh();
  for (const [k, wait] of [1000, 2000, 4000, 8000, 15_000, 15_000].entries()) {
    await asked[k]?.fail(refusal('unavailable'));
    vi.advanceTimersByTime(wait - 1);
    expect(asked).toHaveLength(k + 1);
    vi.advanceTimersByTime(1);
    expect(asked).toHaveLength(k + 2);
  }
  await asked[6]?.answer('back');
  expect([taken, failed.map(([, count]) => count)]).toEqual([['back'], [1, 2, 3, 4, 5, 6]]);
  refresher.renew();
  await asked[7]?.fail(refusal('failed'));
  expect(failed.at(-1)).toEqual(['failed', 1]);
});

it('asks sooner than it would have where something happens', async () => {
  const { refresher, asked } = bench();
  refresher.refresh();
  for (const k of [0, 1, 2]) {
    await asked[k]?.fail(refusal('unavailable'));
    refresher.refresh();
    vi.advanceTimersByTime(1000);
    expect(asked).toHaveLength(k + 2);
  }
});

it.each(['not-found', 'conflict', 'invalid-request'] as const)('does not ask again by itself where the refusal is %s', async (code) => {
  const { refresher, asked } = bench();
  refresher.refresh();
  await asked[0]?.fail(refusal(code));
  vi.advanceTimersByTime(600_000);
  expect(asked).toHaveLength(1);
  refresher.refresh();
  expect(asked).toHaveLength(2);
});

it('takes nothing and asks nothing after its end', async () => {
  const { refresher, asked, taken, failed } = bench();
  refresher.refresh();
  refresher.refresh();
  refresher.dispose();
  await asked[0]?.answer('late');
  refresher.refresh();
  refresher.renew();
  vi.advanceTimersByTime(60_000);
  expect([asked.length, taken, failed]).toEqual([1, [], []]);
});

it('takes an answer only while what asked is open', async () => {
  const taken: string[] = [];
  whileOpen(Promise.resolve('a'), (answer) => taken.push(answer));
  whileOpen(Promise.resolve('b'), (answer) => taken.push(answer))();
  await afterAnswers();
  expect(taken).toEqual(['a']);
});
