// What computes a run: chosen once, stored, taken again; a change is said; a device that is missing or lost is survived.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { describeTimings } from '../contract/engine-choice.ts';
import type { RunConfiguration } from '../contract/runs.ts';
import { DeviceLostError } from '../engine/devices/device-error.ts';
import { findSoftwareDriver } from '../engine/devices/gpu-driver.ts';
import { GpuState } from '../engine/devices/gpu-state.ts';
import { openStore, processIdentity, type Store } from '../store/store.ts';
import { describeEnvironment } from './environment.ts';
import { interruptLost } from './lost-device.ts';
import { outcomeOf, smallRun, trainHere } from './test-run.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'elbow-choose-'));
let store: Store;
let count = 0;
beforeEach(() => {
  store?.close();
  store = openStore(path.join(folder, String((count += 1))));
});
afterAll(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

const short = { steps: 160, 'evaluation-every': 160, 'evaluation-episodes': 1 };
const create = (changes: Partial<RunConfiguration> = {}): string =>
  store.runs.create({ configuration: { ...smallRun(short), ...changes }, name: 'chosen' });
const deviceEvents = (run: string): string[] =>
  store.runs
    .get(run)
    .events.filter(({ kind }) => kind === 'device')
    .map(({ message }) => message);

describe('auto', () => {
  it('takes the fastest device, stores the figures, says them, and keeps the choice', async () => {
    const run = create({ device: 'auto' });
    await trainHere(store, run);
    const { configuration, device, attempts } = store.runs.get(run);
    expect(configuration.engine).toMatchObject({
      device,
      threads: 1,
      runtime: expect.stringMatching(/^onnxruntime-node \d+\.\d+\.\d+$|tfjs/) as string,
    });
    const timings = configuration.engine?.timings ?? [];
    expect(timings[0]).toMatchObject({ device, problem: null });
    expect(timings.map((one) => one.device)).not.toContain('gpu:software');
    expect(timings.map((one) => one.device)).not.toContain('reference');
    expect(deviceEvents(run)).toEqual([`${device} was chosen: ${describeTimings(timings)}.`]);
    expect(attempts[0]?.environment?.device).toBe(device);

    store.runs.extend(run, 200);
    await trainHere(store, run);
    expect(store.runs.get(run).configuration.engine).toEqual(configuration.engine);
    expect(deviceEvents(run)).toHaveLength(1);
  });

  it('leaves the run the same bits as its device asked for by name', async () => {
    const [auto, named] = [create({ device: 'auto' }), create()];
    for (const run of [auto, named]) await trainHere(store, run);
    if (store.runs.configuration(auto).device === 'cpu') expect(outcomeOf(store, auto)).toEqual(outcomeOf(store, named));
    expect(store.runs.configuration(named).engine).toMatchObject({ device: 'cpu', timings: [] });
  });
});

describe('a run that goes on', () => {
  it('elsewhere says from which step on its seed promises no bits', async () => {
    const run = create();
    await trainHere(store, run);
    store.runs.extend(run, 200);
    const { engine = null } = store.runs.configuration(run);
    store.runs.setDevice(run, { device: 'cpu', threads: 2, engine });
    await trainHere(store, run);
    expect(deviceEvents(run)).toEqual([
      expect.stringMatching(/^Computed by cpu, 2 threads.*before: cpu, 1 thread,.*no longer, bit for bit/),
    ]);
    expect(store.runs.get(run).events.find(({ kind }) => kind === 'device')?.step).toBe(160);
    expect(store.runs.summary(run)).toMatchObject({ threads: 2, state: 'finished' });
  });

  it('with another version of what computes says so too', async () => {
    const run = create();
    await trainHere(store, run);
    store.runs.extend(run, 200);
    const { engine } = store.runs.configuration(run);
    if (!engine) throw new Error('nothing was chosen');
    store.runs.setDevice(run, { ...engine, engine: { ...engine, runtime: 'onnxruntime-node 1.2.3' } });
    await trainHere(store, run);
    expect(deviceEvents(run)).toEqual([expect.stringMatching(/before:.*onnxruntime-node 1\.2\.3/)]);
  });

  it.each([
    ['abacus', /there is no device abacus; there are cpu, gpu.*kept as it was/],
    ['', /there is no device/],
    ...(process.platform === 'linux'
      ? [['cuda', /The device cuda cannot be used here:.*not installed.*checkpoints.*--resume \S+ --device cpu/] as const]
      : []),
  ] as const)('on the device %j, which is not there, is left as it was', async (device, message) => {
    const run = create();
    await trainHere(store, run);
    const before = store.runs.get(run);
    store.runs.extend(run, 200);
    if (device === '') expect(() => store.runs.setDevice(run, { device, threads: 1, engine: null })).toThrow(/device/);
    else {
      store.runs.setDevice(run, { device, threads: 1, engine: before.configuration.engine ?? null });
      await expect(trainHere(store, run)).rejects.toThrow(message);
    }
    expect(store.runs.get(run).checkpoints).toEqual(before.checkpoints);
    expect(store.runs.get(run).attempts).toHaveLength(1);
  });
});

it('a lost device pauses its run with what to do, and another device continues it from its checkpoint', async () => {
  const run = create();
  await trainHere(store, run);
  store.runs.extend(run, 200);
  const configuration = store.runs.configuration(run);
  const attempt = store.attempts.open(run, {
    startStep: 160,
    environment: describeEnvironment(configuration, '0'.repeat(64)),
    ...processIdentity(),
  });
  interruptLost(store, run, attempt, new DeviceLostError('gpu', 'the program sac update gave no answer'), () => {});
  const { state, stateReason, events, lastError } = store.runs.get(run);
  expect(state).toBe('interrupted');
  expect(stateReason).toMatch(
    /^Paused at step 160: the device gpu was lost: the program sac update gave no answer\. Curves.*checkpoint at step 160.*--resume \S+ --device cpu$/,
  );
  expect([lastError, events.at(-1)?.kind, events.at(-1)?.message]).toEqual([stateReason, 'paused', stateReason]);
  expect(store.attempts.holder(run)).toBeNull();
  await trainHere(store, run);
  expect(store.runs.summary(run)).toMatchObject({ state: 'finished', environmentSteps: 200 });
});

it.skipIf(findSoftwareDriver() === null)(
  'trains on a software driver, stores whose it is, loses it, and goes on on the processor',
  { timeout: 120_000 },
  async () => {
    const run = create({ device: 'gpu:software', hyperparameters: smallRun({ ...short, 'warm-up': 20 }).hyperparameters });
    store.runs.setState(run, 'running');
    store.commands.request(run, 'checkpoint', 'test');
    // The card's memory goes away under the run, in one of its first updates.
    const entry = GpuState.prototype.entry;
    let calls = 0;
    const lose = vi.spyOn(GpuState.prototype, 'entry').mockImplementation(function (this: GpuState, name) {
      const buffers = entry.call(this, name);
      if ((calls += 1) === 500) buffers.current.dispose();
      return buffers;
    });
    expect((await trainHere(store, run)).outcome).toBe('interrupted');
    lose.mockRestore();
    const { state, stateReason, attempts } = store.runs.get(run);
    expect(state).toBe('interrupted');
    expect(stateReason).toMatch(
      /^Paused at step 2\d: the device gpu:software was lost: the program .* failed \(.*its checkpoint at step 0/,
    );
    expect(attempts[0]?.environment?.gpu).toMatch(/SwiftShader|llvmpipe/);

    store.runs.setDevice(run, { device: 'cpu', threads: 1, engine: store.runs.configuration(run).engine ?? null });
    await trainHere(store, run);
    expect(store.runs.configuration(run).engine?.device).toBe('cpu');
    expect(store.runs.summary(run)).toMatchObject({ state: 'finished', environmentSteps: 160 });
  },
);
