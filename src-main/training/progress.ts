// How fast a run goes, as its row says: a moving figure over the last seconds of active time.
import type { RunProgress } from '../store/store.ts';

/** Seconds of active time that the figure looks back. */
const horizon = 20;

/** Durations come from a monotonic clock, so that a corrected system time does not show. */
export class ProgressMeter {
  readonly #now: () => number;
  readonly #earlierSeconds: number;
  #activeSince: number | null;
  #activeSeconds = 0;
  /** Active seconds and steps, oldest first; at most a few hundred. */
  #samples: { seconds: number; steps: number }[];

  /**
   * @param earlierSeconds active seconds of earlier attempts
   * @param now seconds on a monotonic clock
   */
  constructor(earlierSeconds: number, startStep: number, now: () => number = () => performance.now() / 1000) {
    this.#now = now;
    this.#earlierSeconds = earlierSeconds;
    this.#activeSince = now();
    this.#samples = [{ seconds: 0, steps: startStep }];
  }

  pause(): void {
    this.#activeSeconds = this.#active();
    this.#activeSince = null;
  }

  resume(): void {
    this.#activeSince ??= this.#now();
  }

  /** Where the run stands after `steps` of `totalSteps`. */
  read(steps: number, totalSteps: number): RunProgress {
    const seconds = this.#active();
    const newest = this.#samples.at(-1);
    if (newest !== undefined && seconds - newest.seconds >= horizon / 100) this.#samples.push({ seconds, steps });
    // One sample older than the horizon stays as the other end of the difference.
    while ((this.#samples[1]?.seconds ?? seconds) < seconds - horizon) this.#samples.shift();
    const oldest = this.#samples[0] ?? { seconds: 0, steps };
    const elapsed = seconds - oldest.seconds;
    const stepsPerSecond = elapsed > 0 && steps > oldest.steps ? (steps - oldest.steps) / elapsed : null;
    return {
      environmentSteps: steps,
      stepsPerSecond,
      etaSeconds: stepsPerSecond === null ? null : (totalSteps - steps) / stepsPerSecond,
      activeSeconds: this.#earlierSeconds + seconds,
    };
  }

  #active(): number {
    return this.#activeSeconds + (this.#activeSince === null ? 0 : this.#now() - this.#activeSince);
  }
}

/** The points of the speed's curve: environment steps per second of wall time, evaluations and waits left out. */
export class SpeedCurve {
  readonly #now: () => number;
  #since: { seconds: number; step: number };

  /** @param now seconds on a monotonic clock */
  constructor(step: number, now: () => number = () => performance.now() / 1000) {
    this.#now = now;
    this.#since = { seconds: now(), step };
  }

  /** The speed since the last point. */
  take(step: number): number {
    const now = this.#now();
    const speed = (step - this.#since.step) / Math.max(1e-9, now - this.#since.seconds);
    this.#since = { seconds: now, step };
    return speed;
  }

  /** Does something that must not count, also within something that does not. */
  async without<T>(work: () => Promise<T>): Promise<T> {
    const start = this.#now();
    const { seconds } = this.#since;
    try {
      return await work();
    } finally {
      this.#since.seconds = seconds + this.#now() - start;
    }
  }
}
