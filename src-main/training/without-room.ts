// The end of a run that was stopped while it waited for room: it is recorded as far as that can be done.
import { keepReserve, releaseReserve } from '../store/reserve.ts';
import type { Store } from '../store/store.ts';
import { isStorageTrouble, type WaitAbandoned } from './storage-trouble.ts';

export interface EndWithoutRoom {
  store: Store;
  run: string;
  attempt: number;
  log: (line: string) => void;
  /** Where it stands. */
  step: number;
  error: WaitAbandoned;
  requester: string;
  /** Step of its newest checkpoint; null where it has none. */
  checkpoint: number | null;
}

/** In the reserve's room if need be, since a person asked for it. What cannot be stored even so is in the log alone. */
export function endWithoutRoom({ store, run, attempt, log, step, error, requester, checkpoint }: EndWithoutRoom): void {
  const from =
    checkpoint === null ? 'the start, since it has no checkpoint' : `its checkpoint at step ${checkpoint.toLocaleString('en-US')}`;
  const message =
    `Stopped by ${requester} at step ${step.toLocaleString('en-US')} while it waited for room: ${lower(error.what)} could not be stored. ` +
    `It can be continued from ${from}; what came after that is not kept.`;
  log(`${message} ${error.message}`);
  const record = (): void =>
    store.transaction(() => {
      store.events.append(run, attempt, { step, kind: 'stopped', message, requester });
      store.runs.setState(run, 'stopped', message);
      store.attempts.close(run, attempt);
    });
  try {
    record();
  } catch (first) {
    if (!isStorageTrouble(first)) throw first;
    releaseReserve(store.dataDirectory);
    try {
      record();
    } catch (second) {
      log(`this end could not be stored: ${second instanceof Error ? second.message : String(second)}`);
    }
    keepReserve(store.dataDirectory);
  }
}

const lower = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
