// What a lane does of a program: its own parts, and those of others that have not begun them when it has nothing else to do,
// for one that the machine lets wait must not keep all waiting. The calling thread and workers (lane-worker.ts) do the same.
import { instantiate } from '../fusion/assembler.ts';
import type { Part } from '../fusion/division.ts';
import type { KernelFunction } from '../fusion/kernels.ts';
import type { Library } from './library.ts';
import { runSession, type SessionCall } from './session.ts';

export interface KernelCall {
  /** The module's export. */
  kernel: string;
}

export interface LanePart extends Pick<Part, 'lane' | 'before' | 'needs'> {
  call: SessionCall | KernelCall;
}

/** What a lane has to know of a program. All of it may pass from thread to thread. */
export interface LaneProgram {
  /** In the order of `before`. */
  parts: readonly LanePart[];
  module: WebAssembly.Module;
  memories: readonly WebAssembly.Memory[];
  /** Through which they agree on who has done what: see OpenProgram. */
  progress: Int32Array;
}

/** What a lane is sent before it is woken to load it. */
export interface SentProgram {
  number: number;
  program: LaneProgram;
}

interface RunnablePart extends LanePart {
  /** @returns 0, or NaN where it found a number that is not finite */
  run: () => number;
}

const [runWord, finishedWord, firstPartWord, wordsPerPart] = [0, 16, 32, 2];
export const progressWords = (parts: number): number => firstPartWord + wordsPerPart * parts;

/** Counts run over; what is compared is never far apart. */
const isBelow = (count: number, other: number): boolean => ((count - other) | 0) < 0;

/** Longer than most waits for another lane, far shorter than what else a processor is shared by gets at a time. */
const spinMilliseconds = 0.05;
/** How long another lane may be late with a part before this one takes it. */
const graceMilliseconds = 0.01;

/**
 * A program in one thread. Words never go back to zero: each part's two are the number of the last run in which a lane took it
 * and in which it was done, and parts done are counted through all runs. So a lane that comes late, runs later even, does no harm.
 */
export class OpenProgram {
  readonly #parts: readonly RunnablePart[];
  readonly #progress: Int32Array;

  constructor(library: Library, { parts, module, memories, progress }: LaneProgram) {
    const kernels = instantiate(module, memories);
    this.#progress = progress;
    this.#parts = parts.map((part) => ({ ...part, run: open(library, part.call, kernels) }));
  }

  /** All parts in their order, for a program of one lane. */
  runAlone(board: Board): void {
    for (const { run } of this.#parts) board.attempt(run);
  }

  /** A new run, when the last one is finished; lanes may begin when its first part, which is the caller's, is done. */
  begin(): number {
    return Atomics.add(this.#progress, runWord, 1) + 1;
  }

  /** The run that has begun last. */
  get current(): number {
    return Atomics.load(this.#progress, runWord);
  }

  /** One part more is done. */
  advance(): void {
    Atomics.add(this.#progress, finishedWord, 1);
    Atomics.notify(this.#progress, finishedWord);
  }

  /** Does what there is to do, then waits at most so long for others. @returns whether the run is finished */
  work(run: number, lane: number, board: Board, milliseconds: number): boolean {
    const count = this.#parts.length + 1;
    const start = Math.imul(run - 1, count);
    for (let deadline = performance.now() + milliseconds; ;) {
      const seen = Atomics.load(this.#progress, finishedWord);
      const finished = (seen - start) | 0;
      if (finished >= count) return true;
      const isAtWork =
        this.#take(run, lane, board, finished, false) ||
        this.#spin(seen, graceMilliseconds) ||
        this.#take(run, lane, board, finished, true) ||
        this.#spin(seen, spinMilliseconds);
      if (isAtWork) continue;
      const rest = deadline - performance.now();
      if (rest <= 0) return false;
      if (Atomics.wait(this.#progress, finishedWord, seen, rest) !== 'timed-out') deadline = performance.now() + milliseconds;
    }
  }

  /** @returns whether there was a part to do */
  #take(run: number, lane: number, board: Board, finished: number, isAny: boolean): boolean {
    for (let i = 0; i < this.#parts.length; i += 1) {
      const { lane: owner, before, needs, run: compute } = this.#parts[i] as RunnablePart;
      if (before >= finished) return false;
      const word = firstPartWord + wordsPerPart * i;
      const taken = Atomics.load(this.#progress, word);
      if (!isBelow(taken, run) || (!isAny && owner !== lane)) continue;
      if (needs.some((need) => isBelow(Atomics.load(this.#progress, firstPartWord + wordsPerPart * need + 1), run))) continue;
      if (Atomics.compareExchange(this.#progress, word, taken, run) !== taken) continue;
      board.attempt(compute);
      Atomics.store(this.#progress, word + 1, run);
      this.advance();
      return true;
    }
    return false;
  }

  /** @returns whether another part was done meanwhile */
  #spin(seen: number, milliseconds: number): boolean {
    for (const end = performance.now() + milliseconds; performance.now() < end;) {
      for (let k = 0; k < 16; k += 1) if (Atomics.load(this.#progress, finishedWord) !== seen) return true;
    }
    return false;
  }
}

function open(library: Library, call: SessionCall | KernelCall, kernels: WebAssembly.Exports): () => number {
  if ('kernel' in call) return kernels[call.kernel] as KernelFunction;
  return () => {
    runSession(library, call);
    return 0;
  };
}

/** What a lane that is woken shall do: help with the program of this number, or one of these. */
export const jobs = { load: -1, end: -2 } as const;

const bytesPerMessage = 4096;
const [failedWord, nonFiniteWord, flushWord, messageWord] = [0, 1, 2, 3];
/** Lanes' words are apart by a cache line. */
const [firstLaneWord, wordsPerLane] = [16, 16];
const turnOf = (lane: number): number => firstLaneWord + lane * wordsPerLane;
const [jobOffset, loadedOffset] = [1, 2];

/** Memory through which an engine's lanes are woken and say what went wrong. */
export class Board {
  readonly memory: SharedArrayBuffer;
  readonly #words: Int32Array;
  readonly #message: Uint8Array;

  /** @param memory of another thread's board; else new, for so many lanes */
  constructor(lanes: number, memory: SharedArrayBuffer | null = null) {
    const words = firstLaneWord + lanes * wordsPerLane;
    this.memory = memory ?? new SharedArrayBuffer(4 * words + bytesPerMessage);
    this.#words = new Int32Array(this.memory, 0, words);
    this.#message = new Uint8Array(this.memory, 4 * words);
  }

  /** Before a run. */
  clear(isFlushing: boolean): void {
    for (const word of [failedWord, nonFiniteWord]) Atomics.store(this.#words, word, 0);
    Atomics.store(this.#words, flushWord, isFlushing ? 1 : 0);
  }

  get isFlushing(): boolean {
    return Atomics.load(this.#words, flushWord) === 1;
  }

  get isNonFinite(): boolean {
    return Atomics.load(this.#words, nonFiniteWord) === 1;
  }

  /** The first error of any lane since the board was cleared. */
  get failure(): string | null {
    if (Atomics.load(this.#words, failedWord) === 0) return null;
    return new TextDecoder().decode(this.#message.slice(0, Atomics.load(this.#words, messageWord)));
  }

  /** Runs a part unless one has failed. */
  attempt(run: () => number): void {
    if (Atomics.load(this.#words, failedWord) !== 0) return;
    try {
      if (run() !== 0) Atomics.store(this.#words, nonFiniteWord, 1);
    } catch (error) {
      this.#fail(error instanceof Error ? error.message : String(error));
    }
  }

  #fail(message: string): void {
    if (Atomics.compareExchange(this.#words, failedWord, 0, 1) !== 0) return;
    const bytes = new TextEncoder().encode(message).subarray(0, bytesPerMessage);
    this.#message.set(bytes);
    Atomics.store(this.#words, messageWord, bytes.length);
  }

  wake(lane: number, job: number): void {
    Atomics.store(this.#words, turnOf(lane) + jobOffset, job);
    Atomics.add(this.#words, turnOf(lane), 1);
    Atomics.notify(this.#words, turnOf(lane));
  }

  /** How often the lane has been woken. */
  turn(lane: number): number {
    return Atomics.load(this.#words, turnOf(lane));
  }

  job(lane: number): number {
    return Atomics.load(this.#words, turnOf(lane) + jobOffset);
  }

  /** Sleeps until the lane is woken again. */
  sleep(lane: number, turn: number): void {
    while (this.turn(lane) === turn) Atomics.wait(this.#words, turnOf(lane), turn);
  }

  /** A lane has loaded a program, or failed to. */
  addLoaded(lane: number): void {
    Atomics.add(this.#words, turnOf(lane) + loadedOffset, 1);
  }

  loaded(lane: number): number {
    return Atomics.load(this.#words, turnOf(lane) + loadedOffset);
  }
}
