// Keeps the machine's trainers going while this workstation is open: runs whose trainer vanished are marked
// interrupted, and what waits in the queue starts when there is room. Any number of workstations may do so at
// once: the store gives each run to one of them.
import { restorableDays } from '../contract/runs.ts';
import type { Store } from '../store/store.ts';
import { advanceQueue } from '../training/launch.ts';
import { createLaunchLimit } from './launch-limit.ts';

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
  if (store.isReadonly) return { advance: () => undefined, close: () => undefined };

  const attempt = (fn: () => string[]): void => {
    try {
      if (fn().length > 0) onChange();
    } catch (error) {
      onError(error);
    }
  };
  const launchLimit = createLaunchLimit();
  const advance = (): void =>
    attempt(() => {
      const started = advanceQueue(store);
      for (const run of started) {
        if (!launchLimit.isExceededBy(run, store.attempts.list(run).length)) continue;
        // Should this start succeed after all, opening its attempt makes the run running again.
        const message = `Its trainer was started three times and ended before it began; its log may say why. Nothing was lost. Once that is mended: npm run train -- --resume ${run}`;
        store.runs.setError(run, message);
        store.runs.setState(run, 'failed', message);
      }
      return started;
    });
  const supervise = (): void => {
    attempt(() => store.attempts.reapDead());
    advance();
  };
  // A workstation may stay open for weeks.
  const purge = (): void => attempt(() => store.runs.purgeDeleted(restorableMs));
  purge();
  supervise();
  const timers = [setInterval(supervise, intervalMs), setInterval(purge, purgeMs)];
  return { advance, close: () => timers.forEach(clearInterval) };
}
