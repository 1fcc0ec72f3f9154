// The player: one interface over stored and live data (after Lichtblick's Player). It holds the playhead and
// the clock and knows nothing of the DOM; whoever draws calls `advance` once a frame and reads `state`.

/** Playback speeds, in multiples of real time. */
export const speedLadder = [0.25, 0.5, 1, 2, 4, 8] as const;

export interface PlayerState {
  isPlaying: boolean;
  /** Rows from the start; between two whole rows while playing. Live: steps of this episode so far. */
  position: number;
  /** The last row that can be shown. Live: the task's time limit. */
  lastRow: number;
  speed: number;
  /** Simulated seconds shown in a second of wall time, over the last second or so; null while not playing. */
  achievedSpeed: number | null;
  isLooping: boolean;
  /** Can the playhead be put anywhere? Live data only runs on. */
  canSeek: boolean;
}

export interface Player {
  readonly state: Readonly<PlayerState>;
  play(): void;
  pause(): void;
  toggle(): void;
  /** Pauses and moves by whole rows. */
  step(rows: number): void;
  /** Moves the playhead, within the rows that there are; playing goes on. Without effect where canSeek is false. */
  seek(row: number): void;
  /** @throws RangeError when the speed is not a positive number */
  setSpeed(speed: number): void;
  /** One rung up (1) or down (-1) the ladder. */
  changeSpeed(direction: 1 | -1): void;
  setLooping(isLooping: boolean): void;
  /** Moves the clock to this moment. @param now milliseconds, ascending. */
  advance(now: number): void;
  /** Told after every change. Returns the function that ends the subscription. */
  subscribe(listener: (state: Readonly<PlayerState>) => void): () => void;
}

/** The rung above or below a speed; the speed may lie between rungs. */
export function nextSpeed(speed: number, direction: 1 | -1): number {
  if (direction === 1) return speedLadder.find((rung) => rung > speed) ?? Math.max(...speedLadder);
  return speedLadder.findLast((rung) => rung < speed) ?? Math.min(...speedLadder);
}

/** How a speed is written: `¼×`, `½×`, `2×`. */
export function formatSpeed(speed: number): string {
  const fractions: Record<number, string> = { 0.25: '¼', 0.5: '½' };
  return `${fractions[speed] ?? speed}×`;
}

/** Simulated time over wall time, over a sliding window. */
export class RateMeter {
  private samples: { wall: number; simulated: number }[] = [];
  private readonly windowMs: number;

  constructor(windowMs = 1000) {
    this.windowMs = windowMs;
  }

  clear(): void {
    this.samples = [];
  }

  /** @param wall milliseconds, ascending. @param simulated seconds simulated in total. */
  add(wall: number, simulated: number): void {
    this.samples.push({ wall, simulated });
    while ((this.samples[1]?.wall ?? Infinity) <= wall - this.windowMs) this.samples.shift();
  }

  /** null until a fifth of the window has been seen. */
  get factor(): number | null {
    const first = this.samples[0];
    const last = this.samples[this.samples.length - 1];
    if (!first || !last || last.wall - first.wall < this.windowMs / 5) return null;
    return ((last.simulated - first.simulated) * 1000) / (last.wall - first.wall);
  }
}

/** What both players share: state, subscription, the speed ladder. */
export abstract class PlayerBase implements Player {
  protected current: PlayerState;
  private readonly listeners = new Set<(state: Readonly<PlayerState>) => void>();

  protected constructor(state: PlayerState) {
    this.current = state;
  }

  get state(): Readonly<PlayerState> {
    return this.current;
  }

  abstract play(): void;
  abstract pause(): void;
  abstract step(rows: number): void;
  abstract seek(row: number): void;
  abstract advance(now: number): void;

  toggle(): void {
    if (this.current.isPlaying) this.pause();
    else this.play();
  }

  setSpeed(speed: number): void {
    if (!Number.isFinite(speed) || speed <= 0) throw new RangeError(`speed must be a positive number, not ${speed}`);
    this.change({ speed });
  }

  changeSpeed(direction: 1 | -1): void {
    this.setSpeed(nextSpeed(this.current.speed, direction));
  }

  setLooping(isLooping: boolean): void {
    this.change({ isLooping });
  }

  subscribe(listener: (state: Readonly<PlayerState>) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  protected change(part: Partial<PlayerState>): void {
    this.current = { ...this.current, ...part };
    for (const listener of this.listeners) listener(this.current);
  }
}
