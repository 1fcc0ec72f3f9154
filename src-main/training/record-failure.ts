// Records why a run ended by itself. What cannot be stored any more still stands in the log.
import { judgeProcess, type Store, StoreError } from '../store/store.ts';
import { isSuperseded } from './hold.ts';
import { type StorageListener, untilStored } from './storage-trouble.ts';
import { NumericalFailure, TrainingError } from './training-error.ts';

export interface Failure {
  store: Store;
  run: string;
  /** null where this process did not come to hold the run. */
  attempt: number | null;
  error: unknown;
  log: (line: string) => void;
  /** Waits where there is no room or the database is busy; null tries once, before this returns. */
  patient: StorageListener | null;
}

/** Never rejects. */
export async function recordFailure({ store, run, attempt, error, log, patient }: Failure): Promise<void> {
  const message = describe(error, run);
  if (isSuperseded(error)) {
    log(`ends at once: ${message}`);
    return;
  }
  log(`failed: ${error instanceof Error ? (error.stack ?? message) : message}`);
  // Another trainer holds the run: its state is not ours to change.
  if (attempt === null && error instanceof StoreError && error.code === 'conflict') return;
  const write = (): void => {
    if (attempt === null) {
      const other = store.attempts.trainer(run);
      if (other !== null && other.pid !== process.pid && judgeProcess(other.pid, other.bootId) !== 'dead') return;
      store.transaction(() => fail(store, run, message));
      return;
    }
    const held = store.heldBy(run, attempt);
    held.transaction(() => {
      // A run that was put back to before the step that failed has done fewer.
      const step = error instanceof NumericalFailure ? error.step : held.runs.summary(run).environmentSteps;
      held.events.append(run, attempt, { step, kind: 'failed', message, requester: null });
      fail(held, run, message);
      held.attempts.close(run, attempt);
    });
  };
  try {
    if (patient === null) write();
    else await untilStored('Why the run failed', write, patient);
  } catch (second) {
    log(`this failure could not be stored: ${second instanceof Error ? second.message : String(second)}`);
  }
}

/** What happened and what to do. Errors of our own say both; of any other all is known is that the next attempt may fare better. */
function describe(error: unknown, run: string): string {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof TrainingError || error instanceof StoreError) return message;
  return (
    `${message}\nThat was not foreseen, and its log says where. All that was stored is kept. It goes on from its newest checkpoint, ` +
    `or from the start where there is none, with: npm run train -- --resume ${run}`
  );
}

function fail(store: Store, run: string, message: string): void {
  store.runs.setError(run, message);
  store.runs.setState(run, 'failed', message.split('\n')[0] ?? message);
}
