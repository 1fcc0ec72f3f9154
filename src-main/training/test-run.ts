// A small, fast run for this room's tests: inverted pendulum, 16×16 networks.
import { setTimeout as delay } from 'node:timers/promises';
import { agentDeclarations, defaultsFor } from '../agents/declarations.ts';
import type { ParameterValues } from '../contract/parameters.ts';
import type { RunConfiguration } from '../contract/runs.ts';
import type { Store } from '../store/store.ts';
import { findTaskDeclaration } from '../tasks/declarations.ts';
import type { CheckpointDetails } from './checkpoint/checkpointer.ts';
import type { FileSystem } from './checkpoint/durable-files.ts';
import { Requests } from './requests.ts';
import { runTraining } from './run-training.ts';

export function smallRun(changes: ParameterValues = {}, seed = 1, agentId = 'sac'): RunConfiguration {
  const agent = agentDeclarations.find(({ id }) => id === agentId);
  const task = findTaskDeclaration('inverted-pendulum');
  if (agent === undefined || task === undefined) throw new Error(`${agentId} or inverted-pendulum is not there`);
  return {
    task: task.id,
    agent: agent.id,
    seed,
    device: 'cpu',
    threads: 1,
    hyperparameters: {
      ...defaultsFor(agent, task),
      hidden: [16, 16],
      'batch-size': 16,
      steps: 600,
      'warm-up': 100,
      'evaluation-every': 250,
      'evaluation-episodes': 3,
      ...changes,
    },
  };
}

/** Everything of a run that must not depend on how often it was interrupted: curves, evaluations, learned state. */
export function outcomeOf(store: Store, run: string) {
  const metrics = store.metrics
    .names(run)
    .filter((name) => name !== 'steps-per-second')
    .sort();
  const { series } = store.metrics.query(run, { metrics, fromStep: null, toStep: null, maxPoints: 100_000, includeSuperseded: false });
  return {
    series: series.map(({ metric, step, mean, pointCount }) => ({ metric, pointCount, step: [...step], mean: [...mean] })),
    evaluations: store.evaluations.list(run).map(({ step, returns, lengths }) => ({ step, returns: [...returns], lengths: [...lengths] })),
    newest: store.checkpoints.newest(run)?.details as CheckpointDetails | undefined,
  };
}

/** Trains in this process. */
export async function trainHere(store: Store, run: string, fs?: FileSystem): Promise<{ outcome: string; log: string[] }> {
  const log: string[] = [];
  const outcome = await runTraining({
    store,
    run,
    requests: new Requests(store, run),
    log: (line) => log.push(line),
    onOpen: () => {},
    ...(fs === undefined ? {} : { fs }),
  });
  return { outcome, log };
}

/** Waits until `look` gives something. @throws after `seconds`, with what it waited for (asked then, where it is a function) */
export async function until<T>(what: string | (() => string), look: () => T | null | undefined | false, seconds = 25): Promise<T> {
  const end = performance.now() + 1000 * seconds;
  for (;;) {
    const found = look();
    if (found !== null && found !== undefined && found !== false) return found;
    if (performance.now() > end) throw new Error(`waited ${seconds} s for ${typeof what === 'string' ? what : what()}`);
    await delay(10);
  }
}
