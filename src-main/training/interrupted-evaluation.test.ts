// Evaluations that are interrupted: what was asked for is done within a second, and the run is the same, bit for bit.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { agentDeclarations, defaultsFor } from '../agents/declarations.ts';
import type { ParameterValues } from '../contract/parameters.ts';
import type { RunConfiguration } from '../contract/runs.ts';
import { openStore, type Store } from '../store/store.ts';
import { findTaskDeclaration } from '../tasks/declarations.ts';
import { launchTrainer, runLogPath } from './launch.ts';
import { asked, editNow, outcomeOf, type Script, smallRun, trainHere, trainScripted, until } from './test-run.ts';

vi.setConfig({ testTimeout: 240_000 });

const folder = mkdtempSync(path.join(tmpdir(), 'elbow-evaluations-'));
let store: Store;
let count = 0;
beforeEach(() => {
  store?.close();
  store = openStore(path.join(folder, String((count += 1))));
});
afterAll(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

const changes = { steps: 400, 'evaluation-every': 250, 'evaluation-episodes': 40 };
const create = (more: ParameterValues = {}): string =>
  store.runs.create({ configuration: smallRun({ ...changes, ...more }), name: 'evaluated' });
/** The look for requests that is the n-th in the evaluation at step 250: before it there is one a step. */
const inEvaluation = (n: number): number => 250 + n;
const eventsOf = (run: string, kind: string): string[] =>
  store.events
    .list(run)
    .filter((event) => event.kind === kind)
    .map(({ message }) => message);

describe('an evaluation under way', () => {
  it('is dropped by a stop, which is said, and is run again as if nothing had been', async () => {
    const [reference, run] = [create(), create()];
    await trainHere(store, reference);
    const { outcome, log } = await trainScripted(store, run, { [inEvaluation(30)]: () => asked('stop') });
    expect(outcome).toBe('stopped');
    expect(store.runs.summary(run)).toMatchObject({ state: 'stopped', environmentSteps: 250, stateReason: null });
    expect(store.evaluations.list(run)).toEqual([]);
    expect(store.checkpoints.newest(run)?.step).toBe(250);
    const said = /The evaluation at step 250 was dropped after \d+ of 40 episodes; it is run again when the run goes on\./;
    expect(log.some((line) => said.test(line))).toBe(true);
    expect(eventsOf(run, 'stopped')).toEqual([expect.stringMatching(said)]);
    await trainHere(store, run);
    expect(outcomeOf(store, run)).toEqual(outcomeOf(store, reference));
  });

  it('of the last step is run again too, when the run is continued', async () => {
    const [reference, run] = [create({ steps: 250 }), create({ steps: 250 })];
    await trainHere(store, reference);
    await trainScripted(store, run, { [inEvaluation(20)]: () => asked('stop') });
    expect(store.runs.summary(run)).toMatchObject({ state: 'stopped', environmentSteps: 250 });
    expect((await trainHere(store, run)).outcome).toBe('finished');
    expect(outcomeOf(store, run)).toEqual(outcomeOf(store, reference));
  });

  it('rests in a pause, and goes on where it was; a checkpoint does not disturb it', async () => {
    const [reference, run] = [create(), create()];
    await trainHere(store, reference);
    const seen: unknown[] = [];
    const { log } = await trainScripted(store, run, {
      [inEvaluation(10)]: () => asked('checkpoint'),
      [inEvaluation(30)]: () => asked('pause'),
      [inEvaluation(31)]: () => {
        seen.push(store.runs.summary(run), store.checkpoints.newest(run)?.step);
      },
      [inEvaluation(33)]: () => asked('resume'),
    });
    expect(seen).toEqual([
      expect.objectContaining({
        state: 'paused',
        environmentSteps: 250,
        stateReason: expect.stringMatching(/^paused by ada while evaluating, \d+ of 40 episodes$/) as string,
      }),
      250,
    ]);
    expect(log.some((line) => line.includes('dropped'))).toBe(false);
    expect(outcomeOf(store, run)).toEqual(outcomeOf(store, reference));
  });

  it('that had a checkpoint within it is not run twice once it was stored', async () => {
    const [reference, run] = [create(), create()];
    await trainHere(store, reference);
    const lost = trainScripted(store, run, {
      [inEvaluation(10)]: () => asked('checkpoint'),
      // The trainer is gone at once, as if killed, some steps after the evaluation.
      100_000: () => null,
    }).then(() => undefined);
    await lost;
    // As a kill right after the evaluation leaves it: the checkpoint from within, and the evaluation.
    const newest = store.checkpoints.list(run).map(({ step }) => step);
    expect(newest).toEqual([400, 250]);
    store.checkpoints.removeOlder(run, 2);
    store.runs.rollBack(run, { step: 250, keptEdits: [], values: store.runs.values(run), changes: null, requester: 'ada' });
    await trainHere(store, run);
    expect(outcomeOf(store, run)).toEqual(outcomeOf(store, reference));
  });

  it('lets edits through, which are in force after it, whatever interrupts it then', async () => {
    const turned: ParameterValues = { prior: 'constant', 'kl-target': 1.2, 'prior-scale': [0.6] };
    const then: ParameterValues = { 'temperature-rule': 'fixed', temperature: 0.3 };
    const [straight, stopped, repeated] = [create(), create(), create()];
    const states: unknown[] = [];
    const edits = (run: string): Script => ({
      [inEvaluation(10)]: () => {
        editNow(store, run, turned);
      },
      [inEvaluation(40)]: () => {
        editNow(store, run, then);
      },
    });
    const look = (run: string): void => {
      states.push(store.edits.list(run, { limit: 9 }).edits.map(({ state, appliedStep }) => [state, appliedStep]));
    };
    // What is compiled for the first attends as well, so that the second comes some looks later.
    await trainScripted(store, straight, { ...edits(straight), [inEvaluation(60)]: () => void look(straight) });
    expect(states, 'both are applied while the evaluation goes on').toEqual([
      [
        ['applied', 250],
        ['applied', 250],
      ],
    ]);
    await trainScripted(store, stopped, { ...edits(stopped), [inEvaluation(60)]: () => asked('stop') });
    expect(store.evaluations.list(stopped)).toEqual([]);
    await trainHere(store, stopped);
    store.edits.schedule(
      repeated,
      store.edits.appliedFrom(straight, 0).map((edit) => ({ ...edit, dueStep: edit.appliedStep ?? 0 })),
    );
    await trainHere(store, repeated);
    expect(outcomeOf(store, stopped)).toEqual(outcomeOf(store, straight));
    expect(outcomeOf(store, repeated)).toEqual(outcomeOf(store, straight));
    expect(store.runs.get(stopped).values).toMatchObject({ ...turned, ...then });
  });

  it('of a thousand long episodes gives way to a signal at once, and shows how far it is until then', async () => {
    const [agent, task] = [agentDeclarations.find(({ id }) => id === 'sac'), findTaskDeclaration('half-cheetah')];
    if (agent === undefined || task === undefined) throw new Error('sac or half-cheetah is not there');
    const configuration: RunConfiguration = {
      ...smallRun(),
      task: task.id,
      hyperparameters: { ...defaultsFor(agent, task), ...smallSettings },
    };
    const run = store.runs.create({ configuration, name: 'long' });
    const pid = launchTrainer({ dataDirectory: store.dataDirectory, run });
    const log = (): string => readFileSync(runLogPath(store.dataDirectory, run), 'utf8');
    try {
      const reason = await until(
        () => `an evaluation under way; the log:\n${log()}`,
        () => /^evaluating, [1-9]\d* of 1,000 episodes, about \d+ s to go$/.exec(store.runs.summary(run).stateReason ?? '')?.[0],
        120,
      );
      expect(store.runs.summary(run).environmentSteps).toBe(120);
      const start = performance.now();
      process.kill(pid, 'SIGTERM');
      await until('the stop', () => store.runs.summary(run).state === 'stopped', 30);
      const seconds = (performance.now() - start) / 1000;
      // Alone it is a fifth of a second; a busy machine may take its time, but nothing of what the evaluation would.
      const toGo = Number(/about (\d+) s/.exec(reason)?.[1]);
      expect(seconds, `${reason}, stopped after ${seconds.toFixed(2)} s`).toBeLessThan(Math.max(1, toGo / 5));
      expect(store.runs.summary(run)).toMatchObject({ environmentSteps: 120, stateReason: null });
      expect(store.checkpoints.newest(run)?.step).toBe(120);
      expect(eventsOf(run, 'stopped')[0]).toMatch(/dropped after \d+ of 1,000 episodes/);
    } finally {
      if (store.attempts.holder(run) !== null) process.kill(pid, 'SIGKILL');
    }
  });
});

const smallSettings: ParameterValues = {
  hidden: [16, 16],
  'batch-size': 16,
  steps: 1000,
  'warm-up': 100,
  'evaluation-every': 120,
  'evaluation-episodes': 1000,
};
