// The trainer's process: trains one run of a data directory until it ends, then lets the next in the queue begin.
//   node trainer.ts --data-dir DIR --run ID
import { parseArgs } from 'node:util';
import { openStore, processIsAlive, type Store, StoreError } from '../store/store.ts';
import { advanceQueue } from './launch.ts';
import { Requests } from './requests.ts';
import { NumericalFailure, TrainingError } from './training-error.ts';

const log = (line: string): void => {
  process.stdout.write(`${new Date().toISOString()} ${line}\n`);
};

function readArguments(): { dataDirectory: string; run: string } {
  const { values } = parseArgs({ options: { 'data-dir': { type: 'string' }, run: { type: 'string' } } });
  const { 'data-dir': dataDirectory, run } = values;
  if (dataDirectory === undefined || run === undefined) throw new Error('usage: trainer --data-dir DIR --run ID');
  return { dataDirectory, run };
}

/** Records why a run ended by itself. What cannot be stored any more still stands in the log. */
function recordFailure(store: Store, run: string, attempt: number | null, error: unknown): void {
  const message = describeFailure(error, run);
  log(`failed: ${error instanceof Error ? (error.stack ?? message) : message}`);
  // Another trainer holds the run: its state is not ours to change.
  if (attempt === null && error instanceof StoreError && error.code === 'conflict') return;
  try {
    const holder = store.attempts.holder(run);
    if (attempt === null && holder !== null && holder.pid !== process.pid && processIsAlive(holder.pid, holder.bootId)) return;
    store.transaction(() => {
      store.runs.setError(run, message);
      if (attempt !== null) {
        const step = failedStep(error) ?? store.runs.summary(run).environmentSteps;
        store.events.append(run, attempt, { step, kind: 'failed', message, requester: null });
        store.attempts.close(run, attempt);
      }
      store.runs.setState(run, 'failed', message.split('\n')[0] ?? message);
    });
  } catch (second) {
    log(`this failure could not be stored: ${second instanceof Error ? second.message : String(second)}`);
  }
}

/** What happened and what to do. Errors of our own say both; of any other all is known is that the next attempt may fare better. */
function describeFailure(error: unknown, run: string): string {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof TrainingError || error instanceof StoreError) return message;
  return (
    `${message}\nThat was not foreseen, and its log says where. All that was stored is kept. It goes on from its newest checkpoint, ` +
    `or from the start where there is none, with: npm run train -- --resume ${run}`
  );
}

/** A run that was put back to before the step that failed has done fewer. */
function failedStep(error: unknown): number | null {
  return error instanceof NumericalFailure ? error.step : null;
}

function startNext(store: Store): void {
  try {
    for (const next of advanceQueue(store)) log(`started the next run in the queue: ${next}`);
  } catch (error) {
    log(`the next run in the queue could not be started: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Ends this process's own attempt, so that its place in the machine's share is free before it is gone. */
function interruptOwn(store: Store): void {
  try {
    store.attempts.reapDead((pid, bootId) => pid !== process.pid && processIsAlive(pid, bootId));
  } catch (error) {
    log(`this end could not be stored: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function main(): Promise<number> {
  const { dataDirectory, run: text } = readArguments();
  const store = openStore(dataDirectory);
  const run = store.runs.resolve(text);
  let attempt: number | null = null;
  const requests = new Requests(store, run);

  const stop = (name: string): void => {
    if (requests.isSignalled) {
      interruptOwn(store);
      startNext(store);
      process.exit(130);
    }
    log(`${name}: writing a checkpoint, then stopping. A second one ends at once, without a checkpoint.`);
    requests.stopBySignal(name);
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  // The terminal that started it may close.
  process.on('SIGHUP', () => {});
  const crash = (error: unknown): void => {
    recordFailure(store, run, attempt, error);
    startNext(store);
    process.exit(1);
  };
  process.on('uncaughtException', crash);
  process.on('unhandledRejection', crash);

  let code = 0;
  try {
    // Loaded late, so that an engine or a simulator that cannot be loaded is recorded with the run as well.
    const { runTraining } = await import('./run-training.ts');
    const outcome = await runTraining({
      store,
      run,
      requests,
      log,
      onOpen: (number) => {
        attempt = number;
      },
    });
    log(outcome);
  } catch (error) {
    recordFailure(store, run, attempt, error);
    code = 1;
  }
  startNext(store);
  store.close();
  return code;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    log(error instanceof Error ? error.message : String(error));
    process.exit(1);
  },
);
