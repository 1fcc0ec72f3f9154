// Which actions the policy of a run now takes, asked for again while it learns, at most once in two seconds.
import type { ActionHistogram } from '../../../src-main/contract/runs.ts';
import type { AppState } from '../../app-state.svelte.ts';

const refreshMilliseconds = 2000;

export class LiveActions {
  /** null until the policy was looked at. */
  histogram = $state.raw<ActionHistogram | null>(null);
  error = $state.raw<string | null>(null);

  private readonly app: AppState;
  private readonly run: string;
  private readonly endData: () => void;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private askedAt = -Infinity;
  private isDisposed = false;

  /** Dispose it in the effect's end. */
  constructor(app: AppState, run: string) {
    this.app = app;
    this.run = run;
    this.endData = app.onRunData(run, () => this.refresh());
    this.refresh();
  }

  dispose(): void {
    this.isDisposed = true;
    if (this.timer !== null) clearTimeout(this.timer);
    this.endData();
  }

  private refresh(): void {
    if (this.isDisposed || this.timer !== null) return;
    this.timer = setTimeout(() => void this.ask(), Math.max(0, this.askedAt + refreshMilliseconds - performance.now()));
  }

  private async ask(): Promise<void> {
    this.askedAt = performance.now();
    try {
      const { histogram } = await this.app.call('runs.actions', { run: this.run });
      if (this.isDisposed) return;
      // The same picture again is no reason to draw it anew.
      if (histogram?.createdAt !== this.histogram?.createdAt) this.histogram = histogram;
      this.error = null;
    } catch (error) {
      this.error = error instanceof Error ? error.message : String(error);
    } finally {
      this.timer = null;
    }
  }
}
