// A trainer that dies before it can say why (a crash below JavaScript) leaves its run waiting again, and it would
// be started for ever. This counts, so that its run is marked failed instead.

export interface LaunchLimit {
  /** A trainer was started for this run, which has had so many attempts. Is it one start too many? */
  isExceededBy(run: string, attemptCount: number): boolean;
}

export interface LaunchLimitOptions {
  /** Starts without an attempt that are allowed. */
  limit?: number;
  /**
   * Milliseconds after which a start counts no more: a workstation may stay open for weeks, and what happened on Monday has
   * nothing to do with Friday. Three starts of a trainer that dies at once are over within two minutes.
   */
  forgetMs?: number;
  /** Milliseconds of a clock that is never set back. */
  now?: () => number;
}

export function createLaunchLimit({
  limit = 3,
  forgetMs = 3_600_000,
  now = () => performance.now(),
}: LaunchLimitOptions = {}): LaunchLimit {
  const launches = new Map<string, { attemptCount: number; times: number[] }>();
  const forget = (time: number): void => {
    for (const [run, launch] of launches) {
      launch.times = launch.times.filter((one) => time - one < forgetMs);
      if (launch.times.length === 0) launches.delete(run);
    }
  };
  return {
    isExceededBy(run, attemptCount) {
      const time = now();
      forget(time);
      const earlier = launches.get(run);
      const times = earlier?.attemptCount === attemptCount ? [...earlier.times, time] : [time];
      launches.set(run, { attemptCount, times });
      if (times.length < limit) return false;
      launches.delete(run);
      return true;
    },
  };
}
