// Edits that cannot be made or compiled: they are refused, what was half made is disposed, and the run goes on, bit for bit.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BehaviourNetwork } from '../agents/parts/priors/behaviour.ts';
import type { PriorFit } from '../contract/fitted-prior.ts';
import type { ParameterValues } from '../contract/parameters.ts';
import { CpuEngine } from '../engine/devices/cpu.ts';
import { createStream } from '../random/stream.ts';
import { openStore, type Store } from '../store/store.ts';
import { packArrays } from './checkpoint/manifest.ts';
import { prepareRun } from './prepare.ts';
import { asked, editNow, outcomeOf, smallRun, trainHere, trainScripted } from './test-run.ts';
import { timeDevices } from './time-devices.ts';

vi.setConfig({ testTimeout: 240_000 });

const folder = mkdtempSync(path.join(tmpdir(), 'elbow-refused-'));
let store: Store;
let count = 0;
beforeEach(() => {
  store?.close();
  store = openStore(path.join(folder, String((count += 1))));
});
afterEach(() => vi.restoreAllMocks());
afterAll(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

const create = (changes: ParameterValues = {}): string =>
  store.runs.create({ configuration: smallRun({ steps: 400, ...changes }), name: 'refuses' });
/** Of a task with one observation more: no program over it can be traced for this one. */
const foreign = new BehaviourNetwork({ observation: 5, action: 1 }, 0.05).network.initialState(createStream(1, 'foreign'));
const toForeign: ParameterValues = { prior: 'behaviour', 'prior-run': 'elsewhere', 'kl-target': 1 };

/** A fitted prior as a damaged database would hold it. */
function storeForeign(run: string): void {
  const { bytes, entries } = packArrays(foreign);
  const details: PriorFit = {
    named: 'elsewhere',
    smallestScale: Number(smallRun().hyperparameters['prior-smallest-scale']),
    data: 'replay',
    sourceStep: 1000,
    transitions: 900,
    heldOutTransitions: 90,
    dataHash: '0'.repeat(64),
    updates: 1000,
    endedBy: 'likelihood',
    seconds: 1,
    trainingLikelihood: 0,
    heldOutLikelihood: 0,
    uniformLikelihood: -0.69,
    outsideShare: 0,
    entries,
  };
  store.fittedPriors.add(run, { sourceRun: 'elsewhere', details, data: bytes });
}

/** Engines that were made and are not disposed. */
function countEngines(): () => number {
  const open = new Set<CpuEngine>();
  const [write, dispose] = [CpuEngine.prototype.writeState, CpuEngine.prototype.dispose];
  vi.spyOn(CpuEngine.prototype, 'writeState').mockImplementation(function (this: CpuEngine, ...given) {
    open.add(this);
    return write.apply(this, given);
  });
  vi.spyOn(CpuEngine.prototype, 'dispose').mockImplementation(function (this: CpuEngine) {
    open.delete(this);
    return dispose.apply(this);
  });
  return () => open.size;
}

describe('an edit whose agent cannot be compiled', () => {
  it('is refused with the reason, and the run is as if nobody had asked', async () => {
    const [reference, run] = [create(), create()];
    await trainHere(store, reference);
    storeForeign(run);
    const engines = countEngines();
    let during = 0;
    const { outcome } = await trainScripted(store, run, {
      200: () => void editNow(store, run, toForeign),
      210: () => void (during = engines()),
    });
    expect(outcome).toBe('finished');
    expect([during, engines()]).toEqual([1, 0]);
    const { edits, events, values } = store.runs.get(run);
    expect(edits).toMatchObject([{ state: 'refused', appliedStep: null, reason: expect.stringMatching(/\S/) as string }]);
    expect(events.filter(({ kind }) => kind === 'warning').map(({ step, message }) => [step, message])).toEqual([
      [200, `An edit was refused: ${edits[0]?.reason}`],
    ]);
    expect(values['prior']).toBe('uniform');
    expect(outcomeOf(store, run)).toEqual(outcomeOf(store, reference));
  });

  it('is refused alone where it was asked for together with others', async () => {
    const [reference, run] = [create(), create()];
    const [rate, constant]: ParameterValues[] = [
      { 'actor-learning-rate': 1e-4 },
      { prior: 'constant', 'kl-target': 1.2, 'prior-scale': [0.6] },
    ];
    store.edits.schedule(
      reference,
      [rate, constant].map((changes = {}, i) => ({ id: i + 1, changes, undoes: null, requester: 'test', dueStep: 200 })),
    );
    await trainHere(store, reference);
    storeForeign(run);
    const engines = countEngines();
    await trainScripted(store, run, {
      200: () => {
        for (const changes of [rate, constant]) store.edits.request(run, { changes: changes ?? {}, requester: 'ada' });
        editNow(store, run, toForeign);
      },
    });
    expect(engines()).toBe(0);
    expect(store.runs.get(run).edits.map(({ state, appliedStep }) => [state, appliedStep])).toEqual([
      ['applied', 200],
      ['applied', 200],
      ['refused', null],
    ]);
    expect(outcomeOf(store, run)).toEqual(outcomeOf(store, reference));
  });

  it('is left as it was by a stop while it is compiled', async () => {
    const [reference, run] = [create(), create()];
    await trainHere(store, reference);
    const engines = countEngines();
    // A look for requests follows each compiled program: the second after the edit is in the midst of them.
    await trainScripted(store, run, {
      200: () => void editNow(store, run, { prior: 'learned', 'kl-budget': 0.2 }),
      202: () => asked('stop'),
    });
    expect(engines()).toBe(0);
    expect(store.runs.get(run)).toMatchObject({ state: 'stopped', environmentSteps: 200, edits: [{ state: 'dropped' }] });
    await trainHere(store, run);
    expect(outcomeOf(store, run)).toEqual(outcomeOf(store, reference));
  });
});

describe('a run whose agent cannot be compiled', () => {
  it('leaves no engine and no simulator behind', async () => {
    const engines = countEngines();
    const { hyperparameters, ...rest } = smallRun(toForeign);
    const supply = () => Promise.resolve({ behaviourPrior: foreign });
    await expect(prepareRun({ ...rest, hyperparameters }, { supply })).rejects.toThrow();
    expect(engines()).toBe(0);
  });

  it('is no reason for another device not to be timed', async () => {
    const engines = countEngines();
    const prepared = await prepareRun(smallRun());
    const { agent, engine } = prepared.loop.learner;
    const initial = await engine.readState();
    const timings = await timeDevices(agent, { devices: ['abacus', 'cpu'], threads: 1, values: prepared.loop.values, initial });
    await prepared.dispose();
    expect(timings).toEqual([
      { device: 'cpu', updateMs: expect.any(Number) as number, problem: null },
      { device: 'abacus', updateMs: null, problem: expect.stringContaining('there is no device abacus') as string },
    ]);
    expect(engines()).toBe(0);
  });
});
