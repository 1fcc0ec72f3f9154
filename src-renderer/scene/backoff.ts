// How long to wait before a crashed worker is started again: twice as long each time, up to a limit, and
// after a healthy while as at first.

export class Backoff {
  private failures = 0;
  private lastStart = -Infinity;
  private readonly firstMs: number;
  private readonly longestMs: number;
  private readonly healthyMs: number;

  constructor(firstMs = 500, longestMs = 15_000, healthyMs = 30_000) {
    this.firstMs = firstMs;
    this.longestMs = longestMs;
    this.healthyMs = healthyMs;
  }

  started(now: number): void {
    this.lastStart = now;
  }

  /** @returns milliseconds to wait before the next start */
  failed(now: number): number {
    if (now - this.lastStart >= this.healthyMs) this.failures = 0;
    const delay = Math.min(this.firstMs * 2 ** this.failures, this.longestMs);
    this.failures += 1;
    return delay;
  }
}
