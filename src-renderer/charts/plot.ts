// One uPlot instance behind a chart: builds it, feeds it at most ten times a second, draws marks and playhead.
import uPlot from 'uplot';
import { formatAxis } from '../format.ts';
import { changeOf, type PlotState } from './changes.ts';
import { alignColumns, indexAt, type Columns } from './columns.ts';
import { drawMarks, type ChartMark } from './marks.ts';
import { isRound, paddedRange } from './ranges.ts';

export type { ChartMark };

export interface PlotOptions {
  sync: string | undefined;
  onCursor: (cursor: { x: number; values: (number | null)[] } | null) => void;
  onRange: (range: [number, number] | null) => void;
  /** Given, a press or drag seeks instead of zooming. */
  onSeek: ((x: number) => void) | null;
  onHidden: (hidden: { nonPositive: number; notFinite: number }) => void;
  formatX: (x: number) => string;
}

const redrawMilliseconds = 100;
const mostMarked = 40;
const axisFont = '10.5px Inter, system-ui, "Segoe UI", sans-serif';

export class Plot {
  private plot: uPlot | null = null;
  private columns: Columns | null = null;
  private state: PlotState | null = null;
  private shape = '';
  private drawnAt = 0;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private readonly host: HTMLElement;
  private readonly options: PlotOptions;
  private readonly sizes: ResizeObserver;
  private readonly themes: MutationObserver;
  private colours = new Map<string, string>();

  constructor(host: HTMLElement, options: PlotOptions) {
    this.host = host;
    this.options = options;
    this.sizes = new ResizeObserver(() => this.resize());
    this.sizes.observe(host);
    this.themes = new MutationObserver(() => {
      this.colours.clear();
      this.plot?.redraw(false, true);
    });
    this.themes.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
  }

  /** Takes the newest state; it is drawn at once, or within a tenth of a second where one was just drawn. */
  update(state: PlotState): void {
    const before = this.state;
    this.state = state;
    const change = before === null || this.plot === null ? 'data' : changeOf(before, state);
    // Playhead, marks and zoom are cheap and must feel immediate.
    if (change === 'span') this.applyRange();
    else if (change === 'lines') this.plot?.redraw(false, false);
    if (change !== 'data') return;
    const wait = this.drawnAt + redrawMilliseconds - performance.now();
    if (wait <= 0) this.draw();
    else this.timer ??= setTimeout(() => this.draw(), wait);
  }

  /** Arrow keys move the crosshair, Escape removes it. */
  key(event: KeyboardEvent): void {
    const plot = this.plot;
    const xs = this.columns?.data[0] as number[] | undefined;
    if (plot === null || xs === undefined || xs.length === 0) return;
    const stride = event.shiftKey ? 10 : 1;
    const last = xs.length - 1;
    const present = plot.cursor.idx ?? last;
    const next =
      event.key === 'ArrowLeft'
        ? present - stride
        : event.key === 'ArrowRight'
          ? present + stride
          : event.key === 'Home'
            ? 0
            : event.key === 'End'
              ? last
              : null;
    if (event.key === 'Escape') this.clearCursor();
    if (next === null) return;
    event.preventDefault();
    const x = xs[Math.min(last, Math.max(0, next))] as number;
    if (this.options.onSeek) this.options.onSeek(x);
    plot.setCursor({ left: plot.valToPos(x, 'x'), top: 10 });
  }

  clearCursor(): void {
    this.plot?.setCursor({ left: -10, top: -10 });
  }

  dispose(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.sizes.disconnect();
    this.themes.disconnect();
    this.plot?.destroy();
    this.plot = null;
  }

  private draw(): void {
    this.timer = null;
    this.drawnAt = performance.now();
    const state = this.state;
    if (state === null) return;
    const columns = alignColumns(state.series, state.log);
    this.columns = columns;
    this.options.onHidden({ nonPositive: columns.nonPositive, notFinite: columns.notFinite });
    const shape = JSON.stringify([
      state.log,
      state.yExtent,
      state.series.map((s) => [s.label, s.kind, s.colour, s.width, s.dash, s.opacity, s.min !== undefined]),
    ]);
    if (this.plot === null || shape !== this.shape) {
      this.plot?.destroy();
      this.shape = shape;
      this.plot = new uPlot(this.describe(state, columns), columns.data as uPlot.AlignedData, this.host);
    } else {
      this.plot.batch(() => {
        this.plot?.setData(columns.data as uPlot.AlignedData, false);
        this.applyRange();
      });
    }
  }

  private applyRange(): void {
    const [min, max] = this.xLimits();
    this.plot?.setScale('x', { min, max });
  }

  private xLimits(): [number, number] {
    const state = this.state;
    const xs = (this.columns?.data[0] ?? []) as number[];
    const [low, high] = state?.range ?? state?.xExtent ?? [xs[0] ?? 0, xs.at(-1) ?? 1];
    return high > low ? [low, high] : [low, low + 1];
  }

  private describe(state: PlotState, columns: Columns): uPlot.Options {
    const series: uPlot.Series[] = [{}];
    const bands: uPlot.Band[] = [];
    state.series.forEach((one, i) => {
      const plan = columns.plans[i];
      if (plan === undefined) return;
      const stroke = (): string => this.colour(one.colour, one.opacity ?? 1);
      if (plan.min >= 0) {
        const edge = { stroke: 'transparent', width: 0, points: { show: false } };
        series[plan.min] = edge;
        series[plan.max] = edge;
        bands.push({ series: [plan.max, plan.min], fill: () => this.colour(one.colour, 0.2 * (one.opacity ?? 1)) });
      }
      if (plan.mean >= 0) {
        series[plan.mean] =
          one.kind === 'points'
            ? { stroke, width: 0, paths: () => null, points: { show: true, size: 5, fill: stroke, width: 0 } }
            : {
                stroke,
                width: one.width ?? 1.6,
                ...(one.dash ? { dash: [...one.dash] } : {}),
                points: { show: (_plot: uPlot, index: number) => this.isSparse(index), size: 5, fill: stroke, width: 0 },
              };
      }
    });
    const grid = { stroke: () => this.colour('var(--line)', 1), width: 1 };
    const axis = { stroke: () => this.colour('var(--faint)', 1), font: axisFont, grid, ticks: { show: false } };
    const isTrack = this.options.onSeek !== null;
    return {
      ...this.size(),
      series,
      bands,
      padding: [10, 16, 0, 0],
      legend: { show: false },
      scales: {
        x: { time: false, auto: false, range: () => this.xLimits() },
        y: state.log
          ? { distr: 3 }
          : { range: (_plot, min, max) => (state.yExtent === null ? paddedRange(min, max) : paddedRange(...state.yExtent)) },
      },
      axes: [
        // Tracks stand one under another: the scrubber says where they are.
        {
          ...axis,
          show: !isTrack,
          size: 22,
          gap: 4,
          space: (plot) => Math.max(64, plot.width / 9),
          values: (_plot, ticks) => ticks.map(this.options.formatX),
          grid: { show: false },
        },
        // On a logarithmic axis a line at every tenth would be a grey block.
        {
          ...axis,
          ...(state.log ? { grid: { ...grid, filter: (_plot, ticks) => ticks.map((tick) => (isRound(tick) ? tick : null)) } } : {}),
          size: 46,
          gap: 6,
          space: (plot) => Math.max(30, plot.height / 9),
          values: (_plot, ticks) => ticks.map((tick) => (tick === null ? '' : formatAxis(tick))),
        },
      ],
      cursor: {
        ...(this.options.sync === undefined ? {} : { sync: { key: this.options.sync, setSeries: false } }),
        drag: { x: !isTrack, y: false, setScale: false, dist: 4 },
        points: { size: 7, show: state.series.length <= 12 },
        y: false,
      },
      hooks: {
        setCursor: [(plot) => this.reportCursor(plot)],
        setSelect: [(plot) => this.reportSelection(plot)],
        draw: [(plot) => drawMarks(plot, this.state?.marks ?? [], this.state?.playhead ?? null, axisFont, (css) => this.colour(css, 1))],
        ready: [(plot) => this.listen(plot)],
      },
    };
  }

  /** Few points are marked, so that a line between two evaluations is not taken for more. */
  private isSparse(column: number): boolean {
    const at = this.columns?.plans.findIndex((plan) => plan.mean === column) ?? -1;
    return (this.state?.series[at]?.x.length ?? 0) <= mostMarked;
  }

  private listen(plot: uPlot): void {
    plot.over.addEventListener('dblclick', () => this.options.onRange(null));
    const seek = this.options.onSeek;
    if (seek === null) return;
    const toX = (event: PointerEvent): void => {
      const [low, high] = this.xLimits();
      seek(Math.min(high, Math.max(low, plot.posToVal(event.clientX - plot.over.getBoundingClientRect().left, 'x'))));
    };
    plot.over.addEventListener('pointerdown', (event) => {
      if (event.button !== 0) return;
      plot.over.setPointerCapture(event.pointerId);
      toX(event);
    });
    plot.over.addEventListener('pointermove', (event) => {
      if (plot.over.hasPointerCapture(event.pointerId)) toX(event);
    });
  }

  private reportCursor(plot: uPlot): void {
    const { left, idx } = plot.cursor;
    const xs = this.columns?.data[0] as number[] | undefined;
    if (left === undefined || left < 0 || idx === null || idx === undefined || xs === undefined || this.state === null) {
      this.options.onCursor(null);
      return;
    }
    const x = xs[idx] ?? 0;
    // The newest value at or before the crosshair: series need not have an entry at this very step.
    const values = this.state.series.map((one) => {
      const at = indexAt(one.x, x);
      return at < 0 ? null : (one.y[at] ?? null);
    });
    this.options.onCursor({ x, values });
  }

  private reportSelection(plot: uPlot): void {
    const { left, width } = plot.select;
    if (width < 4) return;
    const low = plot.posToVal(left, 'x');
    const high = plot.posToVal(left + width, 'x');
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    if (high > low) this.options.onRange([low, high]);
  }

  private size(): { width: number; height: number } {
    return { width: Math.max(40, this.host.clientWidth), height: Math.max(30, this.host.clientHeight) };
  }

  private resize(): void {
    const { width, height } = this.size();
    if (this.plot !== null && (this.plot.width !== width || this.plot.height !== height)) this.plot.setSize({ width, height });
  }

  /** A CSS colour as the canvas understands it, with an opacity. */
  private colour(css: string, opacity: number): string {
    const key = `${css} ${opacity}`;
    let found = this.colours.get(key);
    if (found === undefined) {
      const name = /^var\((--[\w-]+)\)$/.exec(css)?.[1];
      const plain = name === undefined ? css : getComputedStyle(this.host).getPropertyValue(name).trim();
      found = opacity === 1 ? plain : `color-mix(in srgb, ${plain} ${Math.round(opacity * 100)}%, transparent)`;
      this.colours.set(key, found);
    }
    return found;
  }
}
