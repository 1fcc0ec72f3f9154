// Gives back what a run was computed with, for as long as that may take: a lane or a driver that is stuck must not keep a
// process from its end.
import { setTimeout as delay } from 'node:timers/promises';

/** Milliseconds. */
const patience = 5000;

/** True where everything was given back. Never throws: the run has ended already, and its end is stored. */
export async function disposeWithin(
  { dispose }: { dispose(): Promise<void> },
  log: (line: string) => void,
  milliseconds = patience,
): Promise<boolean> {
  const timer = new AbortController();
  try {
    return await Promise.race([
      dispose().then(() => true),
      delay(milliseconds, false, { signal: timer.signal }).then((done) => {
        log(`what the run was computed with was not given back within ${milliseconds / 1000} s; the process ends without waiting for it`);
        return done;
      }),
    ]);
  } catch (error) {
    log(`what the run was computed with could not be given back: ${error instanceof Error ? error.message : String(error)}`);
    return false;
  } finally {
    timer.abort();
  }
}
