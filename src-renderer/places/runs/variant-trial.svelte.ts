// An evaluation of a stored policy that a person has asked for: begun, watched until it ends, cancelled where nobody waits for
// it any more. A lost connection does not end it: the workstation goes on, and is asked again.
import { type RequestOf, WorkstationError } from '../../../src-main/contract/requests.ts';
import type { TrialProgress, TrialStart } from '../../../src-main/contract/trials.ts';
import type { AppState } from '../../app-state.svelte.ts';
import { messageOf, Refresher } from '../../refresher.ts';

const watchMs = 250;

/** One that goes on or has ended, and what it was asked for. */
export interface ShownTrial extends TrialStart, TrialProgress {
  /** The variant. */
  words: string;
  seed: number;
}

export class VariantTrial {
  trial = $state.raw<ShownTrial | null>(null);
  /** What was refused of a field. */
  refused = $state.raw<Readonly<Record<string, string>>>({});
  /** What went wrong else; while a trial goes on, it is watched again by itself. */
  problem = $state.raw<string | null>(null);
  readonly isRunning = $derived.by(() => this.trial?.state === 'running');

  private readonly app: AppState;
  /** Has a field of that name, where its refusal can be shown? */
  private readonly isShown: (field: string) => boolean;
  /** Counts what was begun or given up: an answer to an earlier one is of no interest. */
  private turn = 0;
  private watching: Refresher<TrialProgress> | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(app: AppState, isShown: (field: string) => boolean) {
    this.app = app;
    this.isShown = isShown;
  }

  async start(request: RequestOf<'trials.start'>, words: string): Promise<void> {
    this.leave();
    const { turn } = this;
    [this.problem, this.refused, this.trial] = [null, {}, null];
    try {
      const started = await this.app.call('trials.start', request);
      if (turn !== this.turn) {
        await this.app.call('trials.cancel', { trial: started.trial });
        return;
      }
      const { episodes, seed } = request;
      this.trial = { ...started, state: 'running', episodesFinished: 0, episodes, result: null, error: null, words, seed };
      this.watch(started.trial);
    } catch (error) {
      if (turn !== this.turn) return;
      const field = error instanceof WorkstationError ? error.field : null;
      if (field !== null && this.isShown(field)) this.refused = { [field]: messageOf(error) };
      else this.problem = messageOf(error);
    }
  }

  /** Asks the workstation to end it; what it then is, it says. */
  async cancel(): Promise<void> {
    const { trial } = this;
    if (trial?.state === 'running') await this.app.tryCall('trials.cancel', { trial: trial.trial });
  }

  /** Nobody waits for it any more. */
  async giveUp(): Promise<void> {
    const ending = this.cancel();
    this.leave();
    [this.problem, this.refused, this.trial] = [null, {}, null];
    await ending;
  }

  private leave(): void {
    this.turn += 1;
    this.watching?.dispose();
    this.watching = null;
    clearTimeout(this.timer);
  }

  private watch(id: string): void {
    const watching = new Refresher<TrialProgress>({
      ask: () => this.app.call('trials.get', { trial: id }),
      take: (progress) => {
        this.problem = null;
        if (this.trial !== null) this.trial = { ...this.trial, ...progress };
        if (progress.state === 'running') this.timer = setTimeout(() => watching.refresh(), watchMs);
      },
      fail: (error) => {
        this.problem = messageOf(error);
        // A workstation that has begun anew knows nothing of it.
        if (error instanceof WorkstationError && error.code === 'not-found') this.trial = null;
      },
    });
    this.watching = watching;
    watching.refresh();
  }
}
