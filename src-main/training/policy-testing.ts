// For tests of what is done with stored policies: policy files, and runs that keep such.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { agentDeclarations, defaultsFor } from '../agents/declarations.ts';
import { findAgent } from '../agents/registry.ts';
import type { ParameterValues } from '../contract/parameters.ts';
import { createEngine } from '../engine/devices.ts';
import { createStream } from '../random/stream.ts';
import { openStore, processIdentity, type Store } from '../store/store.ts';
import { environment } from '../store/testing/temporary-store.ts';
import { findTaskDeclaration } from '../tasks/declarations.ts';

function findReacher() {
  const task = findTaskDeclaration('reacher');
  if (task === undefined) throw new Error('reacher is a task');
  return task;
}

/** Defaults on reacher, with networks of 8×8. */
export function smallValues(agentId: string): ParameterValues {
  const agent = agentDeclarations.find(({ id }) => id === agentId);
  if (agent === undefined) throw new Error(`${agentId} is an agent`);
  return { ...defaultsFor(agent, findReacher()), hidden: [8, 8] };
}

/** An untrained policy for reacher, as a run stores it. */
export async function makePolicy(agent = 'sac', seed = 1, change = (state: Float32Array): Float32Array => state): Promise<Uint8Array> {
  const { observation, action } = findReacher();
  const instance = findAgent(agent).create({ observationSize: observation.length, actionSize: action.length }, smallValues(agent));
  const engine = createEngine({ device: 'cpu', threads: 1, stateShapes: instance.stateShapes });
  const state = instance.initialState(createStream(seed, 'initial'));
  await engine.writeState(Object.fromEntries(Object.entries(state).map(([name, array]) => [name, change(array)])));
  const file = await engine.exportOnnx(instance.policy(1));
  await engine.dispose();
  return file;
}

/** A run that this process holds, with the policies that its evaluations kept by step. */
function storeRun(store: Store, task: string, evaluations: Record<number, Uint8Array | null>): string {
  const made = store.runs.create({
    name: task,
    configuration: {
      task,
      taskOptions: { 'time-limit': 20 },
      agent: 'sac',
      seed: 1,
      device: 'cpu',
      threads: 1,
      hyperparameters: { steps: 1000 },
    },
  });
  const attempt = store.attempts.open(made, { startStep: 0, environment, ...processIdentity() });
  const writer = store.metrics.writer(made, attempt);
  for (const [step, policyOnnx] of Object.entries(evaluations)) {
    store.evaluations.add(made, attempt, {
      step: Number(step),
      returns: Float64Array.of(1, 3),
      lengths: Int32Array.of(20, 20),
      policyOnnx,
      criticsOnnx: null,
      rollouts: [],
    });
    writer.append(Number(step), { 'evaluation-success': 0.5 });
  }
  writer.flush();
  return made;
}

export interface PolicyBench {
  store: Store;
  /** On reacher with a time limit of 20 steps: a good policy at step 100, a damaged one at 200. */
  run: string;
  /** On half-cheetah: an evaluation at step 100 that kept none. */
  without: string;
  close(): void;
}

/** A data directory of its own with two runs. */
export async function makePolicyBench(): Promise<PolicyBench> {
  const folder = mkdtempSync(path.join(tmpdir(), 'elbow-policies-'));
  const store = openStore(folder);
  return {
    store,
    run: storeRun(store, 'reacher', { 100: await makePolicy(), 200: Uint8Array.of(1, 2, 3) }),
    without: storeRun(store, 'half-cheetah', { 100: null }),
    close() {
      store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
