// The player of the live view: the worker keeps the clock, this passes on what the person wants and shows
// where the episode is.
import { PlayerBase } from './player.ts';

/** What the player steers: the worker's live session. */
export interface LivePace {
  setPace(speed: number, isPaused: boolean): void;
  step(steps: number): void;
}

export class LivePlayer extends PlayerBase {
  private pace: LivePace | null = null;

  /** @param timeLimit environment steps of the longest episode */
  constructor(timeLimit: number) {
    super({ isPlaying: true, position: 0, lastRow: timeLimit, speed: 1, achievedSpeed: null, isLooping: true, canSeek: false });
  }

  /** The run's own time limit, where it differs from the task's. */
  setTimeLimit(timeLimit: number): void {
    this.change({ lastRow: timeLimit });
  }

  /** The session that is steered from now on; it is told the present pace. */
  connect(pace: LivePace): void {
    this.pace = pace;
    this.tell();
  }

  /** A frame arrived. */
  arrived(step: number, achievedSpeed: number | null): void {
    this.change({ position: step, achievedSpeed });
  }

  override play(): void {
    this.change({ isPlaying: true });
    this.tell();
  }

  override pause(): void {
    this.change({ isPlaying: false, achievedSpeed: null });
    this.tell();
  }

  /** Forward only: what has been seen live is not kept. */
  override step(rows: number): void {
    if (this.current.isPlaying) this.pause();
    if (rows > 0) this.pace?.step(rows);
  }

  override seek(): void {}

  override setSpeed(speed: number): void {
    super.setSpeed(speed);
    this.tell();
  }

  override advance(): void {}

  private tell(): void {
    this.pace?.setPace(this.current.speed, !this.current.isPlaying);
  }
}
