// A device that went away while a run trained on it: what it held of the state is gone, so the run rests at its newest
// checkpoint until somebody continues it.
import type { DeviceLostError } from '../engine/devices/device-error.ts';
import type { Store } from '../store/store.ts';

/** Closes the attempt and says what happened, what was kept and what to do. */
export function interruptLost(
  store: Store,
  run: string,
  attempt: number,
  { device, message }: DeviceLostError,
  log: (line: string) => void,
): 'interrupted' {
  const step = store.runs.summary(run).environmentSteps;
  const checkpoint = store.checkpoints.newest(run);
  const from =
    checkpoint === null
      ? 'There is no checkpoint yet, so it begins again'
      : `It goes on from its checkpoint at step ${checkpoint.step.toLocaleString('en-US')}`;
  const text =
    `Paused at step ${step.toLocaleString('en-US')}: ${message}. Curves and recordings are kept. ${from}: continue it once ${device} is back, ` +
    `or on another device with npm run train -- --resume ${run} --device cpu`;
  log(text);
  store.transaction(() => {
    store.events.append(run, attempt, { step, kind: 'paused', message: text, requester: null });
    store.runs.setError(run, text);
    store.attempts.close(run, attempt);
    store.runs.setState(run, 'interrupted', text);
  });
  return 'interrupted';
}
