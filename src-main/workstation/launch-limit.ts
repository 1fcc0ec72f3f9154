// A trainer that dies before it can say why (a crash below JavaScript) leaves its run waiting again, and it would
// be started for ever. This counts, so that its run is marked failed instead.

export interface LaunchLimit {
  /** A trainer was started for this run, which has had so many attempts. Is it one start too many? */
  isExceededBy(run: string, attemptCount: number): boolean;
}

/** @param limit starts without an attempt that are allowed */
export function createLaunchLimit(limit = 3): LaunchLimit {
  const launches = new Map<string, { attemptCount: number; count: number }>();
  return {
    isExceededBy(run, attemptCount) {
      const earlier = launches.get(run);
      const count = earlier?.attemptCount === attemptCount ? earlier.count + 1 : 1;
      launches.set(run, { attemptCount, count });
      if (count < limit) return false;
      launches.delete(run);
      return true;
    },
  };
}
