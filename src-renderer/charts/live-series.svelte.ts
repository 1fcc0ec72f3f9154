// The metric series of one run, kept fresh while it trains: asks again when the run gained data, never more
// than once a second and never twice at once, with about as many points as the chart has pixels.
import type { MetricSeries } from '../../src-main/contract/series.ts';
import type { AppState } from '../app-state.svelte.ts';

const refreshMilliseconds = 1000;

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

  private readonly app: AppState;
  private readonly run: string;
  private readonly metrics: string[];
  private options: Required<LiveSeriesOptions>;
  private readonly unsubscribe: () => void;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private askedAt = -Infinity;
  private isAsking = false;
  private isStale = true;
  private isDisposed = false;
  /** The newest step that is known of. */
  private newestStep: number;

  /** Make it in an `$effect` and dispose it in the effect's end. */
  constructor(app: AppState, run: string, metrics: readonly string[], options: LiveSeriesOptions = {}) {
    this.app = app;
    this.run = run;
    this.metrics = [...metrics];
    this.options = { maxPoints: 1200, includeSuperseded: false, lastSteps: null, ...options };
    this.newestStep = app.runs.get(run)?.environmentSteps ?? 0;
    const endData = app.onRunData(run, ({ environmentSteps }) => {
      this.newestStep = environmentSteps;
      this.refresh();
    });
    const endState = app.workstation.state.subscribe((state) => {
      // After a lost connection, events may have been missed.
      if (state.kind === 'connected') this.refresh();
    });
    this.unsubscribe = () => {
      endData();
      endState();
    };
  }

  get(metric: string): MetricSeries | undefined {
    return this.series.get(metric);
  }

  /** Zooms: asks for the part in full detail at once. */
  setRange(range: readonly [number, number] | null): void {
    this.range = range;
    this.askedAt = -Infinity;
    this.refresh();
  }

  /** Asks at once for the rows that a resume has superseded, or lets go of them. */
  includeSuperseded(include: boolean): void {
    if (this.options.includeSuperseded === include) return;
    this.options = { ...this.options, includeSuperseded: include };
    this.askedAt = -Infinity;
    this.refresh();
  }

  refresh(): void {
    this.isStale = true;
    if (this.isAsking || this.isDisposed) return;
    const wait = this.askedAt + refreshMilliseconds - performance.now();
    if (wait <= 0) void this.ask();
    else this.timer ??= setTimeout(() => void this.ask(), wait);
  }

  dispose(): void {
    this.isDisposed = true;
    if (this.timer !== null) clearTimeout(this.timer);
    this.unsubscribe();
  }

  private async ask(): Promise<void> {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    this.isAsking = true;
    this.isStale = false;
    this.askedAt = performance.now();
    const { range, newestStep } = this;
    const { lastSteps } = this.options;
    try {
      const answer = await this.app.call('metrics.query', {
        run: this.run,
        metrics: this.metrics,
        fromStep: range?.[0] ?? (lastSteps === null ? null : Math.max(0, newestStep - lastSteps)),
        toStep: range?.[1] ?? null,
        maxPoints: this.options.maxPoints,
        includeSuperseded: this.options.includeSuperseded,
      });
      if (this.isDisposed) return;
      this.series = new Map(answer.series.map((one) => [one.metric, one]));
      this.superseded = answer.superseded;
      this.error = null;
    } catch (error) {
      this.error = error instanceof Error ? error.message : String(error);
    } finally {
      this.isAsking = false;
      this.isLoaded = true;
    }
    if (this.isStale) this.refresh();
  }
}
