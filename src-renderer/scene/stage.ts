// What surrounds the robot: a soft key light with a shadow, a hemispheric fill, a sky, and a faint grid
// floor that follows. One look a theme; colours are those of the target screens.
import { Color, DirectionalLight, Group, HemisphereLight, Mesh, PlaneGeometry, ShaderMaterial, ShadowMaterial, type Vector3 } from 'three';

export type Theme = 'dark' | 'light';

interface Look {
  /** Sky from top to bottom of the picture. */
  sky: readonly [number, string][];
  floor: string;
  floorOpacity: number;
  grid: string;
  gridOpacity: number;
  key: { colour: string; intensity: number };
  fill: { sky: string; ground: string; intensity: number };
  shadowOpacity: number;
}

export const looks: Record<Theme, Look> = {
  dark: {
    sky: [
      [0, '#11141c'],
      [0.3, '#121620'],
      [0.42, '#161c29'],
      [0.6, '#11141b'],
      [1, '#101217'],
    ],
    floor: '#1b1e24',
    floorOpacity: 0.9,
    grid: '#8fa3c0',
    gridOpacity: 0.075,
    key: { colour: '#fff3e0', intensity: 3.1 },
    fill: { sky: '#aec6ee', ground: '#3a2c20', intensity: 1.05 },
    shadowOpacity: 0.62,
  },
  light: {
    sky: [
      [0, '#eef2f5'],
      [0.3, '#ecf0f4'],
      [0.42, '#e7ecf1'],
      [0.6, '#e3e5e7'],
      [1, '#e0e1e2'],
    ],
    floor: '#dfe0e0',
    floorOpacity: 0.95,
    grid: '#5a6675',
    gridOpacity: 0.16,
    key: { colour: '#fff8ec', intensity: 3.2 },
    fill: { sky: '#ffffff', ground: '#c9b79f', intensity: 1.75 },
    shadowOpacity: 0.2,
  },
};

// Lines of one pixel or so at every distance (fwidth), fading out with the floor long before they shimmer.
const floorShader = {
  vertexShader: `
    varying vec2 world;
    void main() {
      vec4 p = modelMatrix * vec4(position, 1.0);
      world = p.xy;
      gl_Position = projectionMatrix * viewMatrix * p;
    }`,
  fragmentShader: `
    uniform vec3 floorColour, gridColour;
    uniform float floorOpacity, gridOpacity, spacing, radius;
    uniform vec2 focus;
    varying vec2 world;
    void main() {
      vec2 cell = world / spacing;
      vec2 width = fwidth(cell);
      vec2 line = 1.0 - smoothstep(vec2(0.0), width, abs(fract(cell - 0.5) - 0.5));
      float far = length(world - focus) / radius;
      float lines = max(line.x, line.y) * gridOpacity * (1.0 - smoothstep(0.05, 0.55, far)) * (1.0 - smoothstep(0.15, 0.6, max(width.x, width.y)));
      float opacity = floorOpacity * (1.0 - smoothstep(0.1, 1.0, far));
      gl_FragColor = vec4(mix(floorColour, gridColour, lines), max(opacity, lines));
      #include <colorspace_fragment>
    }`,
};

/** The sky as a CSS background behind the canvas: it costs nothing there, and a third of a frame on software GL. */
export function skyBackground(theme: Theme): string {
  return `linear-gradient(${looks[theme].sky.map(([at, colour]) => `${colour} ${at * 100}%`).join(', ')})`;
}

/** The grid's spacing for a camera this far away: 1 m for a robot, 0.1 m for a hand. */
export function gridSpacing(cameraDistance: number): number {
  return 10 ** Math.round(Math.log10(cameraDistance / 5));
}

/** Lights and floor. Add `root` to the scene. */
export class Stage {
  readonly root = new Group();
  private readonly uniforms = {
    floorColour: { value: new Color() },
    gridColour: { value: new Color() },
    floorOpacity: { value: 1 },
    gridOpacity: { value: 1 },
    spacing: { value: 1 },
    radius: { value: 30 },
    focus: { value: { x: 0, y: 0 } },
  };
  private readonly key = new DirectionalLight();
  private readonly fill = new HemisphereLight();
  private readonly floor: Mesh<PlaneGeometry, ShaderMaterial>;
  private readonly shadow: Mesh<PlaneGeometry, ShadowMaterial>;

  constructor(theme: Theme) {
    const material = new ShaderMaterial({ ...floorShader, uniforms: this.uniforms, transparent: true, depthWrite: false });
    this.floor = new Mesh(new PlaneGeometry(2, 2), material);
    this.floor.renderOrder = -2;
    this.shadow = new Mesh(new PlaneGeometry(2, 2), new ShadowMaterial({ depthWrite: false }));
    this.shadow.receiveShadow = true;
    this.shadow.renderOrder = -1;
    this.key.castShadow = true;
    this.key.shadow.mapSize.set(1024, 1024);
    this.key.shadow.radius = 4;
    this.key.shadow.bias = -0.0005;
    this.fill.position.set(0, 0, 1);
    this.root.add(this.floor, this.shadow, this.key, this.key.target, this.fill);
    this.setTheme(theme);
  }

  setTheme(theme: Theme): void {
    const look = looks[theme];
    const { uniforms } = this;
    uniforms.floorColour.value.set(look.floor);
    uniforms.gridColour.value.set(look.grid);
    uniforms.floorOpacity.value = look.floorOpacity;
    uniforms.gridOpacity.value = look.gridOpacity;
    this.shadow.material.opacity = look.shadowOpacity;
    this.key.color.set(look.key.colour);
    this.key.intensity = look.key.intensity;
    this.fill.color.set(look.fill.sky);
    this.fill.groundColor.set(look.fill.ground);
    this.fill.intensity = look.fill.intensity;
  }

  /** Height of the floor in metres. */
  setFloorHeight(z: number): void {
    this.floor.position.z = z;
    this.shadow.position.z = z;
  }

  /** Brings light and floor to what the camera looks at from this distance (metres). */
  follow(focus: Vector3, cameraDistance: number): void {
    const radius = Math.max(12 * cameraDistance, 1);
    const { uniforms } = this;
    uniforms.focus.value = { x: focus.x, y: focus.y };
    uniforms.radius.value = radius;
    uniforms.spacing.value = gridSpacing(cameraDistance);
    this.floor.position.x = focus.x;
    this.floor.position.y = focus.y;
    this.floor.scale.set(radius, radius, 1);
    const shadowSize = cameraDistance * 0.6;
    this.shadow.position.x = focus.x;
    this.shadow.position.y = focus.y;
    this.shadow.scale.set(shadowSize, shadowSize, 1);

    this.key.target.position.copy(focus);
    this.key.position.set(focus.x - 0.35 * cameraDistance, focus.y - 0.45 * cameraDistance, focus.z + 1.3 * cameraDistance);
    const { camera } = this.key.shadow;
    if (Math.abs(camera.right - shadowSize) > 1e-6) {
      camera.left = camera.bottom = -shadowSize;
      camera.right = camera.top = shadowSize;
      camera.near = 0.2 * cameraDistance;
      camera.far = 3 * cameraDistance;
      this.key.shadow.normalBias = 0.006 * cameraDistance;
      camera.updateProjectionMatrix();
    }
  }

  dispose(): void {
    this.floor.geometry.dispose();
    this.floor.material.dispose();
    this.shadow.geometry.dispose();
    this.shadow.material.dispose();
    this.key.dispose();
    this.fill.dispose();
  }
}
