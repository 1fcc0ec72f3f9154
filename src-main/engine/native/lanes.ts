// The lanes of an engine: the calling thread and workers, each with a thread of ONNX Runtime, which run the parts of a program
// side by side. Nobody spins for more than some microseconds, and between runs workers sleep: see the lab log.
import { existsSync } from 'node:fs';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import { Board, jobs, type LaneProgram, OpenProgram, type SentProgram } from './lane.ts';
import type { LaneData } from './lane-worker.ts';
import { openLibrary } from './library.ts';
import { flushesSubnormals } from './subnormals.ts';

/** A program that lanes are ready to run. */
export interface LoadedProgram {
  number: number;
  /** The calling thread's. */
  program: OpenProgram;
  /** Lanes that have parts, the calling thread's among them. */
  lanes: number;
}

/** How long the calling thread waits before it lets events of Node come, the end of a worker among them. */
const sliceMilliseconds = 20;

export class Lanes {
  readonly #most: number;
  readonly #board: Board;
  readonly #workers: { worker: Worker; port: MessagePort; exited: Promise<void> }[] = [];
  #loaded = 0;
  /** Ends when the lanes are free. */
  #busy: Promise<undefined> | null = null;
  #death: Error | null = null;
  #isEnding = false;

  /** @param most lanes of one program; workers are started when a program needs them */
  constructor(most: number) {
    this.#most = most;
    this.#board = new Board(most);
  }

  #start(lane: number): void {
    const { port1, port2 } = new MessageChannel();
    const workerData: LaneData = { lane, lanes: this.#most, board: this.#board.memory, port: port2 };
    const worker = new Worker(workerEntry(), { workerData, transferList: [port2], execArgv: [], name: `lane ${lane}` });
    worker.on('error', (error) => this.#die(error instanceof Error ? error.message : String(error)));
    const exited = new Promise<void>((resolve) =>
      worker.once('exit', (code) => {
        if (!this.#isEnding) this.#die(`it ended with code ${code}`);
        resolve();
      }),
    );
    // Idle lanes keep no process from ending.
    worker.unref();
    port1.unref();
    this.#workers.push({ worker, port: port1, exited });
  }

  #die(reason: string): void {
    this.#death ??= new Error(
      `a thread of the update failed, and the state is as before: ${reason}. Starting the run again starts new threads.`,
    );
  }

  /**
   * Starts what workers the program needs and makes it known to them.
   * @throws Error where a lane cannot open it
   */
  load(program: LaneProgram): Promise<LoadedProgram> {
    return this.#alone(() => this.#load(program));
  }

  async #load(program: LaneProgram): Promise<LoadedProgram> {
    if (this.#death !== null) throw this.#death;
    const number = this.#loaded;
    this.#loaded += 1;
    const lanes = 1 + Math.max(0, ...program.parts.map(({ lane }) => lane));
    this.#board.clear(flushesSubnormals());
    for (let lane = 1; lane < lanes; lane += 1) {
      if (this.#workers[lane - 1] === undefined) this.#start(lane);
      const before = this.#board.loaded(lane);
      this.#workers[lane - 1]?.port.postMessage({ number, program } satisfies SentProgram);
      this.#board.wake(lane, jobs.load);
      await this.#until(() => this.#board.loaded(lane) !== before);
    }
    this.#throwFailure();
    return { number, program: new OpenProgram(openLibrary(), program), lanes };
  }

  /**
   * Runs every lane's parts and returns when all are done. Other runs wait until then.
   * @param prepare called before any part that counts on the calling thread's first
   * @param conclude called when all went well, with whether everything checked was finite; its result is returned
   * @throws Error with the message of the part that failed, or of a thread that ended; the other lanes are at rest then
   */
  run<T>(program: LoadedProgram, prepare: () => void, conclude: (isFinite: boolean) => T): Promise<T> {
    return this.#alone(() => this.#run(program, prepare, conclude));
  }

  /** Without waiting for anything where one lane does it all. */
  async #run<T>({ number, program, lanes }: LoadedProgram, prepare: () => void, conclude: (isFinite: boolean) => T): Promise<T> {
    if (this.#death !== null) throw this.#death;
    this.#board.clear(flushesSubnormals());
    const first = (): number => {
      prepare();
      return 0;
    };
    if (lanes === 1) {
      this.#board.attempt(first);
      program.runAlone(this.#board);
    } else {
      const run = program.begin();
      for (let lane = 1; lane < lanes; lane += 1) this.#board.wake(lane, number);
      this.#board.attempt(first);
      program.advance();
      const isFinished = (): boolean => program.work(run, 0, this.#board, sliceMilliseconds);
      if (!isFinished()) await this.#until(isFinished);
    }
    this.#throwFailure();
    return conclude(!this.#board.isNonFinite);
  }

  /** Ends the workers. Returns when they have ended, so that what they read may be released. */
  end(): Promise<void> {
    return this.#alone(() => this.#end());
  }

  async #end(): Promise<void> {
    this.#isEnding = true;
    this.#death ??= new Error('the engine has been disposed');
    await Promise.all(
      this.#workers.splice(0).map(async ({ worker, port, exited }, i) => {
        worker.ref();
        this.#board.wake(i + 1, jobs.end);
        await exited;
        port.close();
      }),
    );
  }

  async #alone<T>(work: () => Promise<T>): Promise<T> {
    while (this.#busy !== null) await this.#busy;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.#busy = promise;
    try {
      return await work();
    } finally {
      this.#busy = null;
      resolve(undefined);
    }
  }

  /** Lets events of Node come between, the end of a worker among them. */
  async #until(isReached: () => boolean): Promise<void> {
    while (!isReached()) {
      if (this.#death !== null) {
        await Promise.all(this.#workers.map(({ worker }) => worker.terminate()));
        throw this.#death;
      }
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  #throwFailure(): void {
    const { failure } = this.#board;
    if (failure !== null) throw new Error(failure);
  }
}

/** The worker's entry: beside this file, TypeScript in a checkout and JavaScript when built. */
function workerEntry(): string {
  const entry = fileURLToPath(new URL(`lane-worker${extname(new URL(import.meta.url).pathname)}`, import.meta.url));
  const path = entry.replace(/app\.asar(?=[\\/])/, 'app.asar.unpacked');
  if (!existsSync(path)) throw new Error(`the entry of threads ${path} is missing: this copy of Elbow is not complete`);
  return path;
}
