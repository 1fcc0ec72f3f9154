// The details of one run, kept fresh: asked for again when the run gained data or changed state, at most
// once a second.
import type { ResponseOf } from '../../../src-main/contract/requests.ts';
import type { AppState } from '../../app-state.svelte.ts';

export class LiveRunDetail {
  detail = $state.raw<ResponseOf<'runs.get'> | null>(null);
  error = $state.raw<string | null>(null);

  private readonly app: AppState;
  private readonly run: string;
  private readonly endData: () => void;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private askedAt = -Infinity;
  /** Did something change since the details were last asked for? */
  private isStale = false;
  private isDisposed = false;

  /** Make it in an `$effect` and dispose it in the effect's end. */
  constructor(app: AppState, run: string) {
    this.app = app;
    this.run = run;
    this.endData = app.onRunData(run, () => this.refresh());
    this.refresh();
  }

  refresh(): void {
    this.isStale = true;
    if (this.isDisposed || this.timer !== null) return;
    const wait = Math.max(0, this.askedAt + 1000 - performance.now());
    this.timer = setTimeout(() => void this.ask(), wait);
  }

  dispose(): void {
    this.isDisposed = true;
    if (this.timer !== null) clearTimeout(this.timer);
    this.endData();
  }

  private async ask(): Promise<void> {
    this.askedAt = performance.now();
    this.isStale = false;
    try {
      const detail = await this.app.call('runs.get', { run: this.run });
      if (this.isDisposed) return;
      this.detail = detail;
      this.error = null;
    } catch (error) {
      this.error = error instanceof Error ? error.message : String(error);
    } finally {
      this.timer = null;
    }
    if (this.isStale) this.refresh();
  }
}
