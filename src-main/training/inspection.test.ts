// Inspections within training: they leave no trace in it, look at the same fixed batch all along, and go on after a
// resume as if it had not been.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Agent } from '../agents/agent.ts';
import { findAgent } from '../agents/registry.ts';
import type { ParameterValues } from '../contract/parameters.ts';
import type { ProgramDeclaration } from '../engine/program.ts';
import { createStream } from '../random/stream.ts';
import { ReplayBuffer } from '../replay/replay-buffer.ts';
import { openStore } from '../store/store.ts';
import { loadTask } from '../tasks/node/load-task.ts';
import { evaluate } from './evaluation.ts';
import { TrainingLoop } from './loop.ts';
import { QBias } from './q-bias.ts';
import { readRunParameters } from './run-parameters.ts';
import { createEvaluationStream } from './streams.ts';
import { outcomeOf, smallRun, trainHere } from './test-run.ts';

const opened: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0)) await close();
});

async function openLoop(agent = 'sac', changes: ParameterValues = {}, change: (maker: Agent) => Agent = (maker) => maker) {
  const configuration = smallRun({ 'warm-up': 50, ...changes }, 1, agent);
  const parameters = readRunParameters(configuration.hyperparameters);
  const task = await loadTask(configuration.task);
  const problem = { observationSize: 4, actionSize: 1 };
  const buffer = new ReplayBuffer({ ...problem, capacity: parameters.bufferSize });
  const loop = await TrainingLoop.create(
    {
      task,
      maker: change(findAgent(agent)),
      problem,
      device: 'cpu',
      threads: 1,
      buffer,
      parameters,
      seed: 1,
      supply: () => Promise.resolve({}),
      policyRows: 1,
    },
    configuration.hyperparameters,
  );
  opened.push(async () => {
    await loop.dispose();
    task.dispose();
  });
  const recorded: [number, Record<string, number>][] = [];
  const run = async (steps: number): Promise<void> => {
    for (let i = 0; i < steps; i += 1) await loop.step({ metrics: (step, values) => recorded.push([step, values]), warning: () => {} });
  };
  return { loop, buffer, task, recorded, run };
}

/** The agent, looking at 8 rows and only at their actions: other draws, hardly a figure. */
const blind = (maker: Agent): Agent => ({
  ...maker,
  create: (...given) => {
    const instance = maker.create(...given);
    const glance: ProgramDeclaration = {
      name: 'glance',
      signature: { batch: { action: [8, 1] }, noise: {}, controls: {} },
      fn: ({ batch: { action } }) => {
        const diagnostics = action === undefined ? {} : { action, mean: action };
        return { state: {}, diagnostics };
      },
    };
    return { ...instance, inspection: { ...instance.inspection, batchSize: 8, fresh: glance, fixed: glance } };
  },
});

describe('an inspection', () => {
  it.each(['sac', 'virel', 'td3'])('leaves no trace in what %s learns', async (agent) => {
    const [seen, unseen] = [await openLoop(agent), await openLoop(agent, {}, blind)];
    await seen.run(270);
    await unseen.run(270);
    const [a, b] = [await seen.loop.save(), await unseen.loop.save()];
    expect(a.engine).toEqual(b.engine);
    expect({ ...a.streams, inspection: null }).toEqual({ ...b.streams, inspection: null });
    expect(a.streams['inspection']).not.toEqual(b.streams['inspection']);
    expect(seen.buffer.copyRows(0, 270)).toEqual(unseen.buffer.copyRows(0, 270));
    const [figures, fewer] = [
      seen.recorded.find(([step]) => step === 250)?.[1] ?? {},
      unseen.recorded.find(([step]) => step === 250)?.[1] ?? {},
    ];
    expect(figures).toMatchObject(
      Object.fromEntries(
        Object.entries(fewer).filter(([name]) => !['mean-action-size', 'mean-action-max', 'saturated-share'].includes(name)),
      ),
    );
    expect('q1-mean' in figures && !('q1-mean' in fewer)).toBe(true);
  });

  it('records at a window what makes sense for the agent, and no more', async () => {
    const namesOf = async (agent: string, changes: ParameterValues = {}): Promise<string[]> => {
      const { run, recorded } = await openLoop(agent, changes);
      await run(150);
      return Object.keys(recorded.find(([, values]) => 'q1-mean' in values)?.[1] ?? {});
    };
    const [sac, ddpg, virel] = [await namesOf('sac'), await namesOf('ddpg'), await namesOf('virel', { 'residual-samples': 60 })];
    expect(sac).toEqual(
      expect.arrayContaining([
        'q2-std',
        'q-difference',
        'td-error-p95',
        'fixed-td-error-rms',
        'explained-variance',
        'log-sigma-mean',
        'log-temperature',
        'entropy-gap',
        'actor-dead-units',
      ]),
    );
    expect(ddpg.filter((name) => /sigma|entropy|temperature|q2|q-difference|kl|policy-change/.test(name))).toEqual([]);
    expect(virel).toContain('residual-ratio');
    expect(sac).not.toContain('residual-ratio');
  });

  it('goes on after a resume bit for bit: fixed batch, policies and its own draws', async () => {
    const original = await openLoop();
    await original.run(1010);
    const state = structuredClone(await original.loop.save());
    const rows = original.buffer.copyRows(0, 1010);
    original.recorded.length = 0;
    await original.run(300);

    const fresh = await openLoop();
    await fresh.run(160); // Its own fixed batch and stream are overwritten.
    fresh.recorded.length = 0;
    fresh.buffer.restart(0);
    fresh.buffer.appendRows(rows);
    await fresh.loop.restore(state, state.values ?? {});
    await fresh.run(300);
    expect(fresh.recorded).toEqual(original.recorded);
    expect(fresh.loop.actions).toEqual(original.loop.actions);
    // The first comparison over 1,000 updates comes with the eleventh window.
    expect(fresh.recorded.filter(([, values]) => 'policy-change' in values).map(([step]) => step)).toEqual([1150, 1250]);
    const [before, after] = [state.inspection, (await fresh.loop.save()).inspection];
    expect(Object.fromEntries(Object.entries(after).filter(([name]) => name.startsWith('fixed/')))).toEqual(
      Object.fromEntries(Object.entries(before).filter(([name]) => name.startsWith('fixed/'))),
    );
    expect(before['fixed/reward']?.length).toBe(256);
  });

  it('begins anew from a state of a version that did not inspect, and training goes on as it would have', async () => {
    const original = await openLoop();
    await original.run(260);
    const { inspection: _stream, ...streams } = (await original.loop.save()).streams;
    expect(_stream).toBeDefined();
    const state = { ...(await original.loop.save()), streams, inspection: {} };
    const fresh = await openLoop();
    await fresh.run(160);
    fresh.buffer.restart(0);
    fresh.buffer.appendRows(original.buffer.copyRows(0, 260));
    await fresh.loop.restore(state, state.values ?? {});
    expect((await fresh.loop.save()).streams['inspection']).toEqual(createStream(1, 'inspection').save());
    await original.run(150);
    await fresh.run(150);
    expect((await fresh.loop.save()).engine).toEqual((await original.loop.save()).engine);
    expect(fresh.recorded.at(-1)?.[0]).toBe(original.recorded.at(-1)?.[0]);
    const missing = { ...state, streams: { ...streams, replay: undefined } as never };
    await expect(fresh.loop.restore(missing, state.values ?? {})).rejects.toThrow('the state of the random stream replay is missing');
  });

  it('counts the actions that the policy now takes on 256 stored states', async () => {
    const { loop, run } = await openLoop();
    await run(149);
    expect(loop.actions).toBeNull();
    await run(1);
    const { actions } = loop;
    expect([actions?.step, actions?.counts.reduce((sum, count) => sum + count, 0), actions?.moments.length]).toEqual([150, 256, 4]);
  });
});

describe('the bias of Q at an evaluation', () => {
  it('leaves the episodes as they are, and repeats', async () => {
    const { loop, run } = await openLoop();
    await run(120);
    const other = await loadTask('inverted-pendulum');
    const options = {
      tasks: [other],
      modelHash: '',
      policy: loop.learner.policy,
      episodes: 3,
      stream: createEvaluationStream(1, 120),
      step: 120,
    };
    const plain = await evaluate(options);
    const watched = async () => {
      const bias = new QBias({
        valuation: loop.learner.valuation,
        policy: loop.learner.policy,
        controls: loop.controls,
        stream: createStream(1, 'valuation-120'),
      });
      const evaluation = await evaluate({ ...options, stream: createEvaluationStream(1, 120) }, (episode) => bias.add(episode));
      return { evaluation, metrics: bias.metrics() };
    };
    const [first, again] = [await watched(), await watched()];
    expect(first.evaluation).toEqual(plain);
    expect(again).toEqual(first);
    expect(Object.values(first.metrics).every(Number.isFinite)).toBe(true);
    other.dispose();
  });
});

describe('a run', () => {
  it('stores the figures, the bias of Q and the actions with its live policy, the same when it was continued from a checkpoint', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'elbow-inspection-'));
    const store = openStore(folder);
    opened.push(async () => {
      store.close();
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    });
    const whole = store.runs.create({ configuration: smallRun({ steps: 500 }), name: 'whole' });
    await trainHere(store, whole);
    const parted = store.runs.create({ configuration: smallRun({ steps: 250 }), name: 'parted' });
    await trainHere(store, parted);
    store.runs.extend(parted, 500);
    await trainHere(store, parted);

    const { series } = outcomeOf(store, parted);
    expect(series).toEqual(outcomeOf(store, whole).series);
    expect(series.find(({ metric }) => metric === 'q-bias')?.step).toEqual([250, 500]);
    expect(series.find(({ metric }) => metric === 'fixed-td-error-rms')?.step).toEqual([200, 300, 400, 500]);
    expect(store.metrics.nonFinite(parted)).toEqual([]);
    const { createdAt: _a, ...actions } = store.histograms.get(parted);
    const { createdAt: _b, ...expected } = store.histograms.get(whole);
    expect([_a, _b].every((time) => time > 0)).toBe(true);
    expect(actions).toEqual(expected);
    expect(actions.step).toBe(500);
  });
});
