// Which actions the policy of a run now takes, asked for again while it learns, at most once in two seconds.
import type { ResponseOf } from '../../../src-main/contract/requests.ts';
import type { ActionHistogram } from '../../../src-main/contract/runs.ts';
import type { AppState } from '../../app-state.svelte.ts';
import { messageOf, Refresher } from '../../refresher.ts';

export class LiveActions {
  /** null until the policy was looked at. */
  histogram = $state.raw<ActionHistogram | null>(null);
  error = $state.raw<string | null>(null);

  private readonly refresher: Refresher<ResponseOf<'runs.actions'>>;
  private readonly endData: () => void;

  /** Dispose it in the effect's end. */
  constructor(app: AppState, run: string) {
    this.refresher = new Refresher({
      ask: () => app.call('runs.actions', { run }),
      take: ({ histogram }) => {
        // The same picture again is no reason to draw it anew.
        if (histogram?.createdAt !== this.histogram?.createdAt) this.histogram = histogram;
        this.error = null;
      },
      fail: (error) => (this.error = messageOf(error)),
      intervalMs: 2000,
    });
    this.endData = app.onRunData(run, () => this.refresher.refresh());
    this.refresher.refresh();
  }

  dispose(): void {
    this.refresher.dispose();
    this.endData();
  }
}
