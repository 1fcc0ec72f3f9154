// The trainer's process: trains one run of a data directory until it ends, then lets the next in the queue begin.
//   node trainer.ts --data-dir DIR --run ID
import { writeSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { openStore, type Store } from '../store/store.ts';
import { endWithoutWaiting } from './end-process.ts';
import { isSuperseded } from './hold.ts';
import { recordFailure } from './record-failure.ts';
import { Requests } from './requests.ts';
import { endWithoutCheckpoint, StopSignals } from './stop-signals.ts';
import { type StorageListener, untilStored } from './storage-trouble.ts';
import { tendRuns } from './tend-runs.ts';

const log = (line: string): void => {
  try {
    writeSync(process.stdout.fd, `${new Date().toISOString()} ${line}\n`);
  } catch {
    // A full disk takes no more of the log, which is no reason to end.
  }
};
// What libraries print goes the same way.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

function readArguments(): { dataDirectory: string; run: string } {
  const { values } = parseArgs({ options: { 'data-dir': { type: 'string' }, run: { type: 'string' } } });
  const { 'data-dir': dataDirectory, run } = values;
  if (dataDirectory === undefined || run === undefined) throw new Error('usage: trainer --data-dir DIR --run ID');
  return { dataDirectory, run };
}

function startNext(store: Store): void {
  try {
    for (const next of tendRuns(store).started) log(`started the next run in the queue: ${next}`);
  } catch (error) {
    log(`the next run in the queue could not be started: ${error instanceof Error ? error.message : String(error)}`);
  }
}

interface End {
  code: number;
  /** May a thread be stuck? */
  isStuck: boolean;
}

async function main(): Promise<End> {
  const { dataDirectory, run: text } = readArguments();
  let signalled = false;
  const patient: StorageListener = { waiting: log, recovered: log, isAbandoned: () => signalled };
  const beSignalled = (): void => void (signalled = true);
  process.once('SIGTERM', beSignalled).once('SIGINT', beSignalled);
  const store = await untilStored('That the trainer began', () => openStore(dataDirectory), patient);
  const run = store.runs.resolve(text);
  let attempt: number | null = null;
  const requests = new Requests(store, run);
  if (signalled) requests.stopBySignal('SIGTERM');

  const signals = new StopSignals({
    log,
    ask: (name) => {
      signalled = true;
      requests.stopBySignal(name);
    },
    leave: (name) => {
      endWithoutCheckpoint(store, run, name, log);
      startNext(store);
      process.exit(130);
    },
  });
  process.on('SIGINT', signals.take);
  process.on('SIGTERM', signals.take);
  // The terminal that started it may close.
  process.on('SIGHUP', () => {});
  const crash = (error: unknown): void => {
    void recordFailure({ store, run, attempt, error, log, patient: null });
    startNext(store);
    process.exit(1);
  };
  process.on('uncaughtException', crash);
  process.on('unhandledRejection', crash);

  const onFailure = async (error: unknown): Promise<void> => {
    await recordFailure({ store, run, attempt, error, log, patient });
    if (!isSuperseded(error)) return;
    // The run is another's: nothing may be written any more, also not by what is still under way here.
    startNext(store);
    process.exit(1);
  };
  const end: End = { code: 0, isStuck: false };
  const onStuck = (): void => {
    end.isStuck = true;
  };
  try {
    // Loaded late, so that an engine or a simulator that cannot be loaded is recorded with the run as well.
    const { runTraining } = await import('./run-training.ts').catch(async (error: unknown) => {
      await onFailure(error);
      throw error;
    });
    const onOpen = (number: number): void => {
      attempt = number;
      startNext(store);
    };
    log(await runTraining({ store, run, requests, log, onOpen, onFailure, onStuck }));
  } catch {
    // `onFailure` has said and stored it.
    end.code = 1;
  }
  startNext(store);
  store.close();
  return end;
}

main().then(
  ({ code, isStuck }) => (isStuck ? endWithoutWaiting(code) : process.exit(code)),
  (error: unknown) => {
    log(error instanceof Error ? error.message : String(error));
    process.exit(1);
  },
);
