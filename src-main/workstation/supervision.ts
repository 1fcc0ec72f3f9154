// Keeps the machine's trainers going while this workstation is open: runs whose trainer is lost are marked interrupted, and
// what waits in the queue starts when there is room. Any number of workstations, trainers and the queue's keeper may do so at
// once: the store gives each run to one of them.
import { restorableDays } from '../contract/runs.ts';
import type { Store } from '../store/store.ts';
import { tendRuns } from '../training/launch.ts';

export interface Supervision {
  /** Starts what there is room for, now. */
  advance(): void;
  close(): void;
}

export interface SupervisionOptions {
  store: Store;
  /** Is told about what failed; the run at fault says so itself. */
  onError(error: unknown): void;
  /** Called after something changed. */
  onChange(): void;
  intervalMs?: number;
}

const purgeMs = 24 * 3600 * 1000;
const restorableMs = restorableDays * purgeMs;

export function createSupervision(options: SupervisionOptions): Supervision {
  const { store, onError, onChange, intervalMs = 2000 } = options;
  const attempt = (fn: () => string[]): void => {
    try {
      // A full disk may have been emptied since, and the store with it become one for writing.
      if (!store.isReadonly && fn().length > 0) onChange();
    } catch (error) {
      onError(error);
    }
  };
  const advance = (): void =>
    attempt(() => {
      const { interrupted, silence, started } = tendRuns(store);
      return [...interrupted, ...silence, ...started];
    });
  // A workstation may stay open for weeks.
  const purge = (): void => attempt(() => store.runs.purgeDeleted(restorableMs));
  purge();
  advance();
  const timers = [setInterval(advance, intervalMs), setInterval(purge, purgeMs)];
  return { advance, close: () => timers.forEach(clearInterval) };
}
