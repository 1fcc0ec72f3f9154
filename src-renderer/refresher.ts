// A question to the workstation that is asked again whenever its answer may have changed: never twice at once, not more often
// than need be, once more where something happened while it was on its way, and again by itself after a failure. Only the
// answer to the latest question is taken, and none once nobody looks any more.
import { WorkstationError } from '../src-main/contract/requests.ts';

export interface Question<T> {
  ask(): Promise<T>;
  take(answer: T): void;
  /** @param count failures one after the other; it is asked again by itself where that can help */
  fail(error: unknown, count: number): void;
  /** At most one question in so many milliseconds, except where `renew` is called. */
  intervalMs?: number;
}

const firstRetryMs = 1000;
const longestRetryMs = 15_000;

export class Refresher<T> {
  private readonly question: Question<T>;
  private readonly intervalMs: number;
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** Counts the questions: an answer to an earlier one is void. */
  private turn = 0;
  private isAsking = false;
  /** Did something happen since it was last asked? */
  private isStale = false;
  private askedAt = -Infinity;
  private failures = 0;
  private isDisposed = false;

  constructor(question: Question<T>) {
    this.question = question;
    this.intervalMs = question.intervalMs ?? 0;
  }

  /** The answer may have changed. */
  refresh(): void {
    this.isStale = true;
    if (this.isAsking || this.isDisposed) return;
    this.askIn(this.askedAt + this.intervalMs - performance.now());
  }

  /** The question has changed, or what was lost is to be asked for anew: at once, and an answer on its way is void. */
  renew(): void {
    if (this.isDisposed) return;
    this.failures = 0;
    void this.ask();
  }

  dispose(): void {
    this.isDisposed = true;
    this.turn += 1;
    clearTimeout(this.timer);
  }

  private askIn(milliseconds: number): void {
    clearTimeout(this.timer);
    if (milliseconds <= 0) void this.ask();
    else this.timer = setTimeout(() => void this.ask(), milliseconds);
  }

  private async ask(): Promise<void> {
    clearTimeout(this.timer);
    this.turn += 1;
    const { turn } = this;
    this.isAsking = true;
    this.isStale = false;
    this.askedAt = performance.now();
    let answer: T;
    try {
      answer = await this.question.ask();
    } catch (error) {
      if (turn === this.turn) this.failed(error);
      return;
    }
    if (turn !== this.turn) return;
    this.isAsking = false;
    this.failures = 0;
    this.question.take(answer);
    // Taking it may have asked anew already.
    if (this.isStale) this.refresh();
  }

  private failed(error: unknown): void {
    this.isAsking = false;
    this.failures += 1;
    this.question.fail(error, this.failures);
    if (this.isStale) this.refresh();
    else if (isPassing(error)) this.askIn(Math.min(firstRetryMs * 2 ** (this.failures - 1), longestRetryMs));
  }
}

/** May the same question be answered later? A run that is gone stays gone. */
function isPassing(error: unknown): boolean {
  return !(error instanceof WorkstationError) || error.code === 'unavailable' || error.code === 'failed';
}

/** An error in words. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Takes an answer unless the function returned was called before it came: for an effect that asks once, as its end. */
export function whileOpen<T>(answer: Promise<T>, take: (answer: T) => void): () => void {
  let isOpen = true;
  void answer.then((value) => {
    if (isOpen) take(value);
  });
  return () => void (isOpen = false);
}
