// The state of the Runs place, kept while other places are in view: filter, order, active row, selection.
import type { RunSummary } from '../../../src-main/contract/runs.ts';
import type { AppState } from '../../app-state.svelte.ts';
import { colourGroups, groupOf, parseFilter, rangeOfRows, sortRuns, type ColumnId, type Sorting } from './run-table.ts';

export class RunsView {
  filter = $state('');
  sorting = $state.raw<Sorting>({ column: 'started', descending: true });
  /** The row that the keyboard is at and the panel shows. */
  active = $state<string | null>(null);
  /** Where a selection with Shift began. */
  private anchor: string | null = null;
  private readonly app: AppState;

  private readonly colours = $derived.by(() => colourGroups(this.app.runs.values()));
  readonly groupCount = $derived.by(() => this.colours.size);
  readonly rows = $derived.by(() => {
    const matches = parseFilter(this.filter);
    return sortRuns([...this.app.runs.values()].filter(matches), this.sorting);
  });
  readonly activeRun = $derived.by(() => (this.active === null ? undefined : this.app.runs.get(this.active)));
  readonly selected = $derived.by(() => this.rows.filter((run) => this.app.selection.has(run.id)));

  constructor(app: AppState) {
    this.app = app;
  }

  colour(run: RunSummary): string {
    return this.colours.get(groupOf(run)) ?? 'var(--s1)';
  }

  /** What a command acts on: the selection, else the active run. */
  targets(): RunSummary[] {
    if (this.selected.length > 0) return this.selected;
    return this.activeRun === undefined ? [] : [this.activeRun];
  }

  sortBy(column: ColumnId): void {
    const wasThis = this.sorting.column === column;
    const startsDescending = column !== 'name' && column !== 'task' && column !== 'agent' && column !== 'state';
    this.sorting = { column, descending: wasThis ? !this.sorting.descending : startsDescending };
  }

  select(id: string, how: 'only' | 'toggle' | 'extend'): void {
    this.active = id;
    if (how === 'extend') {
      this.app.selection = new Set(rangeOfRows(this.rows, this.anchor, id));
      return;
    }
    this.anchor = id;
    if (how === 'only') {
      this.app.selection = new Set([id]);
    } else {
      const next = new Set(this.app.selection);
      if (!next.delete(id)) next.add(id);
      this.app.selection = next;
    }
  }

  selectAll(): void {
    this.app.selection = new Set(this.rows.map((run) => run.id));
  }

  /** Moves the active row; the selection follows, or grows with `extend`. */
  move(by: number, extend: boolean): void {
    const { rows } = this;
    if (rows.length === 0) return;
    const at = rows.findIndex((run) => run.id === this.active);
    const from = at < 0 && by > 0 ? -1 : Math.max(0, at);
    const next = rows[Math.min(rows.length - 1, Math.max(0, from + by))];
    if (next !== undefined) this.select(next.id, extend ? 'extend' : 'only');
  }

  /** After a deletion the row that took the place of the active one becomes active; nothing is selected that nobody chose. */
  activateNear(previousIndex: number): void {
    if (this.activeRun !== undefined) return;
    const next = this.rows[Math.min(previousIndex, this.rows.length - 1)];
    this.active = next?.id ?? null;
    this.anchor = this.active;
  }
}

const views = new WeakMap<AppState, RunsView>();

/** The one view of this window. */
export function runsViewOf(app: AppState): RunsView {
  let view = views.get(app);
  if (view === undefined) {
    // A root of its own: derived values made within a component would go stale when the place is left.
    $effect.root(() => void views.set(app, new RunsView(app)));
    view = views.get(app) as RunsView;
  }
  return view;
}
