// The keys and palette entries of the Runs place.
import type { RunSummary } from '../../../src-main/contract/runs.ts';
import type { AppState } from '../../app-state.svelte.ts';
import type { Command } from '../../commands.ts';
import { hasEnded, moveInQueue, toggleStars } from './run-actions.ts';
import type { RunsView } from './runs-view.svelte.ts';

export interface RunHandlers {
  open(run: RunSummary): void;
  remove(): Promise<void>;
  focusFilter(): void;
  rename(): void;
  continueRun(): void;
  deleteCheckpoints(): void;
  purge(): void;
  purgeDeleted(): void;
  evaluate(): void;
  exportPolicy(): void;
  showDeleted(): void;
}

/** Arrow keys belong to the table when it, or nothing, has the focus. */
function tableHasKeys(): boolean {
  const focused = document.activeElement;
  return focused === null || focused === document.body || focused.id === 'main' || focused.closest('#run-table') !== null;
}

export function runCommands(app: AppState, view: RunsView, handlers: RunHandlers): Command[] {
  const one = (): RunSummary | undefined => view.activeRun;
  const withOne = (act: (run: RunSummary) => void | Promise<void>) => (): void | Promise<void> => {
    const run = one();
    if (run !== undefined) return act(run);
  };
  const hasOne = (): boolean => one() !== undefined;
  const isQueued = (): boolean => one()?.state === 'queued';
  const group = 'Runs';
  return [
    { id: 'runs.filter', title: 'Filter runs', group, keys: '/', run: handlers.focusFilter },
    { id: 'runs.open', title: 'Open the run in Train', group, keys: 'Enter', when: hasOne, run: withOne(handlers.open) },
    {
      id: 'runs.replay',
      title: 'Open the run in Replay',
      group,
      keys: 'r',
      when: hasOne,
      run: withOne((run) => app.go({ place: 'replay', run: run.id, rollout: null })),
    },
    {
      id: 'runs.compare',
      title: 'Compare the selected runs',
      group,
      keys: 'c',
      when: () => view.selected.length > 1,
      run: () => app.go({ place: 'compare', runs: view.selected.map((run) => run.id) }),
    },
    {
      id: 'runs.like',
      title: 'New run like this',
      group,
      keys: 'l',
      when: hasOne,
      run: withOne((run) => app.go({ place: 'new', like: run.id, task: null })),
    },
    {
      id: 'runs.continue',
      title: 'Continue the run',
      group,
      when: () => one() !== undefined && hasEnded(one() as RunSummary),
      run: handlers.continueRun,
    },
    {
      id: 'runs.star',
      title: 'Star or unstar',
      group,
      keys: 's',
      when: () => view.targets().length > 0,
      run: async () => void (await toggleStars(app, view.targets())),
    },
    { id: 'runs.rename', title: 'Rename the run', group, keys: 'F2', when: hasOne, run: handlers.rename },
    {
      id: 'runs.delete',
      title: 'Delete the selected runs',
      group,
      keys: 'Delete',
      when: () => view.targets().length > 0,
      run: handlers.remove,
    },
    { id: 'runs.deleted', title: 'Show deleted runs and restore them', group, run: handlers.showDeleted },
    { id: 'runs.delete-checkpoints', title: 'Delete checkpoints and keep curves', group, when: hasOne, run: handlers.deleteCheckpoints },
    { id: 'runs.purge', title: 'Purge: delete the run for good', group, when: hasOne, run: handlers.purge },
    { id: 'runs.purge-deleted', title: 'Purge: free disk space from runs deleted before', group, run: handlers.purgeDeleted },
    { id: 'runs.evaluate', title: 'Evaluate under a variant', group, when: hasOne, run: handlers.evaluate },
    { id: 'runs.export-policy', title: 'Export a policy as ONNX', group, when: hasOne, run: handlers.exportPolicy },
    {
      id: 'runs.queue-up',
      title: 'Move up in the queue',
      group,
      keys: 'Alt+ArrowUp',
      when: isQueued,
      run: withOne((run) => moveInQueue(app, run, -1)),
    },
    {
      id: 'runs.queue-down',
      title: 'Move down in the queue',
      group,
      keys: 'Alt+ArrowDown',
      when: isQueued,
      run: withOne((run) => moveInQueue(app, run, 1)),
    },
    {
      id: 'runs.next',
      title: 'Next run',
      group: 'Run table',
      keysOnly: true,
      keys: 'ArrowDown',
      when: tableHasKeys,
      run: () => view.move(1, false),
    },
    {
      id: 'runs.previous',
      title: 'Previous run',
      group: 'Run table',
      keysOnly: true,
      keys: 'ArrowUp',
      when: tableHasKeys,
      run: () => view.move(-1, false),
    },
    {
      id: 'runs.extend-next',
      title: 'Extend the selection down',
      group: 'Run table',
      keysOnly: true,
      keys: 'Shift+ArrowDown',
      when: tableHasKeys,
      run: () => view.move(1, true),
    },
    {
      id: 'runs.extend-previous',
      title: 'Extend the selection up',
      group: 'Run table',
      keysOnly: true,
      keys: 'Shift+ArrowUp',
      when: tableHasKeys,
      run: () => view.move(-1, true),
    },
    {
      id: 'runs.first',
      title: 'First run',
      group: 'Run table',
      keysOnly: true,
      keys: 'Home',
      when: tableHasKeys,
      run: () => view.move(-Infinity, false),
    },
    {
      id: 'runs.last',
      title: 'Last run',
      group: 'Run table',
      keysOnly: true,
      keys: 'End',
      when: tableHasKeys,
      run: () => view.move(Infinity, false),
    },
    {
      id: 'runs.page-down',
      title: 'Ten runs down',
      group: 'Run table',
      keysOnly: true,
      keys: 'PageDown',
      when: tableHasKeys,
      run: () => view.move(10, false),
    },
    {
      id: 'runs.page-up',
      title: 'Ten runs up',
      group: 'Run table',
      keysOnly: true,
      keys: 'PageUp',
      when: tableHasKeys,
      run: () => view.move(-10, false),
    },
    {
      id: 'runs.toggle',
      title: 'Select or unselect the run',
      group: 'Run table',
      keysOnly: true,
      keys: 'Space',
      when: () => hasOne() && tableHasKeys(),
      run: withOne((run) => view.select(run.id, 'toggle')),
    },
    {
      id: 'runs.all',
      title: 'Select all runs shown',
      group: 'Run table',
      keys: '$mod+a',
      when: () => view.rows.length > 0 && tableHasKeys(),
      run: () => view.selectAll(),
    },
  ];
}
