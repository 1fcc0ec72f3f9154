// Many edits from several processes at once, beside a trainer that applies them.
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { RunEdit } from '../contract/runs.ts';
import { newRun, openAttempt, startProcess, temporaryDirectory, temporaryStore } from './testing/temporary-store.ts';

describe('edits', () => {
  it('reach a trainer that applies them while two processes ask for a thousand each: none lost, in order', async () => {
    const directory = temporaryDirectory();
    const store = temporaryStore(directory);
    const run = newRun(store);
    const attempt = openAttempt(store, run);
    const count = 1000;
    const processes = ['a', 'b'].map((requester) => startProcess('edit-process.ts', directory, run, requester, String(count)));
    let isOver = false;
    const ended = Promise.all(processes.map((one) => one.ended)).then((codes) => {
      isOver = true;
      return codes;
    });
    const seen: RunEdit[] = [];
    for (let step = 1; ; step += 1) {
      const wasOver = isOver;
      const pending = store.edits.pending(run);
      if (wasOver && pending.length === 0) break;
      seen.push(...pending);
      const newest = pending.at(-1);
      if (newest)
        store.edits.applied(run, attempt, {
          step,
          values: newest.changes,
          edits: pending.map(({ id }) => ({ id, previous: { temperature: 0 } })),
        });
      await sleep(2);
    }
    expect(await ended).toEqual([0, 0]);
    const ids = seen.map(({ id }) => id);
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
    for (const requester of ['a', 'b']) {
      const values = seen.filter((one) => one.requester === requester).map(({ changes }) => changes['temperature']);
      expect(values).toEqual(Array.from({ length: count }, (_, index) => index + 1));
    }
    const { edits, editCount, values } = store.runs.get(run);
    expect(editCount).toBe(2 * count);
    expect(edits.every(({ state }) => state === 'applied')).toBe(true);
    expect(values, 'the last one wins').toEqual(edits.at(-1)?.changes);
    expect(store.edits.appliedFrom(run, 0)).toHaveLength(2 * count);
    const seconds = processes.map(({ lines }) => Number(lines[0]) / 1000);
    console.info(
      `two processes at once, beside a trainer: ${seconds.map((time) => Math.round(count / time)).join(' and ')} edits a second`,
    );
    expect(Math.max(...seconds), 'a thousand a second in all').toBeLessThan(2);
  });
});
