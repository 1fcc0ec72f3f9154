// The service with real trainers: the queue, a killed trainer, continuing, steering, deleting and undoing.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { RequestOf, WorkstationEvent } from '../../src-main/contract/requests.ts';
import type { RunSummary } from '../../src-main/contract/runs.ts';
import { openStore, type Store } from '../../src-main/store/store.ts';
import { importDemo } from '../../src-main/workstation/demo.ts';
import { createWorkstation, type WorkstationService } from '../../src-main/workstation/workstation.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'elbow-workstation-'));
const dataDirectory = path.join(folder, 'data');
let workstation: WorkstationService;
/** Another process's eyes. */
let store: Store;

beforeAll(() => {
  vi.stubEnv('ELBOW_TRAINERS', '1');
  workstation = createWorkstation({ dataDirectory });
  store = openStore(dataDirectory);
});
afterAll(async () => {
  for (const { run } of store.queue.list()) store.queue.cancel(run);
  for (const { id } of store.runs.list()) {
    const holder = store.attempts.holder(id);
    if (holder) process.kill(holder.pid, 'SIGKILL');
  }
  await workstation.close();
  store.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** Small enough to finish within seconds. */
const wishes = (changes: Partial<RequestOf<'runs.create'>> = {}): RequestOf<'runs.create'> => ({
  task: 'inverted-pendulum',
  agent: 'sac',
  hyperparameters: { steps: 1500, hidden: '8,8', 'batch-size': 8, 'warm-up': 100, 'evaluation-every': 500, 'evaluation-episodes': 3 },
  seeds: '1',
  device: 'cpu',
  threads: 1,
  name: null,
  ...changes,
});

async function summary(run: string): Promise<RunSummary> {
  const found = (await workstation.call('runs.list', {})).runs.find(({ id }) => id === run);
  if (!found) throw new Error(`${run} is not listed`);
  return found;
}
const until = (fn: () => unknown): Promise<unknown> => vi.waitFor(fn, { timeout: 80_000, interval: 50 });

it('runs what fits, queues the rest, survives a killed trainer and continues it to the end', async () => {
  const events: WorkstationEvent[] = [];
  const unsubscribe = workstation.subscribe((event) => events.push(event));
  const { runs } = await workstation.call(
    'runs.create',
    wishes({ seeds: '1-4', hyperparameters: { ...wishes().hyperparameters, steps: 100_000 } }),
  );
  const [first = '', second = '', third = '', fourth = ''] = runs;
  expect(await Promise.all(runs.map(async (run) => (await summary(run)).queuePosition))).toEqual([null, 1, 2, 3]);

  const { entries } = await workstation.call('queue.move', { run: fourth, position: 1 });
  expect(entries.map(({ run }) => run)).toEqual([fourth, second, third]);
  await workstation.call('queue.cancel', { run: second });
  expect((await summary(second)).state).toBe('stopped');
  await expect(workstation.call('queue.cancel', { run: second })).rejects.toMatchObject({ code: 'conflict' });
  await workstation.call('queue.cancel', { run: fourth });

  // A trainer holds the first; nobody else may.
  await until(async () => expect((await summary(first)).environmentSteps).toBeGreaterThan(200));
  await expect(workstation.call('runs.continue', { run: first, steps: null, device: null, threads: null })).rejects.toMatchObject({
    code: 'conflict',
  });
  await expect(workstation.call('runs.delete', { runs: [first, second] })).rejects.toMatchObject({ code: 'conflict' });
  expect((await summary(second)).state).toBe('stopped');

  await workstation.call('runs.control', { run: first, action: 'pause' });
  await until(async () => expect((await summary(first)).state).toBe('paused'));
  await workstation.call('runs.control', { run: first, action: 'resume' });
  await workstation.call('runs.control', { run: first, action: 'checkpoint' });
  await until(() => expect(store.checkpoints.newest(first)).not.toBeNull());
  const checkpointStep = store.checkpoints.newest(first)?.step;
  const holder = store.attempts.holder(first);
  process.kill(holder?.pid ?? 0, 'SIGKILL');
  await until(async () => expect((await summary(first)).state).toBe('interrupted'));
  // Its place is free again.
  await until(async () => expect((await summary(third)).state).toBe('running'));
  await until(() => expect(store.attempts.holder(third)).not.toBeNull());
  await workstation.call('runs.control', { run: third, action: 'stop' });
  await until(async () => expect((await summary(third)).state).toBe('stopped'));

  await workstation.call('runs.continue', { run: first, steps: null, device: null, threads: null });
  await until(async () => expect((await workstation.call('runs.get', { run: first })).attempts).toHaveLength(2));
  await workstation.call('runs.control', { run: first, action: 'stop' });
  await until(async () => expect((await summary(first)).state).toBe('stopped'));
  const detail = await workstation.call('runs.get', { run: first });
  expect(detail.attempts[1]?.startStep).toBe(checkpointStep);
  expect(detail.events.filter(({ kind }) => kind === 'paused' || kind === 'resumed').map(({ requester }) => requester)).toContain('window');

  const log = await workstation.call('runs.log', { run: first, maxBytes: 100_000 });
  expect(log.text).toMatch(/Started|started/);
  expect(existsSync(log.path)).toBe(true);
  const seenStates = (): string[] =>
    events.flatMap((event) => (event.kind === 'runs-changed' ? event.runs.filter(({ id }) => id === first).map(({ state }) => state) : []));
  await until(() => expect(seenStates().at(-1)).toBe('stopped'));
  unsubscribe();
  for (const state of ['running', 'paused', 'interrupted', 'stopped']) expect(seenStates()).toContain(state);
  expect(events.some(({ kind }) => kind === 'queue-changed')).toBe(true);
  expect(
    events.some(
      (event) => event.kind === 'run-data-changed' && event.runs.some(({ run, snapshotStep }) => run === first && snapshotStep !== null),
    ),
  ).toBe(true);
  expect(events.find(({ kind }) => kind === 'machine')).toMatchObject({
    memoryTotalBytes: expect.any(Number) as number,
    diskFreeBytes: expect.any(Number) as number,
    storageTrouble: null,
  });
}, 240_000);

it('finishes a run, extends it, and serves what it recorded', async () => {
  const {
    runs: [run = ''],
  } = await workstation.call('runs.create', wishes({ name: 'recorded' }));
  await until(async () => expect((await summary(run)).state).toBe('finished'));
  const { evaluations, metrics } = await workstation.call('runs.get', { run });
  expect(evaluations.map(({ step }) => step)).toEqual([500, 1000, 1500]);
  const rollout = await workstation.call('rollouts.get', { rollout: evaluations[2]?.rollouts[0]?.id ?? 0 });
  const qpos = rollout.columns.find(({ name }) => name === 'qpos');
  expect(qpos?.data.length).toBe((rollout.length + 1) * (qpos?.width ?? 0));
  const { series } = await workstation.call('metrics.query', {
    run,
    metrics: ['evaluation-return', 'entropy'],
    fromStep: null,
    toStep: null,
    maxPoints: 100,
    includeSuperseded: false,
  });
  expect([...(series[0]?.step ?? [])]).toEqual([500, 1000, 1500]);
  expect(metrics).toContain('entropy');
  expect((await workstation.call('snapshots.get', { run, at: 1500 })).onnx.length).toBeGreaterThan(100);
  await expect(workstation.call('snapshots.get', { run, at: 7 })).rejects.toMatchObject({
    code: 'not-found',
    message: expect.stringContaining('500') as string,
  });

  await workstation.call('runs.continue', { run, steps: 2000, device: null, threads: null });
  await until(async () => expect(await summary(run)).toMatchObject({ state: 'finished', totalSteps: 2000, environmentSteps: 2000 }));

  const before = (await summary(run)).diskBytes;
  const { freedBytes } = await workstation.call('runs.deleteCheckpoints', { run });
  expect(freedBytes).toBeGreaterThan(0);
  expect((await summary(run)).diskBytes).toBeLessThan(before);
  expect((await workstation.call('runs.get', { run })).evaluations).toHaveLength(4);
}, 240_000);

describe('keeping', () => {
  it('deletes with undo, stars, renames and annotates', async () => {
    const [any] = (await workstation.call('runs.list', {})).runs;
    const run = any?.id ?? '';
    expect(await workstation.call('runs.delete', { runs: [run] })).toEqual({ deleted: [run] });
    await expect(summary(run)).rejects.toThrow(/not listed/);
    expect(await workstation.call('runs.restore', { runs: [run] })).toEqual({ restored: [run] });
    await workstation.call('runs.star', { run, starred: true });
    await workstation.call('runs.rename', { run, name: '  a better name ' });
    await workstation.call('runs.annotate', { run, note: 'why it matters' });
    expect(await summary(run)).toMatchObject({ starred: true, name: 'a better name', note: 'why it matters' });
  });

  it('imports the demo once', () => {
    const source = store.runs.list().find(({ name }) => name === 'recorded')?.id ?? store.runs.list()[0]?.id ?? '';
    const demoFolder = path.join(folder, 'demo');
    const demo = openStore(demoFolder);
    demo.runs.copyFrom(store, source);
    demo.close();
    const other = openStore(path.join(folder, 'other'));
    const imported = importDemo(other, demoFolder);
    expect(importDemo(other, demoFolder)).toBe(imported);
    expect(other.runs.list().map(({ id, isDemo }) => [id, isDemo])).toEqual([[imported, true]]);
    expect(() => importDemo(store, path.join(folder, 'nowhere'))).toThrow(/has no demo run/);
    other.close();
  });
});

it('examines itself', async () => {
  const { sections } = await workstation.call('system.doctor', {});
  expect(sections.map(({ title }) => title)).toEqual(['Elbow', 'Devices', 'Trainers', 'Data', 'Storage by run']);
  const lines = sections.flatMap((section) => section.lines);
  for (const label of ['node', '@mujoco/mujoco', 'onnxruntime-node', 'cpu', 'data directory', 'trainers at once']) {
    expect(
      lines.find((line) => line.label === label),
      label,
    ).toMatchObject({ state: 'ok' });
  }
  for (const device of ['gpu', 'cuda', 'tensorflow']) {
    const found = lines.find(({ label }) => label === device);
    if (found?.state !== 'ok')
      expect(found, device).toMatchObject({ state: 'info', value: expect.stringMatching(/cannot be used, since .{10}/) as string });
  }
  for (const { state, advice } of lines) if (state === 'missing' || state === 'warning') expect(advice).toMatch(/\S.*\.$/);
});
