// A small, fast run for this room's tests: inverted pendulum, 16×16 networks.
import { setTimeout as delay } from 'node:timers/promises';
import { agentDeclarations, defaultsFor } from '../agents/declarations.ts';
import type { ParameterValues } from '../contract/parameters.ts';
import type { RunConfiguration } from '../contract/runs.ts';
import type { Store } from '../store/store.ts';
import { findTaskDeclaration } from '../tasks/declarations.ts';
import type { CheckpointDetails } from './checkpoint/checkpointer.ts';
import type { FileSystem } from './checkpoint/durable-files.ts';
import { pollInterval, type Request, Requests } from './requests.ts';
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
  return trainScripted(store, run, {}, fs);
}

/** What happens at the n-th look for requests, counted from 1: there is one before each step, and many in an evaluation. */
export type Script = Readonly<Record<number, () => Request | null | undefined>>;

/** Trains in this process, with what people do meanwhile at exact places. */
export async function trainScripted(
  store: Store,
  run: string,
  script: Script,
  fs: FileSystem | undefined = undefined,
): Promise<{ outcome: string; log: string[] }> {
  const log: string[] = [];
  const requests = new ScriptedRequests(store, run, script);
  const outcome = await runTraining({
    store,
    run,
    requests,
    log: (line) => log.push(line),
    onOpen: () => requests.begin(),
    ...(fs === undefined ? {} : { fs }),
  });
  return { outcome, log };
}

class ScriptedRequests extends Requests {
  readonly #script: Script;
  #looks: number | null = null;

  constructor(store: Store, run: string, script: Script) {
    super(store, run);
    this.#script = script;
  }

  begin(): void {
    this.#looks = 0;
  }

  override next(left: Request['action'] | null = null): Request | null {
    if (this.#looks === null) return super.next(left);
    this.#looks += 1;
    return this.#script[this.#looks]?.() ?? super.next(left);
  }
}

/** As somebody would ask. */
export const asked = (action: Request['action']): Request => ({ action, requester: 'ada', done: () => {} });

/** Asks for an edit that the trainer finds when it next looks for one. */
export function editNow(store: Store, run: string, changes: ParameterValues, undoes: number | null = null): number {
  const id = store.edits.request(run, { changes, undoes, requester: 'ada' });
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pollInterval + 20);
  return id;
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
