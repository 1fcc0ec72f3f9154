// All edits of a run: the pages that are asked for, and what is known while they come.
import { describe, expect, it } from 'vitest';
import type { RequestOf, ResponseOf } from '../../../src-main/contract/requests.ts';
import type { RunEdit } from '../../../src-main/contract/runs.ts';
import { allEdits, EditHistory, type KnownEdits } from './edit-history.ts';

const edit = (id: number, rest: Partial<RunEdit> = {}): RunEdit => ({
  id,
  requester: '',
  requestedAt: 0,
  changes: { c: id },
  undoes: null,
  dueStep: null,
  state: 'applied',
  appliedStep: id,
  previous: null,
  reason: null,
  ...rest,
});
const many = (count: number): RunEdit[] => Array.from({ length: count }, (_, i) => edit(i + 1));
const ids = (edits: readonly RunEdit[]): number[] => edits.map(({ id }) => id);

/** Answers as the workstation does. */
function asked(stored: () => readonly RunEdit[]) {
  const requests: RequestOf<'runs.edits'>[] = [];
  const ask = (request: RequestOf<'runs.edits'>): Promise<ResponseOf<'runs.edits'>> => {
    requests.push(request);
    const all = stored();
    return Promise.resolve({
      edits: all.filter(({ id }) => request.before === null || id < request.before).slice(-request.limit),
      count: all.length,
    });
  };
  return { ask, requests };
}
const detailOf = (edits: readonly RunEdit[]) => ({ id: 'r1', edits: edits.slice(-100), editCount: edits.length });

it('asks for page after page', async () => {
  const stored = many(20_001);
  const { ask, requests } = asked(() => stored);
  expect(ids(await allEdits('r1', ask))).toEqual(ids(stored));
  expect(requests.map(({ before }) => before)).toEqual([null, 10_002, 2]);
  expect(await allEdits('r1', asked(() => []).ask)).toEqual([]);
});

describe('EditHistory', () => {
  it('asks for nothing where the details list all', async () => {
    const { ask, requests } = asked(() => many(100));
    const history = new EditHistory(ask, () => undefined);
    await history.take(detailOf(many(100)));
    expect([history.known.isComplete, history.known.edits.length, requests.length]).toEqual([true, 100, 0]);
  });
  it('knows the newest at once and the older ones once they have come', async () => {
    const stored = many(250);
    const { ask } = asked(() => stored);
    const shown: KnownEdits[] = [];
    await new EditHistory(ask, (known) => shown.push(known)).take(detailOf(stored));
    expect(shown.map(({ isComplete, edits }) => [isComplete, ids(edits)])).toEqual([
      [false, ids(stored.slice(150))],
      [true, ids(stored)],
    ]);
  });
  it('keeps those that the details list no more', async () => {
    let stored = many(250);
    const { ask, requests } = asked(() => stored);
    const history = new EditHistory(ask, () => undefined);
    await history.take(detailOf(stored));
    stored = many(252);
    await history.take(detailOf(stored));
    expect([history.known.isComplete, ids(history.known.edits), requests.length]).toEqual([true, ids(stored), 1]);
  });
  it('asks again for older ones that waited', async () => {
    let stored = many(150).map((one) => (one.id === 7 ? edit(7, { state: 'pending', dueStep: 400, appliedStep: null }) : one));
    const { ask } = asked(() => stored);
    const history = new EditHistory(ask, () => undefined);
    await history.take(detailOf(stored));
    stored = many(150);
    await history.take(detailOf(stored));
    expect(history.known.edits[6]?.state).toBe('applied');
  });
  it('says why the older ones could not be read, and tries again', async () => {
    let isGone = true;
    const stored = many(101);
    const { ask } = asked(() => stored);
    const history = new EditHistory(
      (request) => (isGone ? Promise.reject(new Error('the service is gone')) : ask(request)),
      () => undefined,
    );
    await history.take(detailOf(stored));
    expect([history.known.error, history.known.isComplete, history.known.edits.length]).toEqual(['the service is gone', false, 100]);
    isGone = false;
    await history.take(detailOf(stored));
    expect([history.known.error, history.known.isComplete]).toEqual([null, true]);
  });
  it('asks once more where what came meanwhile begins beyond the answer', async () => {
    let stored = many(150);
    const { ask, requests } = asked(() => stored);
    let release: (() => void) | null = null;
    const history = new EditHistory(
      async (request) => {
        const answer = await ask(request);
        if (release === null) await new Promise<void>((resolve) => (release = resolve));
        return answer;
      },
      () => undefined,
    );
    const first = history.take(detailOf(stored));
    await Promise.resolve();
    stored = many(400);
    await history.take(detailOf(stored));
    (release as (() => void) | null)?.();
    await first;
    expect([history.known.isComplete, ids(history.known.edits), requests.length]).toEqual([true, ids(stored), 2]);
  });
});
