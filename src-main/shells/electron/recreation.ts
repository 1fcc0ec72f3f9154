// When a renderer process dies the window is made again, but not for ever: at most once in a minute, so
// that a page that dies on sight ends in a message instead of a loop.

export const recreationIntervalMs = 60_000;

/** @param now monotonic milliseconds */
export function createRecreationPolicy(now: () => number): { mayRecreate(reason: string): boolean } {
  let last = -Infinity;
  return {
    mayRecreate(reason) {
      // A page that was closed or killed on purpose stays closed.
      if (reason === 'clean-exit') return false;
      if (now() - last < recreationIntervalMs) return false;
      last = now();
      return true;
    },
  };
}
