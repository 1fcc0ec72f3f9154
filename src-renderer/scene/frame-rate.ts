// Frames drawn a second, counted over the last second and told twice a second.

export class FrameRate {
  private times: number[] = [];
  private toldAt = -Infinity;
  private readonly onRate: (framesPerSecond: number | null) => void;

  /** @param onRate given null when nothing moves */
  constructor(onRate: (framesPerSecond: number | null) => void) {
    this.onRate = onRate;
  }

  /** A frame was drawn. @param now milliseconds, ascending */
  count(now: number, isMoving: boolean): void {
    if (!isMoving) {
      this.times = [];
      this.onRate(null);
      return;
    }
    this.times.push(now);
    while ((this.times[0] ?? now) < now - 1000) this.times.shift();
    if (now - this.toldAt < 500) return;
    this.toldAt = now;
    const span = now - (this.times[0] ?? now);
    this.onRate(span > 0 ? Math.round(((this.times.length - 1) * 1000) / span) : null);
  }
}
