// Runs one attempt at a run: prepares its parts, puts them back to the newest checkpoint, opens the attempt,
// trains, and says how it ended.
import { remarksOn } from '../contract/run-remarks.ts';
import { DeviceLostError } from '../engine/devices/device-error.ts';
import type { Store } from '../store/store.ts';
import { useImportedTasks } from '../tasks/declarations.ts';
import { StoppedError } from './attention.ts';
import { createSupplier } from './behaviour/supplier.ts';
import { type FileSystem, realFileSystem } from './checkpoint/durable-files.ts';
import { disposeWithin } from './dispose-within.ts';
import { describeEnvironment } from './environment.ts';
import { Hold } from './hold.ts';
import { interruptLost } from './lost-device.ts';
import { machineMemory } from './machine-memory.ts';
import { type PreparedRun, prepareRun, type Supply } from './prepare.ts';
import type { Requests } from './requests.ts';
import { restoreNewest } from './resume.ts';
import { type Outcome, Session } from './session.ts';
import { chooseDevice } from './choose-device.ts';
import { runFolder } from './start-trainer.ts';
import { Starting } from './starting.ts';
import { untilStored } from './storage-trouble.ts';

export interface TrainingOptions {
  store: Store;
  run: string;
  requests: Requests;
  log: (line: string) => void;
  /** Called with the attempt's number as soon as this process holds the run. */
  onOpen: (attempt: number) => void;
  /** Called with whatever ends the run by itself, before anything is disposed of, which may take time. */
  onFailure?: (error: unknown) => Promise<void>;
  /** Called where what it was computed with could not be given back: a thread may be stuck, for which an ordinary exit waits. */
  onStuck?: () => void;
  /** File system for checkpoints; the real one unless given. */
  fs?: FileSystem;
}

/** @throws whatever ends the run by itself; the attempt is then still open, unless `onFailure` has closed it */
export async function runTraining(options: TrainingOptions): Promise<Outcome> {
  const { store, run } = options;
  const hold = new Hold(store, run);
  const starting = new Starting(options);
  const made: { prepared: PreparedRun | null } = { prepared: null };
  try {
    // Before devices are looked for, priors fitted and programs compiled, which may take longer than a claim lasts.
    await stored(options, "The run's claim", () => hold.claim());
    return await hold.during(train(options, { hold, starting, made }));
  } catch (error) {
    // The session deals with its own.
    if (error instanceof StoppedError) return starting.stop(error);
    await options.onFailure?.(error);
    throw error;
  } finally {
    hold.release();
    if (made.prepared !== null && !(await disposeWithin(made.prepared, options.log))) options.onStuck?.();
  }
}

interface Parts {
  hold: Hold;
  starting: Starting;
  /** What is to be disposed in the end. */
  made: { prepared: PreparedRun | null };
}

async function train(options: TrainingOptions, { hold, starting, made }: Parts): Promise<Outcome> {
  const { store, run, requests, log, onOpen, fs = realFileSystem } = options;
  const folder = runFolder(store.dataDirectory, run);
  useImportedTasks(store.models.tasks());
  // Once the attempt is open: the store that refuses what this process writes after it was replaced.
  let held = store;
  let attendNow = starting.attend;
  const attend = (): Promise<void> => attendNow();
  const supply: Supply = (values) =>
    createSupplier({
      store: held,
      run,
      log,
      step: () => made.prepared?.loop.environmentSteps ?? store.runs.summary(run).environmentSteps,
      isAbandoned: () => requests.isSignalled,
      attend,
    })(values);
  const { configuration, adapter, chosen, changed, isNew } = await chooseDevice(store, run, { supply, log, attend });
  if (isNew) await stored(options, 'The device', () => store.runs.setDevice(run, configuration));
  const prepared = await prepareRun(configuration, { supply, attend });
  made.prepared = prepared;
  const { loop, buffer } = prepared;
  const resumed = await restoreNewest({ store, run, folder, loop, buffer, configuration: prepared.configuration });
  const environment = describeEnvironment(configuration, prepared.modelHash, adapter);
  const attempt = await stored(options, "The attempt's beginning", () =>
    store.attempts.open(run, { startStep: resumed.step, environment, ...hold.me }),
  );
  hold.opened(attempt);
  held = store.heldBy(run, attempt);
  onOpen(attempt);
  const task = `${configuration.agent} on ${configuration.task}, seed ${configuration.seed}`;
  const remarks = remarksOn(prepared.task.declaration, prepared.configuration.hyperparameters, machineMemory());
  const news: ['started' | 'resumed' | 'warning' | 'device', string][] = [
    ...[...resumed.warnings, ...remarks].map((warning): ['warning', string] => ['warning', warning]),
    attempt === 1 ? ['started', `Started: ${task}.`] : ['resumed', `Continued from step ${resumed.step.toLocaleString('en-US')}: ${task}.`],
    ...(chosen === null ? [] : [['device', chosen] as ['device', string]]),
    ...(changed === null || resumed.step === 0 ? [] : [['device', changed] as ['device', string]]),
  ];
  for (const [, message] of news) log(message);
  await stored(options, 'How the attempt began', () =>
    held.transaction(() => {
      held.runs.setError(run, null);
      held.runs.setValues(run, loop.valuesToCome);
      for (const [kind, message] of news) held.events.append(run, attempt, { step: resumed.step, kind, message, requester: null });
    }),
  );
  try {
    const session = new Session({ store: held, run, attempt, folder, prepared, resumed, requests, log, fs });
    attendNow = session.attend;
    return await session.train();
  } catch (error) {
    if (error instanceof DeviceLostError) return interruptLost(held, run, attempt, error, log);
    throw error;
  }
}

/** A database that another program keeps busy, or a full disk, is waited for; the log says so. */
function stored<T>({ log, requests }: TrainingOptions, what: string, write: () => T): Promise<T> {
  return untilStored(what, write, { waiting: log, recovered: log, isAbandoned: () => requests.isSignalled });
}
