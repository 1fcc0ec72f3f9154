// What a run is asked for while its trainer still starts, before there is an attempt: the devices are timed, a prior is
// fitted, programs are compiled. Nothing has been trained since the newest checkpoint, so that there is nothing to write:
// requests for a checkpoint are left to the session.
import { setTimeout as delay } from 'node:timers/promises';
import type { Store } from '../store/store.ts';
import { type Attend, StoppedError } from './attention.ts';
import { pollInterval, type Request, type Requests } from './requests.ts';
import { untilStored } from './storage-trouble.ts';
import { Turns } from './turns.ts';

export interface StartingOptions {
  store: Store;
  run: string;
  requests: Requests;
  log: (line: string) => void;
}

export class Starting {
  readonly #options: StartingOptions;
  readonly #turns = new Turns();

  constructor(options: StartingOptions) {
    this.#options = options;
  }

  readonly attend: Attend = async () => {
    await this.#turns.take();
    const request = this.#options.requests.next('checkpoint');
    if (request !== null && (await this.#obey(request, false))) await this.#rest();
  };

  /** Ends a run that was stopped before its attempt began: everything stored is as it was. */
  async stop({ request }: StoppedError): Promise<'stopped'> {
    const { store, run } = this.#options;
    const { environmentSteps: step } = store.runs.summary(run);
    await this.#store(() => {
      const attempt = store.attempts.list(run).at(-1)?.attempt ?? 0;
      const message = `Stopped by ${request.requester} while it started; nothing was trained.`;
      store.events.append(run, attempt, { step, kind: 'stopped', message, requester: request.requester });
      for (const { id } of store.commands.pending(run)) store.commands.done(id, step);
      store.runs.setState(run, 'stopped', null);
    });
    return 'stopped';
  }

  /** Until it may go on. */
  async #rest(): Promise<void> {
    for (let isPaused = true; isPaused;) {
      const next = this.#options.requests.next('checkpoint');
      if (next === null) await delay(pollInterval);
      else isPaused = await this.#obey(next, true);
    }
  }

  /** Gives whether the start rests afterwards. @throws StoppedError */
  async #obey(request: Request, isPaused: boolean): Promise<boolean> {
    const { store, run, log } = this.#options;
    const { action, requester } = request;
    log(`${action} (${requester}) while it starts`);
    // Answered with the end of the run.
    if (action === 'stop') throw new StoppedError(request);
    const rests = action === 'pause';
    await this.#store(() => {
      if (rests !== isPaused)
        store.runs.setState(run, rests ? 'paused' : 'running', rests ? `paused by ${requester} while it starts` : 'starting');
      request.done(store.runs.summary(run).environmentSteps);
    });
    return rests;
  }

  async #store(change: () => void): Promise<void> {
    const { store, log, requests } = this.#options;
    await untilStored('A request', () => store.transaction(change), {
      waiting: log,
      recovered: log,
      isAbandoned: () => requests.isSignalled,
    });
  }
}
