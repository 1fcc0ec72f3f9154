// Live edits with real trainings: applied between two steps, part of what the run is a function of.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ParameterValues } from '../contract/parameters.ts';
import type { RunConfiguration, RunEdit } from '../contract/runs.ts';
import { openStore, type Store } from '../store/store.ts';
import { outcomeOf, smallRun, trainHere, until } from './test-run.ts';

// Every change of kind compiles a dozen programs; on a busy machine that takes its time.
vi.setConfig({ testTimeout: 240_000 });

const folder = mkdtempSync(path.join(tmpdir(), 'elbow-edits-'));
let store: Store;
let count = 0;
beforeEach(() => {
  store?.close();
  count += 1;
  store = openStore(path.join(folder, `data-${count}`));
});
afterAll(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

type Due = [step: number, changes: ParameterValues];

/** Trains a run whose edits are due at these steps. */
async function trainWith(configuration: RunConfiguration, due: readonly Due[]): Promise<string> {
  const run = store.runs.create({ configuration, name: 'edited' });
  store.edits.schedule(
    run,
    due.map(([dueStep, changes], i) => ({ id: i + 1, changes, undoes: null, requester: 'test', dueStep })),
  );
  await trainHere(store, run);
  return run;
}

/** Starts a run without a near end, asks for these edits while it trains, lets it train on when none of them waits any more, and stops it. */
async function trainUntilMet(requests: readonly ParameterValues[]): Promise<string> {
  const run = store.runs.create({
    configuration: smallRun({ steps: 1e8, 'evaluation-every': 1e9, 'evaluation-episodes': 1 }),
    name: 'edited',
  });
  const training = trainHere(store, run);
  const asking = openStore(store.dataDirectory);
  const steps = (): number => asking.runs.summary(run).environmentSteps;
  try {
    await until('a run that trains', () => steps() >= 150, 120);
    requests.forEach((changes, i) => asking.edits.request(run, { changes, requester: `window ${i % 2}` }));
    await until('edits that are met', () => asking.edits.pending(run).length === 0, 120);
    const stepWhenMet = steps();
    await until('steps after them', () => steps() > stepWhenMet, 60);
    return run;
  } finally {
    asking.commands.request(run, 'stop', 'test');
    await training;
    asking.close();
  }
}

const everyKind: readonly Due[] = [
  [0, { 'actor-learning-rate': 1e-3 }],
  [150, { 'entropy-target': -0.3 }],
  [200, { prior: 'constant', 'kl-target': 1.2, 'prior-scale': [0.6] }],
  [200, { 'prior-mean': [0.1] }],
  [230, { 'temperature-rule': 'fixed', temperature: 0.3 }],
  [260, { 'actor-paused': true }],
  [300, { 'actor-paused': false, prior: 'previous', 'kl-budget': 0.2, 'prior-refresh': 50, 'temperature-rule': 'learned' }],
  [400, { prior: 'learned' }],
  [450, { 'temperature-rule': 'schedule', temperature: 0.2, 'temperature-end': 0.05, 'schedule-from': 450, 'schedule-to': 550 }],
];

describe('live edits', () => {
  it('make the same run again from configuration, seed and edits, bit for bit', async () => {
    const first = outcomeOf(store, await trainWith(smallRun(), everyKind));
    const second = outcomeOf(store, await trainWith(smallRun(), everyKind));
    expect(second).toEqual(first);
    const without = outcomeOf(store, await trainWith(smallRun(), []));
    expect(without.newest?.stateHash).not.toBe(first.newest?.stateHash);
    const onePlaceLater = outcomeOf(
      store,
      await trainWith(
        smallRun(),
        everyKind.map(([step, changes]) => [step + 1, changes]),
      ),
    );
    expect(onePlaceLater.newest?.stateHash).not.toBe(first.newest?.stateHash);
  });

  it('are applied at their step, with what they replaced, and show in curves, values and events', async () => {
    const run = await trainWith(smallRun({ 'checkpoint-minutes': 1000 }), [
      [200, { 'entropy-target': -0.5, 'critic-learning-rate': 1e-3 }],
    ]);
    const detail = store.runs.get(run);
    expect(detail.isEdited).toBe(true);
    expect(detail.values).toMatchObject({ 'entropy-target': -0.5, 'critic-learning-rate': 1e-3, 'actor-learning-rate': 3e-4 });
    expect(detail.configuration.hyperparameters['entropy-target']).toBe(-1);
    expect(detail.edits).toMatchObject([
      { state: 'applied', appliedStep: 200, previous: { 'entropy-target': -1, 'critic-learning-rate': 3e-4 } },
    ]);
    expect(detail.events.filter(({ kind }) => kind === 'edit')).toMatchObject([
      { step: 200, requester: 'test', message: 'critic-learning-rate 0.0003 → 0.001, entropy-target −1 → −0.5 nats' },
    ]);
    const {
      series: [target],
    } = store.metrics.query(run, { metrics: ['entropy-target'], fromStep: null, toStep: null, maxPoints: 100, includeSuperseded: false });
    // Windows of 100 gradient steps after a warm-up of 100: the one to step 200 is the last with the old target.
    expect([...(target?.step ?? [])].map((step, i) => [step, target?.mean[i]])).toEqual([
      [200, -1],
      [300, -0.5],
      [400, -0.5],
      [500, -0.5],
      [600, -0.5],
    ]);
  });

  it('keep a fixed temperature at its value, and go on learning from there', async () => {
    const run = await trainWith(smallRun(), [
      [200, { 'temperature-rule': 'fixed', temperature: 0.25 }],
      [400, { 'temperature-rule': 'learned' }],
    ]);
    const {
      series: [temperature],
    } = store.metrics.query(run, { metrics: ['temperature'], fromStep: 201, toStep: null, maxPoints: 100, includeSuperseded: false });
    expect(temperature?.mean[0]).toBeCloseTo(0.25, 6);
    expect(temperature?.mean[1]).toBeCloseTo(0.25, 6);
    // 100 steps of 3e-4 in log α, from 0.25 on.
    expect(Math.abs(Math.log((temperature?.mean[2] ?? 0) / 0.25))).toBeLessThan(0.031);
    expect(temperature?.mean[2]).not.toBeCloseTo(0.25, 4);
  });

  it('rest the actor while it is paused', async () => {
    const run = await trainWith(smallRun({ steps: 300 }), [[120, { 'actor-paused': true }]]);
    const rested = await trainWith(smallRun({ steps: 150 }), [[120, { 'actor-paused': true }]]);
    const policy = (id: string): string => Buffer.from(store.snapshots.getLive(id).onnx).toString('base64');
    expect(policy(run)).toBe(policy(rested));
  });

  it('that are no longer possible when the trainer comes to them are refused, and the run goes on', async () => {
    const requests: ParameterValues[] = [
      { 'temperature-rule': 'fixed', temperature: 0.5 },
      { 'entropy-target': -0.5 },
      { 'actor-learning-rate': 1e-4 },
    ];
    const { edits, events, state } = store.runs.get(await trainUntilMet(requests));
    expect(state).toBe('stopped');
    expect(edits.map((edit: RunEdit) => edit.state)).toEqual(['applied', 'refused', 'applied']);
    expect(edits[1]?.reason).toContain('the temperature is not learned');
    expect(events.find(({ kind }) => kind === 'warning')?.message).toContain('An edit was refused: entropy-target cannot be changed now');
  });

  it.each<[string, Due[]]>([
    [
      'in the warm-up',
      [
        [10, { 'temperature-rule': 'fixed', temperature: 0.2 }],
        [20, { temperature: 5 }],
        [30, { 'temperature-rule': 'learned' }],
      ],
    ],
    [
      'while the actor rests',
      [
        [120, { 'temperature-rule': 'fixed', temperature: 0.5 }],
        [130, { 'actor-paused': true }],
        [140, { temperature: 5 }],
        [150, { 'temperature-rule': 'learned', 'actor-paused': false }],
      ],
    ],
    [
      'in two edits at one step',
      [
        [150, { 'temperature-rule': 'fixed', temperature: 0.3 }],
        [160, { temperature: 5 }],
        [160, { 'temperature-rule': 'learned' }],
      ],
    ],
  ])('let a learned temperature go on from the value in force, changed %s', async (_, due) => {
    const run = await trainWith(smallRun({ steps: 200 }), due);
    const {
      series: [temperature],
    } = store.metrics.query(run, { metrics: ['log-temperature'], fromStep: null, toStep: null, maxPoints: 100, includeSuperseded: false });
    // 100 steps of about 3e-4 away.
    expect(Math.abs((temperature?.mean.at(-1) ?? 0) - Math.log(5))).toBeLessThan(0.04);
  });

  it('meet others in one way, whether applied again or repeated', async () => {
    // Edits at 160 and 200, asked for in the other order, are lost with their attempt.
    const run = store.runs.create({ configuration: smallRun({ steps: 150 }), name: 'lost' });
    await trainHere(store, run);
    store.runs.extend(run, 300, 'test');
    const lost = store.attempts.open(run, { ...attemptOf(store, run), startStep: 150 });
    const first = store.edits.request(run, { changes: { 'entropy-target': -0.5 }, requester: 'test' });
    store.edits.applied(run, lost, {
      step: 200,
      values: store.runs.get(run).values,
      edits: [{ id: first, previous: { 'entropy-target': -1 } }],
    });
    const second = store.edits.request(run, {
      changes: { 'temperature-rule': 'fixed', temperature: 0.3, 'entropy-target': -0.2 },
      requester: 'test',
    });
    store.edits.applied(run, lost, {
      step: 160,
      values: store.runs.get(run).values,
      edits: [{ id: second, previous: { 'entropy-target': -1 } }],
    });
    store.attempts.close(run, lost);
    await trainHere(store, run);
    // What it replaced is what was in force this time.
    expect(store.edits.get(run, first)).toMatchObject({ state: 'applied', appliedStep: 200, previous: { 'entropy-target': -0.2 } });

    const copy = store.runs.create({ configuration: smallRun({ steps: 300 }), name: 'copy' });
    store.edits.schedule(
      copy,
      store.edits.appliedFrom(run, 0).map((edit) => ({ ...edit, dueStep: edit.appliedStep ?? 0 })),
    );
    await trainHere(store, copy);
    expect(store.runs.get(copy).edits.map((edit: RunEdit) => edit.state)).toEqual(['applied', 'applied']);
    expect(outcomeOf(store, copy).newest?.stateHash).toBe(outcomeOf(store, run).newest?.stateHash);
  });

  it('that came after the newest checkpoint are applied again at their steps when the run is continued', async () => {
    const whole = outcomeOf(store, await trainWith(smallRun(), everyKind));
    // The first part ends at step 250 with a checkpoint; rows say that edits at 250 and later were applied by an attempt that is lost.
    const due: readonly Due[] = everyKind;
    const run = store.runs.create({ configuration: smallRun({ steps: 250 }), name: 'cut' });
    store.edits.schedule(
      run,
      due.map(([dueStep, changes], i) => ({ id: i + 1, changes, undoes: null, requester: 'test', dueStep })),
    );
    await trainHere(store, run);
    store.runs.extend(run, 600, 'test');
    const lost = store.attempts.open(run, { ...attemptOf(store, run), startStep: 250 });
    let values = store.runs.get(run).values;
    for (const edit of store.edits.pending(run).filter(({ dueStep }) => (dueStep ?? 0) < 420)) {
      values = { ...values, ...edit.changes };
      store.edits.applied(run, lost, { step: edit.dueStep ?? 0, values, edits: [{ id: edit.id, previous: edit.changes }] });
    }
    store.attempts.close(run, lost);
    await trainHere(store, run);
    const resumed = outcomeOf(store, run);
    expect(resumed.newest).toEqual(whole.newest);
    expect(store.runs.get(run).edits.map((edit: RunEdit) => edit.appliedStep)).toEqual(due.map(([step]) => step));
  });

  it('asked for by the thousand while it runs: the last one wins and every one is logged', async () => {
    const run = await trainUntilMet(Array.from({ length: 1000 }, (_, i) => ({ 'actor-learning-rate': (i + 1) * 1e-7 })));
    const { edits, count: total } = store.edits.list(run, { limit: 2000 });
    expect(total).toBe(1000);
    expect(edits.every(({ state }) => state === 'applied')).toBe(true);
    expect(edits.map(({ changes }) => changes['actor-learning-rate'])).toEqual(Array.from({ length: 1000 }, (_, i) => (i + 1) * 1e-7));
    expect(store.runs.get(run).values['actor-learning-rate']).toBeCloseTo(1e-4, 12);
    // Few marks on the charts, each for what was applied together.
    expect(store.runs.get(run).events.filter(({ kind }) => kind === 'edit').length).toBeLessThan(30);
  });
});

function attemptOf(from: Store, run: string) {
  const [attempt] = from.attempts.list(run);
  if (!attempt?.environment) throw new Error('the run has no attempt');
  return { environment: attempt.environment, pid: process.pid, bootId: 'another boot' };
}
