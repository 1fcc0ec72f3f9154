// The metric series of one run, kept fresh while it trains: asks again when the run gained data, never more
// than once a second and never twice at once, with about as many points as the chart has pixels.
import type { RequestOf, ResponseOf } from '../../src-main/contract/requests.ts';
import type { MetricSeries } from '../../src-main/contract/series.ts';
import type { AppState } from '../app-state.svelte.ts';
import { messageOf, Refresher } from '../refresher.ts';

export interface LiveSeriesOptions {
  /** Entries a series; about the chart's width in pixels. */
  maxPoints?: number;
  /** Also the rows that a resume has superseded, as `superseded`. */
  includeSuperseded?: boolean;
  /** Only the newest that many environment steps; null is all. */
  lastSteps?: number | null;
}

export class LiveSeries {
  /** By metric name; a metric without points is absent or empty. */
  series = $state.raw<ReadonlyMap<string, MetricSeries>>(new Map());
  superseded = $state.raw<readonly (MetricSeries & { attempt: number })[]>([]);
  /** Has the first answer come? */
  isLoaded = $state(false);
  error = $state.raw<string | null>(null);
  /** The steps asked for; null is all. */
  range = $state.raw<readonly [number, number] | null>(null);

  private readonly run: string;
  private readonly metrics: string[];
  private options: Required<LiveSeriesOptions>;
  private readonly refresher: Refresher<ResponseOf<'metrics.query'>>;
  private readonly endData: () => void;
  /** The newest step that is known of. */
  private newestStep: number;

  /** Make it in an `$effect` and dispose it in the effect's end. */
  constructor(app: AppState, run: string, metrics: readonly string[], options: LiveSeriesOptions = {}) {
    this.run = run;
    this.metrics = [...metrics];
    this.options = { maxPoints: 1200, includeSuperseded: false, lastSteps: null, ...options };
    this.newestStep = app.runs.get(run)?.environmentSteps ?? 0;
    this.refresher = new Refresher({
      ask: () => app.call('metrics.query', this.request()),
      take: ({ series, superseded }) => {
        this.series = new Map(series.map((one) => [one.metric, one]));
        this.superseded = superseded;
        this.error = null;
        this.isLoaded = true;
      },
      fail: (error) => {
        this.error = messageOf(error);
        this.isLoaded = true;
      },
      intervalMs: 1000,
    });
    this.endData = app.onRunData(run, (change) => {
      if (change !== null) this.newestStep = change.environmentSteps;
      this.refresh();
    });
    this.refresh();
  }

  get(metric: string): MetricSeries | undefined {
    return this.series.get(metric);
  }

  /** Zooms: asks for the part in full detail at once. */
  setRange(range: readonly [number, number] | null): void {
    this.range = range;
    this.refresher.renew();
  }

  /** Asks at once for the rows that a resume has superseded, or lets go of them. */
  includeSuperseded(include: boolean): void {
    if (this.options.includeSuperseded === include) return;
    this.options = { ...this.options, includeSuperseded: include };
    this.refresher.renew();
  }

  refresh(): void {
    this.refresher.refresh();
  }

  dispose(): void {
    this.refresher.dispose();
    this.endData();
  }

  private request(): RequestOf<'metrics.query'> {
    const { range, newestStep } = this;
    const { lastSteps, maxPoints, includeSuperseded } = this.options;
    return {
      run: this.run,
      metrics: this.metrics,
      fromStep: range?.[0] ?? (lastSteps === null ? null : Math.max(0, newestStep - lastSteps)),
      toStep: range?.[1] ?? null,
      maxPoints,
      includeSuperseded,
    };
  }
}
