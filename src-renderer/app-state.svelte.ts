// What all places share: the workstation, the runs kept live, the route, theme, selection, commands, toasts.
import type { RunSummary, QueueEntry } from '../src-main/contract/runs.ts';
import type { RequestName, RequestOf, ResponseOf, SystemDescription, WorkstationEvent } from '../src-main/contract/requests.ts';
import type { Connection, ConnectionState } from './api/connection.ts';
import { CommandRegistry } from './commands.ts';
import { History, type Action } from './history.ts';
import { messageOf, Refresher } from './refresher.ts';
import { formatRoute, parseRoute, type Route } from './route.ts';
import { Versioned } from './versioned.ts';

export type ThemeChoice = 'system' | 'light' | 'dark';
export type MachineLoad = Extract<WorkstationEvent, { kind: 'machine' }>;
export type RunDataChange = Extract<WorkstationEvent, { kind: 'run-data-changed' }>['runs'][number];

export interface Toast {
  id: number;
  kind: 'info' | 'error';
  message: string;
  action: { title: string; run: () => void } | null;
  /** What its button takes back; the message goes when that is taken back otherwise. */
  undoes: Action | null;
}

const themeKey = 'elbow.theme';

export class AppState {
  readonly workstation: Connection;
  readonly commands = new CommandRegistry();
  readonly history = new History();

  connection = $state.raw<ConnectionState>({ kind: 'connecting' });
  /** Tasks, agents, devices; null until the first answer. */
  description = $state.raw<SystemDescription | null>(null);
  /** Every run that is not deleted, by id. A new map at each change. */
  runs = $state.raw<ReadonlyMap<string, RunSummary>>(new Map());
  /** Has the run list arrived once? */
  isLoaded = $state(false);
  /** What waits, in order; `takeQueue` sets it. */
  queue = $state.raw<readonly QueueEntry[]>([]);
  machine = $state.raw<MachineLoad | null>(null);
  route = $state.raw<Route>(parseRoute(location.hash));
  theme = $state<ThemeChoice>(readTheme());
  /** Ids of the runs selected in Runs. */
  selection = $state.raw<ReadonlySet<string>>(new Set());
  toasts = $state.raw<readonly Toast[]>([]);
  /** Is the palette or the key sheet open? */
  overlay = $state<'none' | 'palette' | 'keys'>('none');

  private readonly dataListeners = new Set<(change: RunDataChange | null) => void>();
  private readonly known = new Versioned<RunSummary>();
  private queueRevision = -Infinity;
  // Each by itself: looking for devices takes seconds on some machines, and the runs need not wait for it.
  private readonly runList = this.keep(
    () => this.call('runs.list', {}),
    ({ revision, runs }) => {
      this.known.replaceAll(
        revision,
        runs.map((run) => [run.id, run]),
      );
      this.showRuns();
      this.isLoaded = true;
    },
  );
  private readonly queueList = this.keep(
    () => this.call('queue.list', {}),
    (list) => this.takeQueue(list),
  );
  private readonly describing = this.keep(
    () => this.call('system.describe', {}),
    (description) => (this.description = description),
  );
  private nextToast = 1;

  constructor(workstation: Connection) {
    this.workstation = workstation;
    workstation.subscribe((event) => this.receive(event));
    workstation.state.subscribe((state) => {
      this.connection = state;
      if (state.kind === 'connected') this.load();
    });
    addEventListener('hashchange', () => {
      this.route = parseRoute(location.hash);
    });
  }

  /** @throws WorkstationError */
  call<K extends RequestName>(name: K, request: RequestOf<K>): Promise<ResponseOf<K>> {
    return this.workstation.call(name, request);
  }

  /** Like `call`, but a failure becomes a toast and the answer is undefined. */
  async tryCall<K extends RequestName>(name: K, request: RequestOf<K>): Promise<ResponseOf<K> | undefined> {
    try {
      return await this.call(name, request);
    } catch (error) {
      this.showError(error);
      return undefined;
    }
  }

  /**
   * Calls back when the run gained points, evaluations, events or a snapshot, and with null where that may have been missed: the
   * connection was made anew. Returns the function that ends it.
   */
  onRunData(run: string, listener: (change: RunDataChange | null) => void): () => void {
    const filtered = (change: RunDataChange | null): void => {
      if (change === null || change.run === run) listener(change);
    };
    this.dataListeners.add(filtered);
    return () => this.dataListeners.delete(filtered);
  }

  /** Calls back at each connecting from now on; returns the function that ends it. */
  onConnected(listener: () => void): () => void {
    const onlyAnew = (change: RunDataChange | null): void => {
      if (change === null) listener();
    };
    this.dataListeners.add(onlyAnew);
    return () => this.dataListeners.delete(onlyAnew);
  }

  go(route: Route): void {
    location.hash = formatRoute(route);
    // The hashchange event comes later; the place should change at once.
    this.route = parseRoute(location.hash);
  }

  setTheme(theme: ThemeChoice): void {
    this.theme = theme;
    localStorage.setItem(themeKey, theme);
  }

  toast(message: string, action: Toast['action'] = null, kind: Toast['kind'] = 'info', undoes: Action | null = null): void {
    const id = this.nextToast++;
    this.toasts = [...this.toasts.slice(-3), { id, kind, message, action, undoes }];
  }

  dismissToast(id: number): void {
    this.toasts = this.toasts.filter((toast) => toast.id !== id);
  }

  showError(error: unknown): void {
    this.toast(messageOf(error), null, 'error');
  }

  /** Does something that Ctrl+Z takes back; `announce` also offers Undo in a toast. Failures become toasts. */
  async perform(action: Action, announce = false): Promise<boolean> {
    try {
      await this.history.perform(action);
    } catch (error) {
      this.showError(error);
      return false;
    }
    if (announce) this.toast(action.title, { title: 'Undo', run: () => void this.undo(action) }, 'info', action);
    return true;
  }

  /** Takes back the newest action, or the given one. */
  async undo(action?: Action): Promise<void> {
    try {
      const undone = await this.history.undo(action);
      if (undone !== null) this.toasts = this.toasts.filter((toast) => toast.undoes !== undone);
      this.toast(undone === null ? 'Nothing to undo' : `Undone: ${undone.title}`);
    } catch (error) {
      this.showError(error);
    }
  }

  async redo(): Promise<void> {
    try {
      const redone = await this.history.redo();
      this.toast(redone === null ? 'Nothing to redo' : redone.title);
    } catch (error) {
      this.showError(error);
    }
  }

  /** What runs can be made of has changed: a task was imported or removed. */
  reloadDescription(): void {
    this.describing.renew();
  }

  /** The queue as an answer or an event has it; an older one than is shown is passed over. */
  takeQueue({ revision, entries }: ResponseOf<'queue.list'>): void {
    if (revision < this.queueRevision) return;
    this.queueRevision = revision;
    this.queue = entries;
  }

  /** After connecting, for the first time or again: revisions may be another workstation's, and events may have been missed. */
  private load(): void {
    this.known.restart();
    this.queueRevision = -Infinity;
    for (const list of [this.runList, this.queueList, this.describing]) list.renew();
    for (const listener of [...this.dataListeners]) listener(null);
  }

  /** Asked at each connecting, and again until it is answered; trouble is said once. */
  private keep<T>(ask: () => Promise<T>, take: (answer: T) => void): Refresher<T> {
    return new Refresher({
      ask,
      take,
      fail: (error, count) => {
        if (count === 1) this.showError(error);
      },
    });
  }

  private showRuns(): void {
    const runs = this.known.values;
    this.runs = runs;
    if ([...this.selection].some((id) => !runs.has(id))) this.selection = new Set([...this.selection].filter((id) => runs.has(id)));
  }

  private receive(event: WorkstationEvent): void {
    switch (event.kind) {
      case 'runs-changed':
        this.known.change(
          event.revision,
          event.runs.map((run) => [run.id, run]),
          event.removed,
        );
        this.showRuns();
        return;
      case 'run-data-changed':
        for (const change of event.runs) for (const listener of [...this.dataListeners]) listener(change);
        return;
      case 'queue-changed':
        this.takeQueue(event);
        return;
      case 'machine':
        this.machine = event;
    }
  }
}

function readTheme(): ThemeChoice {
  const stored = localStorage.getItem(themeKey);
  return stored === 'light' || stored === 'dark' ? stored : 'system';
}
