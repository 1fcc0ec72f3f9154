// The player of a recorded episode: any row at any moment, in real time times the chosen speed.
import { PlayerBase, RateMeter } from './player.ts';

/** A frame that comes later than this does not make the robot jump: time is lost and the achieved speed says so. */
const longestFrameMs = 250;

export class StoredPlayer extends PlayerBase {
  private readonly stepSeconds: number;
  private readonly meter = new RateMeter();
  private lastFrame: number | null = null;
  /** Simulated seconds shown since play was pressed. */
  private shownSeconds = 0;

  /**
   * @param length environment steps; there are length + 1 rows
   * @param stepSeconds simulated seconds between two rows
   */
  constructor(length: number, stepSeconds: number) {
    if (!Number.isSafeInteger(length) || length < 0) throw new RangeError(`length must be a whole number of at least 0, not ${length}`);
    if (!(stepSeconds > 0)) throw new RangeError(`stepSeconds must be positive, not ${stepSeconds}`);
    super({ isPlaying: false, position: 0, lastRow: length, speed: 1, achievedSpeed: null, isLooping: false, canSeek: true });
    this.stepSeconds = stepSeconds;
  }

  override play(): void {
    if (this.current.isPlaying || this.current.lastRow === 0) return;
    this.lastFrame = null;
    this.shownSeconds = 0;
    this.meter.clear();
    const position = this.current.position >= this.current.lastRow ? 0 : this.current.position;
    this.change({ isPlaying: true, position });
  }

  /** Stops on a whole row, so that what is shown was recorded and not interpolated. */
  override pause(): void {
    if (!this.current.isPlaying) return;
    this.change({ isPlaying: false, position: Math.round(this.current.position), achievedSpeed: null });
  }

  override step(rows: number): void {
    this.pause();
    this.seek(Math.round(this.current.position) + rows);
  }

  override seek(row: number): void {
    if (Number.isNaN(row)) return;
    const whole = Math.round(Math.min(Math.max(row, 0), this.current.lastRow));
    if (whole !== this.current.position) this.change({ position: whole });
  }

  override setSpeed(speed: number): void {
    this.meter.clear();
    this.shownSeconds = 0;
    super.setSpeed(speed);
  }

  override advance(now: number): void {
    if (!this.current.isPlaying) return;
    const elapsedMs = this.lastFrame === null ? 0 : Math.min(now - this.lastFrame, longestFrameMs);
    this.lastFrame = now;
    const seconds = (elapsedMs / 1000) * this.current.speed;
    let position = this.current.position + seconds / this.stepSeconds;
    this.shownSeconds += seconds;
    this.meter.add(now, this.shownSeconds);

    const { lastRow } = this.current;
    if (position >= lastRow) {
      if (!this.current.isLooping) {
        this.change({ position: lastRow, isPlaying: false, achievedSpeed: null });
        return;
      }
      position %= lastRow;
    }
    this.change({ position, achievedSpeed: this.meter.factor });
  }
}
