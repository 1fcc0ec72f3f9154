// What a viewer needs to draw a model, as plain data that can be posted between threads. Z is up, lengths are metres.

export type GeomShape = 'plane' | 'height-field' | 'sphere' | 'capsule' | 'ellipsoid' | 'cylinder' | 'box' | 'mesh' | 'other';
export type JointKind = 'free' | 'ball' | 'slide' | 'hinge';
export type LightKind = 'spot' | 'directional' | 'point' | 'image';
export type Triple = readonly [number, number, number];

export interface SceneBody {
  name: string;
  /** Id of the parent body; the world (0) is its own. */
  parent: number;
  /** Which mocap body it is, or null. */
  mocap: number | null;
  massKg: number;
}

export interface SceneGeom {
  name: string;
  body: number;
  shape: GeomShape;
  /**
   * By shape. plane: half-lengths in x and y (0 is infinite), grid spacing. sphere: radius. capsule and cylinder:
   * radius, half-length along z (a capsule's without its caps). ellipsoid and box: half-lengths. mesh and height field:
   * the bounding box's half-lengths.
   */
  size: Triple;
  /** Id of the mesh, or null. */
  mesh: number | null;
  /** Id of the height field, or null. */
  heightField: number | null;
  /** Id of the material, or null. */
  material: number | null;
  /** Red, green, blue, opacity on [0, 1]: the geom's own colour where it says one, else its material's. A texture is multiplied by it. */
  rgba: readonly [number, number, number, number];
  /** Visibility group, 0 to 5. Groups from 3 on are hidden by custom. */
  group: number;
  /** Can it touch anything? */
  collides: boolean;
}

/** A place on a body that sensors, tendons and task files name. It touches nothing. */
export type SceneSite = Pick<SceneGeom, 'name' | 'body' | 'shape' | 'size' | 'rgba' | 'group'>;

export interface SceneMesh {
  name: string;
  /** Metres in the geom's frame, [vertex, 3]. */
  positions: Float32Array;
  /** Unit normals, [vertex, 3]. */
  normals: Float32Array;
  /** Three vertices a triangle, counter-clockwise seen from outside. */
  indices: Uint32Array;
  /** Where each vertex lies on a picture, [vertex, 2]: right, and down from its first row. null where the file says none. */
  pictureCoordinates: Float32Array | null;
}

/** A surface over a rectangle, on a block of constant depth. */
export interface SceneHeightField {
  name: string;
  /** Half-lengths in x and y; how far the block goes down from z = 0 (m). */
  size: Triple;
  rows: number;
  columns: number;
  /** Metres above z = 0 of the geom's frame, [row, column]: rows go along y, columns along x, both upwards. */
  heights: Float32Array;
}

export interface SceneTexture {
  name: string;
  /** flat: one picture. cube: six, for +x, −x, +y, −y, +z, −z. */
  kind: 'flat' | 'cube';
  /** Pixels of one picture. Large ones are made smaller, see textures.ts. */
  width: number;
  height: number;
  /** Was it read from a file? Otherwise it is one of MuJoCo's patterns. */
  isFromFile: boolean;
  /** Red, green, blue, 255 of every pixel in sRGB, from the first row on, pictures one after the other; empty where no geom shows it. */
  pixels: Uint8Array;
}

export interface SceneMaterial {
  name: string;
  rgba: readonly [number, number, number, number];
  emission: number;
  specular: number;
  shininess: number;
  reflectance: number;
  /** −1 where the model does not say. */
  metallic: number;
  /** −1 where the model does not say. */
  roughness: number;
  /** Id of the texture, or null. */
  texture: number | null;
  /** How often a flat texture is repeated over the object, or over two metres where `isTextureUniform`. */
  textureRepeat: readonly [number, number];
  isTextureUniform: boolean;
}

export interface SceneJoint {
  name: string;
  kind: JointKind;
  body: number;
  /** Where its positions begin in qpos, and its velocities in qvel. */
  qposAddress: number;
  qvelAddress: number;
  /** Metres or radians; both 0 where it is not limited. */
  range: readonly [number, number];
}

export interface SceneActuator {
  name: string;
  controlRange: readonly [number, number];
}

export interface SceneCamera {
  name: string;
  body: number;
  /** In the body's frame. */
  position: Triple;
  /** Quaternion w x y z in the body's frame; the camera looks along its −Z, Y is up. */
  orientation: readonly [number, number, number, number];
  /** Vertical field of view in degrees. */
  fieldOfView: number;
}

export interface SceneLight {
  name: string;
  kind: LightKind;
  body: number;
  /** In the body's frame. */
  position: Triple;
  direction: Triple;
  diffuse: Triple;
  ambient: Triple;
  specular: Triple;
}

export interface SceneModel {
  bodies: readonly SceneBody[];
  geoms: readonly SceneGeom[];
  sites: readonly SceneSite[];
  meshes: readonly SceneMesh[];
  heightFields: readonly SceneHeightField[];
  materials: readonly SceneMaterial[];
  textures: readonly SceneTexture[];
  joints: readonly SceneJoint[];
  actuators: readonly SceneActuator[];
  cameras: readonly SceneCamera[];
  lights: readonly SceneLight[];
  /** The model's middle and its size as MuJoCo's cameras use them (m). */
  centre: Triple;
  extent: number;
  /** Seconds of one MuJoCo step. */
  timestep: number;
}
