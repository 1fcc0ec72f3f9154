// Which theme the page shows: the person's choice, else the system's.
import type { ThemeChoice } from '../app-state.svelte.ts';

const prefersLight = (): MediaQueryList => matchMedia('(prefers-color-scheme: light)');

export function applyTheme(choice: ThemeChoice): void {
  const isLight = choice === 'light' || (choice === 'system' && prefersLight().matches);
  document.documentElement.dataset['theme'] = isLight ? 'light' : 'dark';
}

/** Calls back when the system's preference changes; returns the function that ends it. */
export function onSystemTheme(listener: () => void): () => void {
  const query = prefersLight();
  query.addEventListener('change', listener);
  return () => query.removeEventListener('change', listener);
}
