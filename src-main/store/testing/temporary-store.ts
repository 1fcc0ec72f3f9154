// For the store's tests: stores in temporary directories, runs to put into them, and real second processes.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import type { RunConfiguration, RunEnvironment } from '../../contract/runs.ts';
import type { RolloutInput } from '../api.ts';
import { openStore, processIdentity, StoreError, type Store } from '../store.ts';

const cleanUps: (() => void)[] = [];

afterEach(() => {
  for (const cleanUp of cleanUps.splice(0).reverse()) cleanUp();
});

/** Runs after the test, the latest first. */
export function afterThisTest(cleanUp: () => void): void {
  cleanUps.push(cleanUp);
}

export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'elbow-store-'));
  afterThisTest(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Closed and removed after the test. */
export function temporaryStore(directory: string = temporaryDirectory()): Store {
  const store = openStore(directory);
  afterThisTest(() => store.close());
  return store;
}

export const configuration: RunConfiguration = {
  task: 'half-cheetah',
  agent: 'sac',
  seed: 1,
  device: 'cpu',
  threads: 2,
  hyperparameters: { steps: 10_000, 'batch-size': 256, hidden: [256, 256], 'temperature-rule': 'learned' },
};

export const environment: RunEnvironment = {
  elbowVersion: '0.1.0',
  gitState: 'abc-dirty',
  packages: { three: '1' },
  node: 'v24',
  platform: 'linux',
  cpu: 'a cpu',
  cpuCount: 2,
  gpu: null,
  device: 'cpu',
  threads: 2,
  modelHash: 'ab'.repeat(32),
  host: 'here',
};

export function newRun(store: Store, name = 'a run', changes: Partial<RunConfiguration> = {}): string {
  return store.runs.create({ configuration: { ...configuration, ...changes }, name });
}

/** An attempt held by this very process. */
export function openAttempt(store: Store, run: string, startStep = 0): number {
  return store.attempts.open(run, { startStep, environment, ...processIdentity() });
}

/** An evaluation of two episodes with one short rollout; `value` tells it from others. */
export function evaluationAt(step: number, value: number): Parameters<Store['evaluations']['add']>[2] {
  return {
    step,
    returns: Float64Array.of(value - 1, value + 1),
    lengths: Int32Array.of(3, 3),
    policyOnnx: Uint8Array.of(1, 2, value),
    criticsOnnx: Uint8Array.of(3, 4),
    rollouts: [rollout(value)],
  };
}

export function rollout(value = 0): RolloutInput {
  return {
    kind: 'best',
    episode: 1,
    return: value + 1,
    length: 3,
    terminated: false,
    truncated: true,
    modelHash: 'cd'.repeat(32),
    stepSeconds: 0.05,
    rewardTerms: ['forward', 'control'],
    initialState: Float64Array.of(0, 1, 2),
    initialTaskState: Float64Array.of(7),
    columns: [
      { name: 'qpos', width: 2, data: Float64Array.from({ length: 8 }, (_, index) => index / 3) },
      { name: 'mocap', width: 0, data: new Float64Array(0) },
      { name: 'action', width: 1, data: Float32Array.of(0.1, -0.2, 0.3) },
      { name: 'terminated', width: 1, data: Uint8Array.of(0, 0, 1) },
    ],
  };
}

/** The code of the StoreError that `fn` throws, and its message. */
export function refusal(fn: () => unknown): { code: string; message: string } {
  try {
    fn();
  } catch (error) {
    if (error instanceof StoreError) return { code: error.code, message: error.message };
    throw error;
  }
  return { code: 'none', message: 'nothing was refused' };
}

/** A real second process running a file of this folder. `lines` collects what it prints. */
export function startProcess(file: string, ...args: string[]): { child: ChildProcess; lines: string[]; ended: Promise<number | null> } {
  const child = spawn(process.execPath, [join(import.meta.dirname, file), ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  afterThisTest(() => child.kill('SIGKILL'));
  const lines: string[] = [];
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts);
  });
  return { child, lines, ended: new Promise((resolve) => child.on('close', resolve)) };
}
