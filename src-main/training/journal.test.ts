// A person's pause and a wait for room, one within the other.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { openStore, processIdentity } from '../store/store.ts';
import { describeEnvironment } from './environment.ts';
import { Journal } from './journal.ts';
import { ProgressMeter } from './progress.ts';
import { smallRun } from './test-run.ts';

const folder = mkdtempSync(join(tmpdir(), 'elbow-journal-'));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('keeps a pause over a wait for room, and ends a wait without one', async () => {
  const store = openStore(folder);
  const run = store.runs.create({ configuration: smallRun(), name: 'test' });
  const attempt = store.attempts.open(run, { startStep: 0, environment: describeEnvironment(smallRun(), ''), ...processIdentity() });
  const journal = new Journal({ store, run, attempt, meter: new ProgressMeter(0, 0), log: () => {}, isAbandoned: () => false });
  const state = () => {
    const { state: name, stateReason } = store.runs.summary(run);
    return [name, stateReason];
  };

  const wait = { on: 'disk', what: 'The checkpoint at step 5', since: Date.now(), neededBytes: 1000 } as const;
  journal.pause('paused by ada');
  await journal.commit('The request', () => journal.storeState());
  journal.waiting('no room', wait);
  expect(store.runs.summary(run).waiting).toMatchObject({ ...wait, freeBytes: expect.any(Number) as number });
  expect(state()).toEqual(['paused', 'paused by ada']);
  journal.recovered('stored after all');
  await journal.commit('The request', () => {});
  expect(state()).toEqual(['paused', 'paused by ada']);

  journal.resume();
  await journal.commit('The request', () => journal.storeState());
  journal.waiting('no room', wait);
  expect([...store.runs.waiting()]).toMatchObject([[run, wait]]);
  journal.recovered('stored after all');
  await journal.commit('The request', () => {});
  expect(state()).toEqual(['running', null]);
  expect(store.runs.summary(run).waiting).toBeNull();
  journal.waiting('no room', wait);
  journal.end();
  expect(store.runs.summary(run).waiting).toBeNull();
  store.close();
});
