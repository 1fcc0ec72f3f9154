// The commands that every place has: going about, undo, theme, palette and keys.
import type { AppState } from '../app-state.svelte.ts';
import type { Command } from '../commands.ts';
import { railPlaces, type Place, type Route } from '../route.ts';

export const placeTitles: Record<Place, string> = {
  runs: 'Runs',
  new: 'New run',
  train: 'Train',
  replay: 'Replay',
  compare: 'Compare',
  lab: 'Lab',
};

/** Where the rail leads: to the runs that are selected or running, where there are any. */
export function railRoute(app: AppState, place: (typeof railPlaces)[number]): Route {
  const selected = [...app.selection];
  switch (place) {
    case 'train':
      return { place, run: currentRun(app) };
    case 'replay':
      return { place, run: currentRun(app), rollout: null };
    case 'compare':
      return { place, runs: selected.length > 1 ? selected : app.route.place === 'compare' ? app.route.runs : [] };
    default:
      return { place };
  }
}

/** The run in view, the one selected, else null: the place then chooses. */
function currentRun(app: AppState): string | null {
  const { route } = app;
  if ((route.place === 'train' || route.place === 'replay') && route.run !== null) return route.run;
  return app.selection.size === 1 ? ([...app.selection][0] ?? null) : null;
}

export function globalCommands(app: AppState): Command[] {
  return [
    ...railPlaces.map((place, i) => ({
      id: `go.${place}`,
      title: `Go to ${placeTitles[place]}`,
      group: 'Go to',
      keys: `$mod+${i + 1}`,
      run: () => app.go(railRoute(app, place)),
    })),
    { id: 'run.new', title: 'New run', group: 'Runs', keys: 'n', run: () => app.go({ place: 'new', like: null, task: null }) },
    { id: 'edit.undo', title: 'Undo', group: 'Edit', keys: '$mod+z', run: () => app.undo() },
    { id: 'edit.redo', title: 'Redo', group: 'Edit', keys: '$mod+Shift+z', when: () => app.history.canRedo, run: () => app.redo() },
    { id: 'view.palette', title: 'Find a command or run', group: 'View', keys: '$mod+k', run: () => void (app.overlay = 'palette') },
    { id: 'view.keys', title: 'Show all keys', group: 'View', keys: '[Shift]+?', run: () => void (app.overlay = 'keys') },
    ...(['dark', 'light', 'system'] as const).map((theme) => ({
      id: `view.theme.${theme}`,
      title: theme === 'system' ? 'Theme: as the system' : `Theme: ${theme}`,
      group: 'View',
      when: () => app.theme !== theme,
      run: () => app.setTheme(theme),
    })),
  ];
}
