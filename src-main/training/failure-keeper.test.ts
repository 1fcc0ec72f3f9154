// What is kept of a failure, and what is said where it cannot be: a full disk, an agent that is not finite itself, no
// checkpoint yet.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { ParameterValues } from '../contract/parameters.ts';
import { type FileSystem, realFileSystem } from './checkpoint/durable-files.ts';
import { FailureKeeper, type FailureKeeperOptions } from './failure-keeper.ts';
import { type PreparedRun, prepareRun } from './prepare.ts';
import { smallRun } from './test-run.ts';
import { NumericalFailure } from './training-error.ts';

const opened: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0)) await close();
});

/** A run with a rate beyond every range, which fails in its next step. */
async function failing(steps: number, values: ParameterValues = {}) {
  const prepared = await prepareRun(smallRun({ 'warm-up': 10, ...values }));
  const folder = mkdtempSync(path.join(tmpdir(), 'elbow-keeper-'));
  opened.push(async () => {
    await prepared.dispose();
    rmSync(folder, { recursive: true, force: true });
  });
  await step(prepared, steps);
  await prepared.loop.applyEdit({ id: 1, changes: { 'critic-learning-rate': 1e30 } });
  return { prepared, folder };
}
async function step({ loop }: PreparedRun, steps: number): Promise<void> {
  for (let i = 0; i < steps; i += 1) await loop.step({ metrics: () => {}, warning: () => {} });
}
async function failureOf(prepared: PreparedRun): Promise<NumericalFailure> {
  const error: unknown = await step(prepared, 1).then(
    () => new Error('nothing failed'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof NumericalFailure)) throw error;
  return error;
}
const full: FileSystem = {
  ...realFileSystem,
  openSync() {
    throw Object.assign(new Error('ENOSPC: no space left on device, open'), { code: 'ENOSPC' });
  },
};

async function keep({ prepared, folder }: { prepared: PreparedRun; folder: string }, options: Partial<FailureKeeperOptions> = {}) {
  const failure = await failureOf(prepared);
  let written = 0;
  const checkpoint = () => {
    written += 1;
    return Promise.resolve();
  };
  const kept = await new FailureKeeper({
    run: 'abcd2345',
    attempt: 3,
    folder,
    fs: realFileSystem,
    prepared,
    checkpoint,
    lastCheckpoint: () => prepared.loop.environmentSteps,
    ...options,
  }).keep(failure);
  expect(kept.message.startsWith(failure.message)).toBe(true);
  expect([kept.what, kept.step]).toEqual([failure.what, failure.step]);
  return { message: kept.message, written };
}

describe('of a failure', () => {
  it('transitions and last good state are kept', async () => {
    const run = await failing(30);
    const { message, written } = await keep(run);
    expect(written).toBe(1);
    expect(run.prepared.loop.environmentSteps).toBe(30);
    expect(message).toContain('Kept: the last 31 transitions and all that the program was given, in failures/step-31-attempt-3.jsonl');
    expect(message).toContain('kept as the checkpoint at step 30. Roll back');
    expect(readdirSync(path.join(run.folder, 'failures'))).toEqual(['step-31-attempt-3.jsonl']);
    const [first] = readFileSync(path.join(run.folder, 'failures/step-31-attempt-3.jsonl'), 'utf8').split('\n');
    expect(JSON.parse(first ?? '')).toMatchObject({
      kind: 'failure',
      step: 31,
      attempt: 3,
      computed: expect.arrayContaining([
        expect.objectContaining({ value: expect.stringMatching(/^(NaN|-?Infinity)$/) as string }),
      ]) as unknown,
    });
  });

  it('nothing is claimed that a full disk has refused', async () => {
    const run = await failing(30);
    const { message } = await keep(run, {
      fs: full,
      checkpoint: () => Promise.reject(new Error('ENOSPC: no space left on device')),
      lastCheckpoint: () => 20,
    });
    expect(message).toContain(
      'The last transitions could not be kept (ENOSPC: no space left on device, open). The last good state could not be kept (ENOSPC: no space left on device). The newest checkpoint is at step 20.',
    );
  });

  it('no state is called good that is not finite', async () => {
    const run = await failing(30);
    const { engine } = run.prepared.loop.learner;
    const state = await engine.readState();
    for (const array of Object.values(state)) array[0] = NaN;
    await engine.writeState(state);
    const { message, written } = await keep(run, { lastCheckpoint: () => 20 });
    expect(written).toBe(0);
    expect(message).toMatch(
      /The state before that step is not kept: \S+ in it is not finite already\. The newest checkpoint is at step 20\./,
    );
  });

  it('it is said that there is nothing to roll back to', async () => {
    const run = await failing(0, { 'warm-up': 0 });
    const { message, written } = await keep(run, { lastCheckpoint: () => null });
    expect(written).toBe(0);
    expect(message).toContain('There is no checkpoint yet. Start a new run with other settings. Continued, it begins again from step 0.');
  });
});
