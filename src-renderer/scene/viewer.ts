// The 3D view: owns the WebGL renderer, the scene, the camera and the loop. Plain three.js in a plain class;
// Svelte only mounts it. It draws on demand: nothing is drawn while nothing changes.
import { Scene, Vector2, Vector3, type WebGLRenderer } from 'three';
import type { CameraDeclaration } from '../../src-main/contract/declarations.ts';
import type { SceneModel } from '../../src-main/physics/geometry.ts';
import { CameraRig, type CameraMode } from './camera-rig.ts';
import type { SceneExtension } from './extensions/extension.ts';
import { Trail } from './extensions/trail.ts';
import { FrameRate } from './frame-rate.ts';
import { createRenderer, isSoftware } from './renderer.ts';
import { Robot } from './robot.ts';
import { skyBackground, Stage, type Theme } from './stage.ts';

export interface ViewerEvents {
  onCamera(mode: CameraMode): void;
  /** Frames drawn in the last second; null while nothing moves. */
  onFrameRate(framesPerSecond: number | null): void;
  /** Why nothing can be drawn just now, or null where all is well. */
  onTrouble(message: string | null): void;
}

/** Called before each frame while running. Returns false when nothing will change any more. */
export type FrameSource = (now: number) => boolean;

/** Least time between two frames where the processor draws them: motion stays readable, the trainer keeps its share. */
const softwareFrameMs = 40;
/** A lost context that the browser has not given back by then is replaced by a new one. */
const contextPatienceMs = 1500;

export class Viewer {
  private host: HTMLElement | null = null;
  private events: ViewerEvents | null = null;
  private readonly scene = new Scene();
  private readonly stage: Stage;
  private readonly extensions: SceneExtension[] = [new Trail()];
  private readonly resizeObserver = new ResizeObserver(() => this.resize());
  private renderer: WebGLRenderer | null = null;
  private rig: CameraRig | null = null;
  private camera: CameraDeclaration | null = null;
  private robot: Robot | null = null;
  private modelKey: string | null = null;
  /** The robot before this one: its shaders are kept until the new one has been drawn with them. */
  private outgoing: Robot | null = null;
  private poses: Float32Array | null = null;
  private source: FrameSource | null = null;
  private request = 0;
  private drawnAt = -Infinity;
  private leastFrameMs = 0;
  private contextTimer: ReturnType<typeof setTimeout> | undefined;
  private readonly frameRate = new FrameRate((rate) => this.events?.onFrameRate(rate));
  private theme: Theme;
  private onDrawn: (() => void) | null = null;

  constructor(theme: Theme) {
    this.theme = theme;
    this.stage = new Stage(theme);
    this.scene.add(this.stage.root);
    for (const extension of this.extensions) extension.attach(this.scene, theme);
  }

  /** Puts the view into an element, which it fills. */
  mount(host: HTMLElement, theme: Theme, events: ViewerEvents): void {
    this.host = host;
    this.events = events;
    host.style.background = skyBackground(theme);
    this.setTheme(theme);
    this.mountCanvas();
    this.resizeObserver.observe(host);
    document.addEventListener('visibilitychange', this.onVisibility);
  }

  /** Takes the view out of its element; it can be mounted again and then starts warm. */
  unmount(): void {
    clearTimeout(this.contextTimer);
    cancelAnimationFrame(this.request);
    this.request = 0;
    document.removeEventListener('visibilitychange', this.onVisibility);
    this.resizeObserver.disconnect();
    this.source = null;
    this.onDrawn = null;
    this.poses = null;
    // What was drawn last must not be seen before the next picture.
    this.renderer?.clear();
    this.renderer?.domElement.remove();
    this.host = null;
    this.events = null;
  }

  get cameraMode(): CameraMode {
    return this.rig?.mode ?? 'track';
  }

  /**
   * The model of what is shown next: the camera goes to where the task declares it. `setPoses` comes next.
   * @param key names the model; one that is shown already is not built again
   */
  setModel(model: SceneModel, key: string, camera: CameraDeclaration): void {
    if (this.robot === null || this.modelKey !== key || this.camera?.trackBody !== camera.trackBody) {
      this.retireRobot();
      this.outgoing = this.robot;
      this.outgoing?.root.removeFromParent();
      this.robot = new Robot(model, camera.trackBody);
      this.scene.add(this.robot.root);
      this.modelKey = key;
    }
    this.camera = camera;
    this.poses = null;
    this.rig?.declare(camera);
    for (const extension of this.extensions) extension.setModel(model);
  }

  /** @param poses 12 numbers a geom, then a site; copied. @param isContinuous false after a seek or a new episode */
  setPoses(poses: Float32Array, isContinuous: boolean): void {
    const { robot, rig } = this;
    if (robot === null) return;
    if (this.poses?.length !== poses.length) {
      this.poses = new Float32Array(poses.length);
      this.stage.setFloorHeight(robot.floorHeight(poses));
    }
    this.poses.set(poses);
    robot.setPoses(this.poses);
    const tracked = robot.trackedPosition(this.poses, new Vector3());
    rig?.follow(tracked, isContinuous);
    for (const extension of this.extensions) extension.setPoses({ poses: this.poses, tracked, isContinuous });
    this.invalidate();
  }

  /** Runs the source before every frame until it returns false; null stops it. */
  run(source: FrameSource | null): void {
    this.source = source;
    this.invalidate();
  }

  /** Called once, after the next frame has been drawn. */
  afterNextFrame(callback: () => void): void {
    this.onDrawn = callback;
    this.invalidate();
  }

  /** Something changed: draws one frame. */
  invalidate(): void {
    if (this.request === 0 && this.host !== null && this.renderer !== null && !document.hidden)
      this.request = requestAnimationFrame(this.frame);
  }

  setTheme(theme: Theme): void {
    if (theme === this.theme) return;
    this.theme = theme;
    this.stage.setTheme(theme);
    if (this.host !== null) this.host.style.background = skyBackground(theme);
    for (const extension of this.extensions) extension.setTheme(theme);
    this.invalidate();
  }

  setCameraMode(mode: CameraMode): void {
    this.rig?.setMode(mode);
  }

  cycleCamera(): void {
    this.rig?.cycle();
  }

  dispose(): void {
    this.unmount();
    this.dropCanvas();
    this.retireRobot();
    this.robot?.dispose();
    for (const extension of this.extensions) extension.dispose();
    this.stage.dispose();
  }

  private readonly onVisibility = (): void => {
    if (!document.hidden) this.invalidate();
  };

  private retireRobot(): void {
    this.outgoing?.dispose();
    this.outgoing = null;
  }

  private mountCanvas(): void {
    if (this.renderer?.getContext().isContextLost()) this.dropCanvas();
    try {
      this.renderer ??= this.makeRenderer();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.events?.onTrouble(
        `The 3D view needs WebGL 2, which this browser does not give (${reason}). Curves and controls work without it; switching on hardware or software WebGL in the browser's settings brings it back.`,
      );
      return;
    }
    this.host?.append(this.renderer.domElement);
    this.resize();
    this.events?.onTrouble(null);
  }

  private makeRenderer(): WebGLRenderer {
    const renderer = createRenderer();
    this.leastFrameMs = isSoftware(renderer) ? softwareFrameMs : 0;
    const canvas = renderer.domElement;
    canvas.addEventListener('webglcontextlost', this.onContextLost);
    canvas.addEventListener('webglcontextrestored', this.onContextRestored);
    const mode = this.rig?.mode ?? 'track';
    this.rig = new CameraRig(canvas, (changed) => {
      this.events?.onCamera(changed);
      this.invalidate();
    });
    if (this.camera) this.rig.declare(this.camera);
    this.rig.mode = mode;
    return renderer;
  }

  private dropCanvas(): void {
    cancelAnimationFrame(this.request);
    this.request = 0;
    this.rig?.dispose();
    if (this.renderer === null) return;
    const canvas = this.renderer.domElement;
    canvas.removeEventListener('webglcontextlost', this.onContextLost);
    canvas.removeEventListener('webglcontextrestored', this.onContextRestored);
    this.renderer.dispose();
    this.renderer.forceContextLoss();
    canvas.remove();
    this.renderer = null;
  }

  private readonly onContextLost = (event: Event): void => {
    event.preventDefault();
    cancelAnimationFrame(this.request);
    this.request = 0;
    this.events?.onTrouble('The graphics driver took the 3D view away; it is being brought back. Training goes on.');
    this.contextTimer = setTimeout(() => {
      this.dropCanvas();
      this.mountCanvas();
      this.invalidate();
    }, contextPatienceMs);
  };

  private readonly onContextRestored = (): void => {
    clearTimeout(this.contextTimer);
    this.events?.onTrouble(null);
    this.invalidate();
  };

  private resize(): void {
    const { clientWidth: width, clientHeight: height } = this.host ?? { clientWidth: 0, clientHeight: 0 };
    if (this.renderer === null || width === 0 || height === 0) return;
    const ratio = Math.min(devicePixelRatio, 2);
    const size = this.renderer.getSize(new Vector2());
    // Setting a size, even the same, waits for all that the graphics process has still to draw.
    if (this.renderer.getPixelRatio() !== ratio) this.renderer.setPixelRatio(ratio);
    else if (size.x === width && size.y === height) return;
    this.renderer.setSize(width, height, false);
    this.rig?.resize(width, height);
    // A canvas that changes its size is blank until drawn: no waiting for the next frame.
    if (this.poses !== null) this.draw();
  }

  private readonly frame = (now: number): void => {
    this.request = 0;
    if (now - this.drawnAt < this.leastFrameMs) {
      this.invalidate();
      return;
    }
    this.drawnAt = now;
    const isMoving = this.source?.(now) ?? false;
    this.draw();
    this.frameRate.count(now, isMoving);
    if (isMoving) this.invalidate();
  };

  private draw(): void {
    if (this.renderer === null || this.rig === null) return;
    this.stage.follow(this.rig.controls.target, this.rig.distance);
    this.renderer.render(this.scene, this.rig.camera);
    if (this.poses !== null) this.retireRobot();
    if (this.poses !== null && this.onDrawn !== null) {
      const callback = this.onDrawn;
      this.onDrawn = null;
      callback();
    }
  }
}
