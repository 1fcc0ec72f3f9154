// The runs compared: their configurations, their groups and the live series of one metric.
import type { RunDetail, RunSummary } from '../../../src-main/contract/runs.ts';
import type { MetricSeries } from '../../../src-main/contract/series.ts';
import type { AppState } from '../../app-state.svelte.ts';
import { messageOf, Refresher } from '../../refresher.ts';
import type { ChartSeries } from '../../charts/columns.ts';
import { LiveSeries } from '../../charts/live-series.svelte.ts';
import { supersededLines } from '../train/run-series.ts';
import { configurationKey, describeGroup, parameterRows, type ParameterRow } from './differences.ts';
import { editedValues } from './edits.ts';
import { runLabels } from './run-labels.ts';

export interface ComparedGroup {
  key: string;
  label: string;
  colour: string;
  /** Beyond seven groups colours repeat, and the dash tells them apart. */
  dash: readonly number[] | undefined;
  runs: RunDetail[];
}

const dashes = [undefined, [6, 3], [2, 3], [8, 3, 2, 3]] as const;
/** With more runs than this, ranges would cover one another. */
const mostBands = 8;

export class Comparison {
  details = $state.raw<readonly RunDetail[]>([]);
  /** Runs that could not be read, with the reason. */
  failures = $state.raw<readonly string[]>([]);
  isLoaded = $state(false);
  range = $state.raw<readonly [number, number] | null>(null);
  /** Are curves that a resume has superseded drawn too? */
  showsSuperseded = $state(false);
  private live = $state.raw<ReadonlyMap<string, LiveSeries>>(new Map());
  private readonly app: AppState;

  readonly groups = $derived.by(() => this.makeGroups());
  /** Settings, a column a group. */
  readonly rows = $derived.by((): ParameterRow[] =>
    parameterRows(
      this.groups.flatMap((group) => group.runs[0]?.configuration ?? []),
      this.editedNames,
    ),
  );
  readonly labels = $derived.by(() => runLabels(this.details));
  readonly hasSuperseded = $derived.by(() => this.details.some((run) => run.attempts.some((one) => one.supersededAfter !== null)));
  /** Metrics that some of the runs have points of. */
  readonly recorded = $derived.by(() => new Set(this.details.flatMap((run) => run.metrics)));
  private readonly editedNames = $derived.by(() => new Set(this.details.flatMap((run) => [...editedValues(run).keys()])));

  constructor(app: AppState) {
    this.app = app;
  }

  /** Reads the runs, and again those that could not be read once the connection is there again; the function returned ends it. */
  load(runs: readonly string[]): () => void {
    const read = new Map<string, RunDetail>();
    const refresher = new Refresher({
      ask: () => Promise.allSettled(runs.filter((run) => !read.has(run)).map((run) => this.app.call('runs.get', { run }))),
      take: (answers) => {
        for (const answer of answers) if (answer.status === 'fulfilled') read.set(answer.value.id, answer.value);
        if (answers.length > 0) this.details = runs.flatMap((run) => read.get(run) ?? []);
        this.failures = answers.flatMap((answer) => (answer.status === 'rejected' ? [messageOf(answer.reason)] : []));
        this.isLoaded = true;
      },
      fail: (error) => (this.failures = [messageOf(error)]),
    });
    const endConnection = this.app.onConnected(() => {
      if (this.failures.length > 0) refresher.renew();
    });
    refresher.renew();
    return () => {
      refresher.dispose();
      endConnection();
    };
  }

  /** Follows a metric of every run; the function returned ends it. */
  follow(metric: string): () => void {
    const made = new Map(
      this.details.map((run) => [
        run.id,
        new LiveSeries(this.app, run.id, [metric], { maxPoints: 1200, includeSuperseded: this.showsSuperseded }),
      ]),
    );
    for (const one of made.values()) if (this.range !== null) one.setRange(this.range);
    this.live = made;
    return () => {
      for (const one of made.values()) one.dispose();
    };
  }

  zoom(range: readonly [number, number] | null): void {
    this.range = range;
    for (const one of this.live.values()) one.setRange(range);
  }

  toggleSuperseded(): void {
    this.showsSuperseded = !this.showsSuperseded;
    for (const one of this.live.values()) one.includeSuperseded(this.showsSuperseded);
  }

  curves(metric: string): { run: RunSummary; group: ComparedGroup; series: MetricSeries }[] {
    return this.groups.flatMap((group) =>
      group.runs.flatMap((run) => {
        const series = this.live.get(run.id)?.get(metric);
        return series === undefined || series.step.length === 0 ? [] : [{ run, group, series }];
      }),
    );
  }

  private labelOf(run: RunSummary): string {
    return `${this.labels.get(run.id) ?? run.name}${run.isEdited ? ' ✎' : ''}`;
  }

  /** The curves with, below them and faint, what a resume has superseded. */
  chartSeries(metric: string): ChartSeries[] {
    const superseded = this.groups.flatMap((group) =>
      group.runs.flatMap((run) => supersededLines(this.live.get(run.id)?.superseded ?? [], metric, this.labelOf(run), group.colour)),
    );
    return [...superseded, ...this.valid(metric)];
  }

  private valid(metric: string): ChartSeries[] {
    const curves = this.curves(metric);
    const withBands = curves.length <= mostBands;
    return curves.map(({ run, group, series }) => ({
      label: this.labelOf(run),
      x: series.step,
      y: series.mean,
      ...(series.isReduced && withBands ? { min: series.min, max: series.max } : {}),
      colour: group.colour,
      kind: 'line',
      width: 1.5,
      ...(group.dash === undefined ? {} : { dash: group.dash }),
      opacity: 0.9,
    }));
  }

  private makeGroups(): ComparedGroup[] {
    const byKey = new Map<string, RunDetail[]>();
    for (const run of [...this.details].sort((a, b) => a.ordinal - b.ordinal)) {
      const key = configurationKey(run.configuration);
      byKey.set(key, [...(byKey.get(key) ?? []), run]);
    }
    const rows = parameterRows([...byKey.values()].flatMap((runs) => runs[0]?.configuration ?? []));
    return [...byKey].map(([key, runs], i) => ({
      key,
      label: describeGroup(rows, i) || (runs[0]?.name ?? ''),
      colour: `var(--s${(i % 7) + 1})`,
      dash: dashes[Math.floor(i / 7) % dashes.length],
      runs: [...runs].sort((a, b) => a.seed - b.seed),
    }));
  }
}
