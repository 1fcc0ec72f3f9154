// The camera: tracking the robot, standing still, or free. Angles are MuJoCo's (azimuth and elevation in
// degrees, z up), as tasks declare them.
import { PerspectiveCamera, Vector3 } from 'three';
import { OrbitControls } from 'three/addons/controls/OrbitControls.js';
import type { CameraDeclaration } from '../../src-main/contract/declarations.ts';

/**
 * track: moves along with the body that the task names. fixed: stands still and turns towards it. free: only
 * the mouse moves it.
 */
export const cameraModes = ['track', 'fixed', 'free'] as const;
export type CameraMode = (typeof cameraModes)[number];

/** The camera's place for MuJoCo's lookat, distance (m) and angles (degrees). */
export function cameraPosition(view: CameraDeclaration): [number, number, number] {
  const azimuth = (view.azimuth * Math.PI) / 180;
  const elevation = (view.elevation * Math.PI) / 180;
  const [x, y, z] = view.lookAt;
  return [
    x - view.distance * Math.cos(elevation) * Math.cos(azimuth),
    y - view.distance * Math.cos(elevation) * Math.sin(azimuth),
    z - view.distance * Math.sin(elevation),
  ];
}

export class CameraRig {
  readonly camera = new PerspectiveCamera(35, 1, 0.01, 500);
  readonly controls: OrbitControls;
  mode: CameraMode = 'track';
  /** The body's place when it was last looked at, and what the camera looks at relative to it. */
  private readonly tracked = new Vector3();
  private hasTracked = false;
  private declared: CameraDeclaration = { trackBody: null, lookAt: [0, 0, 0], distance: 4, azimuth: 90, elevation: -20 };
  private readonly onChange: (mode: CameraMode) => void;

  /** @param onChange told when the picture or the mode has changed by the mouse */
  constructor(element: HTMLElement, onChange: (mode: CameraMode) => void) {
    this.onChange = onChange;
    this.camera.up.set(0, 0, 1);
    this.controls = new OrbitControls(this.camera, element);
    this.controls.enableDamping = false;
    this.controls.maxPolarAngle = Math.PI * 0.52;
    this.controls.addEventListener('change', () => this.onChange(this.mode));
    // A camera that is taken in hand stands no longer fixed.
    this.controls.addEventListener('start', () => {
      if (this.mode === 'fixed') this.setMode('free');
    });
  }

  get distance(): number {
    return this.camera.position.distanceTo(this.controls.target);
  }

  /** Puts the camera where the task declares it. */
  declare(view: CameraDeclaration): void {
    this.declared = view;
    this.hasTracked = false;
    this.camera.position.set(...cameraPosition(view));
    this.controls.target.set(...view.lookAt);
    this.controls.minDistance = view.distance * 0.15;
    this.controls.maxDistance = view.distance * 8;
    this.camera.near = view.distance * 0.02;
    this.camera.far = view.distance * 60;
    this.camera.updateProjectionMatrix();
    this.controls.update();
  }

  setMode(mode: CameraMode): void {
    const wasFree = this.mode === 'free';
    this.mode = mode;
    if (mode !== 'free' && wasFree) {
      const [x, y, z] = this.declared.lookAt;
      const offset = this.hasTracked ? new Vector3(this.tracked.x - x, this.tracked.y - y, 0) : new Vector3();
      this.camera.position.set(...cameraPosition(this.declared)).add(offset);
      this.controls.target.set(x, y, z).add(offset);
    }
    this.controls.update();
    this.onChange(mode);
  }

  cycle(): CameraMode {
    this.setMode(cameraModes[(cameraModes.indexOf(this.mode) + 1) % cameraModes.length] ?? 'track');
    return this.mode;
  }

  /**
   * Follows the body. @param body its place in metres, or null where the task names none
   * @param isContinuous false where it has jumped: the camera jumps along
   */
  follow(body: Vector3 | null, isContinuous: boolean): void {
    if (body === null || this.declared.trackBody === null) return;
    const { target } = this.controls;
    if (!this.hasTracked) {
      // The declared view is for a robot at its starting place along x and y.
      this.tracked.set(this.declared.lookAt[0], this.declared.lookAt[1], body.z);
      this.hasTracked = true;
    }
    const dx = body.x - this.tracked.x;
    const dy = body.y - this.tracked.y;
    this.tracked.copy(body);
    if (this.mode === 'track') {
      this.camera.position.x += dx;
      this.camera.position.y += dy;
      target.x += dx;
      target.y += dy;
    } else if (this.mode === 'fixed') {
      const share = isContinuous ? 0.12 : 1;
      target.x += (body.x - target.x) * share;
      target.y += (body.y - target.y) * share;
    } else {
      return;
    }
    this.camera.lookAt(target);
  }

  resize(width: number, height: number): void {
    const aspect = width / Math.max(height, 1);
    this.camera.aspect = aspect;
    // A narrow picture keeps the width of a wide one, so that the robot is never cut off.
    const halfHeight = Math.tan((17.5 * Math.PI) / 180) * Math.max(1, 1.45 / aspect);
    this.camera.fov = (2 * Math.atan(halfHeight) * 180) / Math.PI;
    this.camera.updateProjectionMatrix();
  }

  dispose(): void {
    this.controls.dispose();
  }
}
