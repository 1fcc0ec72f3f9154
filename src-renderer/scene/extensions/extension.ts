// What a scene extension is: something drawn beside the robot (after Lichtblick's SceneExtension). The viewer
// calls it in this order: `attach` once; then `setModel` for every model, each followed by `setPoses` for every
// moment shown; `setTheme` whenever the theme changes; `dispose` once.
import type { Object3D, Vector3 } from 'three';
import type { SceneModel } from '../../../src-main/physics/geometry.ts';
import type { Theme } from '../stage.ts';

export interface Moment {
  /** 12 numbers a geom, then a site, see poses.ts. Reused: copy what is kept. */
  poses: Float32Array;
  /** Where the tracked body is, or null where the task names none. */
  tracked: Vector3 | null;
  /** Does this moment follow the one before it? Not after a seek, a reset or a new episode. */
  isContinuous: boolean;
}

export interface SceneExtension {
  readonly name: string;
  /** Adds what it draws to `root` and owns it from there. */
  attach(root: Object3D, theme: Theme): void;
  setModel(model: SceneModel): void;
  setPoses(moment: Moment): void;
  setTheme(theme: Theme): void;
  /** Frees what it made and takes it out of the scene. */
  dispose(): void;
}
