// Runs one attempt at a run: prepares its parts, puts them back to the newest checkpoint, opens the attempt,
// trains, and says how it ended.
import { DeviceLostError } from '../engine/devices/device-error.ts';
import type { Store } from '../store/store.ts';
import { processIdentity } from '../store/store.ts';
import { StoppedError } from './attention.ts';
import { createSupplier } from './behaviour/supplier.ts';
import { type FileSystem, realFileSystem } from './checkpoint/durable-files.ts';
import { describeEnvironment } from './environment.ts';
import { interruptLost } from './lost-device.ts';
import { runFolder } from './launch.ts';
import { type PreparedRun, prepareRun } from './prepare.ts';
import { useImportedTasks } from '../tasks/declarations.ts';
import type { Requests } from './requests.ts';
import { restoreNewest } from './resume.ts';
import { settleDevice } from './settle-device.ts';
import { type Outcome, Session } from './session.ts';
import { Starting } from './starting.ts';

export interface TrainingOptions {
  store: Store;
  run: string;
  requests: Requests;
  log: (line: string) => void;
  /** Called with the attempt's number as soon as this process holds the run. */
  onOpen: (attempt: number) => void;
  /** File system for checkpoints; the real one unless given. */
  fs?: FileSystem;
}

const heartbeatInterval = 1000;

/** @throws whatever ends the run by itself; the attempt is then still open */
export async function runTraining(options: TrainingOptions): Promise<Outcome> {
  const starting = new Starting(options);
  try {
    return await runAttempt(options, starting);
  } catch (error) {
    // The session deals with its own.
    if (error instanceof StoppedError) return starting.stop(error);
    throw error;
  }
}

async function runAttempt(
  { store, run, requests, log, onOpen, fs = realFileSystem }: TrainingOptions,
  starting: Starting,
): Promise<Outcome> {
  const folder = runFolder(store.dataDirectory, run);
  // Before anything is loaded, which may take longer than a claim lasts.
  store.queue.takeClaim(run, processIdentity());
  useImportedTasks(store.models.tasks());
  let attendNow = starting.attend;
  const attend = (): Promise<void> => attendNow();
  let made: PreparedRun | null = null;
  const supply = createSupplier({
    store,
    run,
    log,
    step: () => made?.loop.environmentSteps ?? store.runs.summary(run).environmentSteps,
    isAbandoned: () => requests.isSignalled,
    attend,
  });
  const { configuration, adapter, chosen, changed } = await settleDevice(store, run, { supply, log, attend });
  const prepared = await prepareRun(configuration, { supply, attend });
  made = prepared;
  try {
    const { loop, buffer } = prepared;
    const resumed = await restoreNewest({ store, run, folder, loop, buffer, configuration: prepared.configuration });
    const attempt = store.attempts.open(run, {
      startStep: resumed.step,
      environment: describeEnvironment(configuration, prepared.modelHash, adapter),
      ...processIdentity(),
    });
    onOpen(attempt);
    store.runs.setError(run, null);
    store.runs.setValues(run, loop.valuesToCome);
    const say = (kind: 'started' | 'resumed' | 'warning' | 'device', message: string): void => {
      log(message);
      store.events.append(run, attempt, { step: resumed.step, kind, message, requester: null });
    };
    for (const warning of resumed.warnings) say('warning', warning);
    const task = `${configuration.agent} on ${configuration.task}, seed ${configuration.seed}`;
    if (attempt === 1) say('started', `Started: ${task}.`);
    else say('resumed', `Continued from step ${resumed.step.toLocaleString('en-US')}: ${task}.`);
    if (chosen !== null) say('device', chosen);
    if (changed !== null && resumed.step > 0) say('device', changed);

    const heartbeat = setInterval(() => {
      try {
        store.attempts.heartbeat(run, attempt);
      } catch {
        // No room or a busy store: the step's own writes meet the same trouble and deal with it.
      }
    }, heartbeatInterval);
    try {
      const session = new Session({ store, run, attempt, folder, prepared, resumed, requests, log, fs });
      attendNow = session.attend;
      return await session.train();
    } catch (error) {
      if (error instanceof DeviceLostError) return interruptLost(store, run, attempt, error, log);
      throw error;
    } finally {
      clearInterval(heartbeat);
    }
  } finally {
    await prepared.dispose();
  }
}
