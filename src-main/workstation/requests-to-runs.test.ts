// What the service asks of runs, without trainers: who asked, what cannot be continued, what is removed when.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openStore, processIdentity, type Store } from '../store/store.ts';
import { createSupervision } from './supervision.ts';
import { createWorkstation, type WorkstationService } from './workstation.ts';

let folder = '';
let store: Store;
let workstation: WorkstationService | null = null;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'elbow-requests-'));
  store = openStore(folder);
  vi.stubEnv('ELBOW_TRAINERS', '1');
});
afterEach(async () => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
  await workstation?.close();
  workstation = null;
  store.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

const configuration = { task: 'reacher', agent: 'sac', seed: 1, device: 'cpu', threads: 1, hyperparameters: { steps: 1000 } };
const environment = {
  elbowVersion: '0.1.0',
  gitState: null,
  packages: {},
  node: 'v24',
  platform: 'linux',
  cpu: 'a processor',
  cpuCount: 2,
  gpu: null,
  device: 'cpu',
  threads: 1,
  modelHash: '0'.repeat(64),
  host: 'here',
};

/** A run that this very process holds. */
function heldRun(isDemo = false): { run: string; attempt: number } {
  const run = store.runs.create({ configuration, name: 'a run', isDemo });
  return { run, attempt: store.attempts.open(run, { startStep: 0, environment, ...processIdentity() }) };
}

describe('who asked', () => {
  it.each(['window', 'command line'] as const)('is kept with the request: the %s', async (requester) => {
    const { run } = heldRun();
    workstation = createWorkstation({ dataDirectory: folder, requester });
    await workstation.call('runs.control', { run, action: 'pause' });
    expect(store.commands.pending(run)).toMatchObject([{ action: 'pause', requester }]);
  });
});

describe('a finished run whose checkpoints are gone', () => {
  it.each([
    ['deleted by a person', false, /^Its checkpoints have been deleted.*are kept.*New run like this.*Nothing was changed/],
    ['left out of the demo', true, /^The demo run comes without checkpoints.*are kept.*New run like this/],
  ])('is not continued, and stays finished: %s', async (_, isDemo, words) => {
    const { run, attempt } = heldRun(isDemo);
    store.events.append(run, attempt, { step: 1000, kind: 'checkpoint', message: 'Checkpoint of 1.0 MB.', requester: null });
    store.attempts.close(run, attempt);
    store.runs.setState(run, 'finished');
    workstation = createWorkstation({ dataDirectory: folder });
    await expect(workstation.call('runs.continue', { run, steps: 2000, device: null, threads: null })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(words) as string,
    });
    expect(store.runs.get(run)).toMatchObject({ state: 'finished', totalSteps: 1000, lastError: null });
    expect(store.queue.list()).toEqual([]);
  });
});

describe('continuing on another device', () => {
  it.each<[string, { device: string | null; threads: number | null }, string, RegExp]>([
    ['an unknown device', { device: 'abacus', threads: null }, 'device', /no device named "abacus"; there are cpu, gpu, /],
    ...(process.platform === 'linux'
      ? [
          [
            'an absent device',
            { device: 'cuda', threads: null },
            'device',
            /cuda cannot be used here: .*provider is not installed.*install=cuda12/,
          ] as [string, { device: string; threads: null }, string, RegExp],
        ]
      : []),
    ['no threads', { device: null, threads: 0 }, 'threads', /from 1 to \d+, the processors here; 0 was given/],
    ['a thousand threads', { device: 'cpu', threads: 1000 }, 'threads', /1000 was given/],
    ['NaN threads', { device: 'cpu', threads: NaN }, 'threads', /NaN was given/],
  ])('refuses %s and changes nothing', async (_, wishes, field, words) => {
    const { run, attempt } = heldRun();
    store.attempts.close(run, attempt);
    store.runs.setState(run, 'stopped');
    const before = store.runs.get(run);
    workstation = createWorkstation({ dataDirectory: folder });
    await expect(workstation.call('runs.continue', { run, steps: 5000, ...wishes })).rejects.toMatchObject({
      code: 'invalid-request',
      field,
      message: expect.stringMatching(words) as string,
    });
    expect(store.runs.get(run)).toEqual(before);
  });

  it('refuses it while a trainer holds the run', async () => {
    const { run } = heldRun();
    workstation = createWorkstation({ dataDirectory: folder });
    await expect(workstation.call('runs.continue', { run, steps: null, device: 'cpu', threads: null })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(/so that its device is fixed. Stop it first/) as string,
    });
  });
});

it('counts values that were not finite with the run', async () => {
  const { run, attempt } = heldRun();
  const writer = store.metrics.writer(run, attempt);
  writer.append(7, { 'critic-loss': NaN });
  writer.flush();
  workstation = createWorkstation({ dataDirectory: folder });
  expect((await workstation.call('runs.get', { run })).nonFinite).toEqual([
    { metric: 'critic-loss', attempt, count: 1, firstStep: 7, lastStep: 7 },
  ]);
});

it('sends the newest evaluations with the run, and any others when asked', async () => {
  const { run, attempt } = heldRun();
  store.transaction(() => {
    for (let step = 1; step <= 300; step += 1) {
      store.evaluations.add(run, attempt, {
        step,
        returns: Float64Array.of(step),
        lengths: Int32Array.of(1),
        policyOnnx: null,
        criticsOnnx: null,
        rollouts: [],
      });
    }
  });
  workstation = createWorkstation({ dataDirectory: folder });
  const detail = await workstation.call('runs.get', { run });
  expect([detail.evaluationCount, detail.evaluations.length, detail.evaluations[0]?.step]).toEqual([300, 50, 251]);
  const { count, evaluations } = await workstation.call('runs.evaluations', { run, fromStep: null, toStep: 250, most: 10 });
  expect([count, evaluations.map(({ meanReturn }) => meanReturn)]).toEqual([250, [25, 50, 75, 100, 125, 150, 175, 200, 225, 250]]);
  await expect(workstation.call('runs.evaluations', { run: 'nobody', fromStep: null, toStep: null, most: 10 })).rejects.toMatchObject({
    code: 'not-found',
  });
});

it('removes deleted runs for good after 30 days, however long it stays open', () => {
  vi.useFakeTimers();
  const run = store.runs.create({ configuration, name: 'deleted' });
  const supervision = createSupervision({
    store,
    onError: (error) => expect.fail(String(error)),
    onChange: () => undefined,
    intervalMs: 2e9,
  });
  store.runs.softDelete([run]);
  vi.advanceTimersByTime(29 * 24 * 3600 * 1000);
  expect(store.runs.restore([run])).toEqual([run]);
  store.runs.softDelete([run]);
  vi.advanceTimersByTime(31 * 24 * 3600 * 1000);
  supervision.close();
  expect(() => store.runs.restore([run])).toThrow(/no run/);
});
