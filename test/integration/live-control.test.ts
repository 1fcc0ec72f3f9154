// Live control with real trainers: edits that are applied while a run goes on and seen by everybody, undo, forks and
// repetitions.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { ParameterValues } from '../../src-main/contract/parameters.ts';
import { WorkstationError, type RequestOf, type WorkstationEvent } from '../../src-main/contract/requests.ts';
import { openStore, type Store } from '../../src-main/store/store.ts';
import { createWorkstation, type WorkstationService } from '../../src-main/workstation/workstation.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'elbow-live-'));
const dataDirectory = path.join(folder, 'data');
let workstation: WorkstationService;
/** Another window's service, and another process's eyes. */
let other: WorkstationService;
let store: Store;
/** A run that goes on until the end of the tests. */
let run = '';

beforeAll(async () => {
  vi.stubEnv('ELBOW_TRAINERS', '2');
  workstation = createWorkstation({ dataDirectory });
  other = createWorkstation({ dataDirectory, requester: 'command line' });
  store = openStore(dataDirectory);
  run = await start({ steps: 1_000_000 });
  await until(() => expect(store.runs.summary(run).environmentSteps).toBeGreaterThan(300));
}, 120_000);
afterAll(async () => {
  for (const { run: waiting } of store.queue.list()) store.queue.cancel(waiting);
  for (const { id } of store.runs.list()) {
    const holder = store.attempts.holder(id);
    if (holder) process.kill(holder.pid, 'SIGKILL');
  }
  await workstation.close();
  await other.close();
  store.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

const until = (fn: () => unknown): Promise<unknown> => vi.waitFor(fn, { timeout: 100_000, interval: 20 });

/** Small, and without evaluations on the way, during which no edit is applied. */
async function start(hyperparameters: RequestOf<'runs.create'>['hyperparameters']): Promise<string> {
  const {
    runs: [created = ''],
  } = await workstation.call('runs.create', {
    task: 'inverted-pendulum',
    agent: 'sac',
    seeds: '1',
    device: 'cpu',
    threads: 1,
    name: null,
    hyperparameters: {
      hidden: '8,8',
      'batch-size': 8,
      'warm-up': 100,
      'evaluation-every': 1_000_000,
      'evaluation-episodes': 1,
      ...hyperparameters,
    },
  });
  return created;
}
const edit = async (changes: RequestOf<'runs.edit'>['changes'], of = run, by = workstation): Promise<number> =>
  (await by.call('runs.edit', { run: of, changes })).edit;
const applied = (id: number, of = run): Promise<unknown> =>
  until(() => expect(store.edits.get(of, id)).toMatchObject({ state: 'applied' }));
const value = (name: string): ParameterValues[string] | undefined => store.runs.values(run)[name];

it('applies an edit, and everybody sees it within a second', async () => {
  const events: WorkstationEvent[] = [];
  const unsubscribe = other.subscribe((event) => events.push(event));
  const asked = performance.now();
  const id = await edit({ 'entropy-target': -2 });
  await until(() => expect(value('entropy-target')).toBe(-2));
  await until(() =>
    expect(events.some((event) => event.kind === 'run-data-changed' && event.runs.some((one) => one.run === run))).toBe(true),
  );
  const milliseconds = performance.now() - asked;
  unsubscribe();
  console.info(`asked for, applied by the trainer and seen by another service: ${milliseconds.toFixed(0)} ms`);
  expect(milliseconds).toBeLessThan(1000);

  const { appliedStep, previous, requester } = store.edits.get(run, id);
  expect({ previous, requester }).toEqual({ previous: { 'entropy-target': -1 }, requester: 'window' });
  expect(appliedStep).toBeGreaterThan(300);
  const detail = await other.call('runs.get', { run });
  expect(detail).toMatchObject({ isEdited: true, editCount: 1 });
  expect(detail.events.find(({ kind }) => kind === 'edit')).toMatchObject({
    step: appliedStep,
    requester: 'window',
    message: expect.stringContaining('entropy-target −1 → −2 nats') as string,
  });
});

it('takes edits and undos from two services, one after another', async () => {
  const first = await edit({ 'actor-learning-rate': 1e-4 }, run, other);
  const second = await edit({ 'temperature-rule': 'fixed', temperature: 0.05 });
  await applied(second);
  const back = (await other.call('runs.undo', { run, edit: null })).edit;
  await applied(back);
  expect(store.edits.get(run, back)).toMatchObject({ undoes: second, requester: 'command line' });
  expect([value('temperature-rule'), value('temperature'), value('actor-learning-rate')]).toEqual(['learned', 1, 1e-4]);
  await applied((await workstation.call('runs.undo', { run, edit: first })).edit);
  expect(value('actor-learning-rate')).toBe(3e-4);
});

it('takes a thousand edits in a row: the last one wins, none is lost', async () => {
  const { count: before } = await workstation.call('runs.edits', { run, before: null, limit: 1 });
  const begun = performance.now();
  let last = 0;
  for (let k = 1; k <= 1000; k += 1) last = await edit({ 'entropy-target': -3 - k / 1000 }, run, k % 2 === 0 ? workstation : other);
  const seconds = (performance.now() - begun) / 1000;
  await applied(last);
  console.info(`a thousand edits, each checked and stored, beside a trainer: ${seconds.toFixed(2)} s`);
  expect(value('entropy-target')).toBe(-4);
  const { edits, count } = await workstation.call('runs.edits', { run, before: null, limit: 1000 });
  expect(count).toBe(before + 1000);
  expect(edits.every(({ state }) => state === 'applied')).toBe(true);
  expect(edits.map(({ changes }) => changes['entropy-target'])).toEqual(Array.from({ length: 1000 }, (_, k) => -3 - (k + 1) / 1000));
  const steps = edits.map(({ appliedStep }) => appliedStep ?? NaN);
  expect(steps).toEqual([...steps].sort((a, b) => a - b));
});

it('refuses what cannot be, and the run goes on as it was', async () => {
  const { count } = await workstation.call('runs.edits', { run, before: null, limit: 1 });
  for (const changes of [
    { 'entropy-target': 0.7 },
    { 'batch-size': 16 },
    { temperature: -1 },
    { 'no-such-knob': 1 },
    { prior: 'behaviour', 'prior-run': run, 'kl-target': 1 },
  ] as ParameterValues[]) {
    await expect(edit(changes as RequestOf<'runs.edit'>['changes']), JSON.stringify(changes)).rejects.toMatchObject({
      code: 'invalid-request',
    });
  }
  expect((await workstation.call('runs.edits', { run, before: null, limit: 1 })).count).toBe(count);
  const { environmentSteps } = store.runs.summary(run);
  await until(() => expect(store.runs.summary(run).environmentSteps).toBeGreaterThan(environmentSteps));
});

it('forks a run from a checkpoint, with other settings, while it goes on', async () => {
  await workstation.call('runs.control', { run, action: 'checkpoint' });
  await until(() => expect(store.checkpoints.newest(run)).not.toBeNull());
  const step = store.checkpoints.newest(run)?.step ?? 0;
  const { run: fork } = await workstation.call('runs.fork', {
    run,
    step,
    hyperparameters: { steps: step + 500, 'entropy-target': -2.5 },
    name: 'a fork',
  });
  await until(() => expect(store.runs.summary(fork).state).toBe('finished'));
  const detail = await workstation.call('runs.get', { run: fork });
  expect(detail).toMatchObject({ name: 'a fork', parent: { run, step }, environmentSteps: step + 500, isEdited: false });
  expect(detail.values['entropy-target']).toBe(-2.5);
  expect(detail.attempts[0]?.startStep).toBe(step);
  const {
    series: [entropyTarget],
  } = await workstation.call('metrics.query', {
    run: fork,
    metrics: ['entropy-target'],
    fromStep: null,
    toStep: null,
    maxPoints: 100,
    includeSuperseded: false,
  });
  // The first point is the mean of a window that began before the fork.
  expect(new Set(entropyTarget?.mean.slice(1))).toEqual(new Set([-2.5]));
  expect(entropyTarget?.step[0]).toBeGreaterThan(step);

  const refusal = await edit({ 'entropy-target': -2 }, fork).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(WorkstationError);
  expect(refusal).toMatchObject({
    code: 'conflict',
    message: expect.stringMatching(/is finished: an edit needs a trainer.*Nothing was changed/) as string,
  });
}, 200_000);

it('repeats an edited run bit for bit', async () => {
  await workstation.call('runs.control', { run, action: 'stop' });
  await until(() => expect(store.runs.summary(run).state).toBe('stopped'));
  // Long enough that the pause meets it at work.
  const original = await start({ steps: 6000 });
  await until(() => expect(store.runs.summary(original).environmentSteps).toBeGreaterThan(200));
  // While it rests, two edits land on one step.
  await workstation.call('runs.control', { run: original, action: 'pause' });
  await until(() => expect(store.runs.summary(original).state).toBe('paused'));
  await applied(await edit({ 'entropy-target': -2 }, original), original);
  await applied(await edit({ prior: 'constant', 'kl-target': 1, 'prior-scale': '0.4' }, original), original);
  await workstation.call('runs.control', { run: original, action: 'resume' });
  await until(() => expect(store.runs.summary(original).state).toBe('finished'));
  const { run: repetition } = await workstation.call('runs.repeat', { run: original, name: null });
  await until(() => expect(store.runs.summary(repetition).state).toBe('finished'));
  const hash = (of: string): unknown => (store.checkpoints.newest(of)?.details as { stateHash?: unknown } | undefined)?.stateHash;
  expect(hash(repetition)).toMatch(/^[0-9a-f]{64}$/);
  expect(hash(repetition)).toBe(hash(original));
  const steps = (of: string): unknown =>
    store.edits.list(of, { limit: 10 }).edits.map(({ appliedStep, state, changes }) => ({ appliedStep, state, changes }));
  expect(steps(repetition)).toEqual(steps(original));
  expect(store.runs.summary(repetition).isEdited).toBe(true);
}, 300_000);
