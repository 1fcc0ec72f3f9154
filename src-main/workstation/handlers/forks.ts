// Runs made from runs: forks and repetitions. They wait in the queue like new ones.
import { remarksOn } from '../../contract/run-remarks.ts';
import type { Store } from '../../store/store.ts';
import { planFork, planRepeat, type Repetition } from '../forks.ts';
import { findPossibilities } from '../possibilities.ts';
import { subjectOf } from '../run-values.ts';
import type { ForkRequests, HandlerContext, Handlers } from './handlers.ts';

export function createForkHandlers({ store, advanceQueue }: HandlerContext): Pick<Handlers, ForkRequests> {
  return {
    'runs.fork'(wishes) {
      const possible = findPossibilities();
      const fork = planFork(store, wishes, possible);
      const { configuration } = fork;
      const run = store.runs.fork(fork);
      store.queue.enqueue(run);
      advanceQueue();
      return { run, remarks: remarksOn(subjectOf(configuration, possible).task, configuration.hyperparameters, possible.memoryBytes) };
    },
    'runs.repeat'({ run: original, name }) {
      const repetition = planRepeat(store, original, name);
      const run =
        repetition.fork === null
          ? store.transaction(() => begin(store, original, repetition))
          : continueFork(store, original, repetition, repetition.fork);
      advanceQueue();
      return { run };
    },
  };
}

function begin(store: Store, original: string, { configuration, name, edits }: Repetition): string {
  const run = store.runs.create({ configuration, name });
  copyPriors(store, original, run);
  store.edits.schedule(run, edits);
  store.queue.enqueue(run);
  return run;
}

/** A fork copies files, which no transaction takes back. */
function continueFork(store: Store, original: string, { edits }: Repetition, fork: NonNullable<Repetition['fork']>): string {
  const run = store.runs.fork(fork);
  try {
    store.transaction(() => {
      copyPriors(store, original, run);
      store.edits.schedule(run, edits);
      store.queue.enqueue(run);
    });
  } catch (error) {
    store.runs.softDelete([run]);
    throw error;
  }
  return run;
}

/** The same fitted priors, but for those that a fork brought along: fitted anew, they would follow what their sources have done since. */
function copyPriors(store: Store, from: string, to: string): void {
  const there = new Set(store.fittedPriors.list(to).map(({ details }) => JSON.stringify(details)));
  for (const { id, sourceRun, details } of store.fittedPriors.list(from)) {
    if (!there.has(JSON.stringify(details))) store.fittedPriors.add(to, { sourceRun, details, data: store.fittedPriors.data(id) });
  }
}
