// One viewer kept for the next place: making a WebGL context and compiling shaders takes a third of a second on
// software GL, which going from place to place should not cost each time.
import type { Theme } from './stage.ts';
import { Viewer } from './viewer.ts';

let spare: Viewer | null = null;

/** The viewer that was given back, or a new one. */
export function takeViewer(theme: Theme): Viewer {
  const taken = spare ?? new Viewer(theme);
  spare = null;
  return taken;
}

export function giveViewerBack(viewer: Viewer): void {
  viewer.unmount();
  if (spare === null) spare = viewer;
  else viewer.dispose();
}
