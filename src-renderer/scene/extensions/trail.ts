// The path of the tracked body over the last moments, fading towards its end.
import { BufferAttribute, BufferGeometry, Color, DynamicDrawUsage, Line, LineBasicMaterial, type Object3D } from 'three';
import type { Theme } from '../stage.ts';
import type { Moment, SceneExtension } from './extension.ts';

const pointCount = 240;
const colours: Record<Theme, string> = { dark: '#6ea8ff', light: '#3f83e8' };

export class Trail implements SceneExtension {
  readonly name = 'trail';
  private readonly positions = new BufferAttribute(new Float32Array(pointCount * 3), 3).setUsage(DynamicDrawUsage);
  private readonly line: Line<BufferGeometry, LineBasicMaterial>;
  private used = 0;

  constructor() {
    const geometry = new BufferGeometry();
    geometry.setAttribute('position', this.positions);
    // Red, green, blue are the material's; the fourth number fades the older points.
    const fade = new Float32Array(pointCount * 4).map((_, i) => (i % 4 < 3 ? 1 : Math.floor(i / 4) / (pointCount - 1)));
    geometry.setAttribute('color', new BufferAttribute(fade, 4));
    const material = new LineBasicMaterial({ transparent: true, opacity: 0.75, vertexColors: true, depthWrite: false });
    this.line = new Line(geometry, material);
    this.line.frustumCulled = false;
  }

  attach(root: Object3D, theme: Theme): void {
    root.add(this.line);
    this.setTheme(theme);
  }

  setModel(): void {
    this.used = 0;
    this.line.visible = false;
  }

  /** Newest point last; a jump starts a new trail. */
  setPoses({ tracked, isContinuous }: Moment): void {
    if (tracked === null) return;
    const points = this.positions.array as Float32Array;
    if (!isContinuous) this.used = 0;
    points.copyWithin(0, 3);
    tracked.toArray(points, (pointCount - 1) * 3);
    this.used = Math.min(this.used + 1, pointCount);
    this.line.geometry.setDrawRange(pointCount - this.used, this.used);
    this.line.visible = this.used > 1;
    this.positions.needsUpdate = true;
  }

  setTheme(theme: Theme): void {
    this.line.material.color = new Color(colours[theme]);
  }

  dispose(): void {
    this.line.geometry.dispose();
    this.line.material.dispose();
    this.line.removeFromParent();
  }
}
