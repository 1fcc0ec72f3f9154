// The details of one run, kept fresh: asked for again when the run gained data or changed state, at most
// once a second.
import type { ResponseOf } from '../../../src-main/contract/requests.ts';
import type { AppState } from '../../app-state.svelte.ts';
import { messageOf, Refresher } from '../../refresher.ts';

export class LiveRunDetail {
  detail = $state.raw<ResponseOf<'runs.get'> | null>(null);
  error = $state.raw<string | null>(null);

  private readonly refresher: Refresher<ResponseOf<'runs.get'>>;
  private readonly endData: () => void;

  /** Make it in an `$effect` and dispose it in the effect's end. */
  constructor(app: AppState, run: string) {
    this.refresher = new Refresher({
      ask: () => app.call('runs.get', { run }),
      take: (detail) => {
        this.detail = detail;
        this.error = null;
      },
      fail: (error) => (this.error = messageOf(error)),
      intervalMs: 1000,
    });
    this.endData = app.onRunData(run, () => this.refresh());
    this.refresh();
  }

  refresh(): void {
    this.refresher.refresh();
  }

  dispose(): void {
    this.refresher.dispose();
    this.endData();
  }
}
