// A fork: a new run that goes on from a checkpoint of another with its own settings.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ParameterValues } from '../contract/parameters.ts';
import { openStore, type Store } from '../store/store.ts';
import { readSegmentList } from './checkpoint/read.ts';
import { replayFolder } from './checkpoint/write.ts';
import { runFolder } from './launch.ts';
import { outcomeOf, smallRun, trainHere } from './test-run.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'elbow-fork-'));
let store: Store;
let parent: string;
beforeAll(async () => {
  store = openStore(path.join(folder, 'data'));
  parent = store.runs.create({ configuration: smallRun({ steps: 300 }), name: 'parent' });
  store.edits.schedule(parent, [{ id: 1, changes: { 'actor-learning-rate': 1e-3 }, undoes: null, requester: 'test', dueStep: 200 }]);
  await trainHere(store, parent);
}, 150_000);
afterAll(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

async function fork(changes: ParameterValues): Promise<string> {
  const checkpoint = store.checkpoints.list(parent).find(({ step }) => step === 300);
  if (checkpoint === undefined) throw new Error('the parent has no checkpoint');
  const files = readSegmentList(runFolder(store.dataDirectory, parent), checkpoint).map(({ file }) => `${replayFolder}/${file}`);
  const { values, configuration } = store.runs.get(parent);
  const run = store.runs.fork({
    run: parent,
    checkpoint,
    files,
    configuration: { ...configuration, hyperparameters: { ...values, steps: 500, ...changes } },
    name: 'fork',
  });
  await trainHere(store, run);
  return run;
}

describe('a fork', () => {
  it('with its parent’s settings is its parent, continued', async () => {
    const run = await fork({});
    store.runs.extend(parent, 500, 'test');
    await trainHere(store, parent);
    expect(outcomeOf(store, run).newest).toEqual(outcomeOf(store, parent).newest);
    const detail = store.runs.get(run);
    expect(detail.parent).toEqual({ run: parent, step: 300 });
    expect(detail.attempts[0]).toMatchObject({ attempt: 1, startStep: 300 });
    // Its parent's edit is in its configuration; it has none of its own.
    expect(detail.isEdited).toBe(false);
    expect(detail.values['actor-learning-rate']).toBe(1e-3);
  });

  it.each([
    ['a live value', { 'critic-learning-rate': 1e-4 }],
    ['a value that is compiled in', { 'batch-size': 32 }],
    ['another prior', { prior: 'previous', 'kl-budget': 0.3 }],
  ])('may have %s of its own', async (_, changes) => {
    const run = await fork(changes);
    const detail = store.runs.get(run);
    expect(detail).toMatchObject({ state: 'finished', environmentSteps: 500 });
    expect(detail.values).toMatchObject(changes);
    expect(detail.evaluations.map(({ step }) => step)).toEqual([500]);
    expect(outcomeOf(store, run).newest?.stateHash).not.toBe(outcomeOf(store, parent).newest?.stateHash);
  });
});
