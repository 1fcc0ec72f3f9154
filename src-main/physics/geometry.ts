// Copies what a viewer needs to draw a compiled model out of MuJoCo, and the poses of every frame. Z is up, lengths
// are metres, matrices are row-major.
import { readHeightFields } from './height-fields.ts';
import { readMeshes } from './meshes.ts';
import type { GeomShape, JointKind, LightKind, SceneGeom, SceneJoint, SceneMaterial, SceneModel } from './scene-model.ts';
import type { Simulator } from './simulator.ts';
import { readTextures, texturesOfMaterials, uniformMaterials } from './textures.ts';

export type * from './scene-model.ts';

/** Numbers that `copyGeomPoses` writes for each geom: position 3, rotation matrix (world from geom) 9. */
export const POSE_STRIDE = 12;

/**
 * Copies every geom's pose in the world, in the order of `SceneModel.geoms`.
 * After a step they lag a little (see `Simulator.xpos`); `simulator.updatePoses()` brings them up to date.
 * @param target at least 12 numbers a geom
 */
export function copyGeomPoses(simulator: Simulator, target: Float32Array): void {
  const { geomXpos, geomXmat } = simulator;
  const geomCount = simulator.counts.geom;
  if (target.length < geomCount * POSE_STRIDE) {
    throw new RangeError(`${geomCount} poses need ${geomCount * POSE_STRIDE} numbers, the target has ${target.length}`);
  }
  for (let g = 0; g < geomCount; g += 1) {
    const at = g * POSE_STRIDE;
    for (let k = 0; k < 3; k += 1) target[at + k] = geomXpos[3 * g + k] as number;
    for (let k = 0; k < 9; k += 1) target[at + 3 + k] = geomXmat[9 * g + k] as number;
  }
}

/** Copies out everything that is constant about the model. */
export function describeModel(simulator: Simulator): SceneModel {
  const { model, mujoco, names, counts } = simulator;
  const parents = model.body_parentid as Int32Array;
  const mocapIds = model.body_mocapid as Int32Array;
  const masses = model.body_mass as Float64Array;
  const statistic = model.stat;
  return {
    bodies: names.body.map((name, i) => ({
      name,
      parent: at(parents, i),
      mocap: at(mocapIds, i) < 0 ? null : at(mocapIds, i),
      massKg: at(masses, i),
    })),
    geoms: readGeoms(simulator),
    meshes: readMeshes(simulator),
    heightFields: readHeightFields(simulator),
    materials: readMaterials(simulator),
    textures: readTextures(simulator),
    joints: readJoints(simulator),
    actuators: names.actuator.slice(0, counts.ctrl).map((name, i) => ({
      name,
      controlRange: pair(model.actuator_ctrlrange as Float64Array, i),
    })),
    cameras: names.camera.map((name, i) => ({
      name,
      body: at(model.cam_bodyid as Int32Array, i),
      position: triple(model.cam_pos as Float64Array, i),
      orientation: quadruple(model.cam_quat as Float64Array, i),
      fieldOfView: at(model.cam_fovy as Float64Array, i),
    })),
    lights: names.light.map((name, i) => ({
      name,
      kind: lightKind(mujoco.mjtLightType, at(model.light_type as Int32Array, i)),
      body: at(model.light_bodyid as Int32Array, i),
      position: triple(model.light_pos as Float64Array, i),
      direction: triple(model.light_dir as Float64Array, i),
      diffuse: triple(model.light_diffuse as Float32Array, i),
      ambient: triple(model.light_ambient as Float32Array, i),
      specular: triple(model.light_specular as Float32Array, i),
    })),
    centre: triple(statistic.center as Float64Array, 0),
    extent: statistic.extent,
    timestep: simulator.timestep,
  };
}

const defaultColour = [0.5, 0.5, 0.5, 1];

function readGeoms({ model, mujoco, names }: Simulator): SceneGeom[] {
  const kinds = mujoco.mjtGeom;
  const shapes = new Map<number, GeomShape>([
    [kinds.mjGEOM_PLANE.value, 'plane'],
    [kinds.mjGEOM_HFIELD.value, 'height-field'],
    [kinds.mjGEOM_SPHERE.value, 'sphere'],
    [kinds.mjGEOM_CAPSULE.value, 'capsule'],
    [kinds.mjGEOM_ELLIPSOID.value, 'ellipsoid'],
    [kinds.mjGEOM_CYLINDER.value, 'cylinder'],
    [kinds.mjGEOM_BOX.value, 'box'],
    [kinds.mjGEOM_MESH.value, 'mesh'],
  ]);
  const types = model.geom_type as Int32Array;
  const bodies = model.geom_bodyid as Int32Array;
  const dataIds = model.geom_dataid as Int32Array;
  const materialIds = model.geom_matid as Int32Array;
  const groups = model.geom_group as Int32Array;
  const conTypes = model.geom_contype as Int32Array;
  const conAffinities = model.geom_conaffinity as Int32Array;
  const sizes = model.geom_size as Float64Array;
  const ownColours = model.geom_rgba as Float32Array;
  const materialColours = model.mat_rgba as Float32Array;
  return names.geom.map((name, i) => {
    const shape = shapes.get(at(types, i)) ?? 'other';
    const material = at(materialIds, i);
    const own = quadruple(ownColours, i);
    return {
      name,
      body: at(bodies, i),
      shape,
      size: triple(sizes, i),
      mesh: shape === 'mesh' ? at(dataIds, i) : null,
      heightField: shape === 'height-field' ? at(dataIds, i) : null,
      material: material < 0 ? null : material,
      // As MuJoCo's own renderer has it: a geom's colour counts beside a material where it is not the default grey.
      rgba: material < 0 || own.some((value, k) => value !== defaultColour[k]) ? own : quadruple(materialColours, material),
      group: at(groups, i),
      collides: at(conTypes, i) !== 0 || at(conAffinities, i) !== 0,
    };
  });
}

function readMaterials(simulator: Simulator): SceneMaterial[] {
  const { model, names } = simulator;
  const textures = texturesOfMaterials(simulator);
  const uniform = textures.some((texture) => texture !== null) ? uniformMaterials(simulator) : null;
  return names.material.map((name, i) => ({
    name,
    rgba: quadruple(model.mat_rgba as Float32Array, i),
    emission: at(model.mat_emission as Float32Array, i),
    specular: at(model.mat_specular as Float32Array, i),
    shininess: at(model.mat_shininess as Float32Array, i),
    reflectance: at(model.mat_reflectance as Float32Array, i),
    metallic: at(model.mat_metallic as Float32Array, i),
    roughness: at(model.mat_roughness as Float32Array, i),
    texture: textures[i] ?? null,
    textureRepeat: pair(model.mat_texrepeat as Float32Array, i),
    isTextureUniform: uniform?.has(i) ?? false,
  }));
}

/** Joints alone, where nothing is drawn. */
export function readJoints({ model, mujoco, names }: Simulator): SceneJoint[] {
  const kinds = mujoco.mjtJoint;
  const kindOf = (value: number): JointKind => {
    if (value === kinds.mjJNT_FREE.value) return 'free';
    if (value === kinds.mjJNT_BALL.value) return 'ball';
    return value === kinds.mjJNT_SLIDE.value ? 'slide' : 'hinge';
  };
  return names.joint.map((name, i) => ({
    name,
    kind: kindOf(at(model.jnt_type as Int32Array, i)),
    body: at(model.jnt_bodyid as Int32Array, i),
    qposAddress: at(model.jnt_qposadr as Int32Array, i),
    qvelAddress: at(model.jnt_dofadr as Int32Array, i),
    range: pair(model.jnt_range as Float64Array, i),
  }));
}

function lightKind(kinds: Simulator['mujoco']['mjtLightType'], value: number): LightKind {
  if (value === kinds.mjLIGHT_DIRECTIONAL.value) return 'directional';
  if (value === kinds.mjLIGHT_POINT.value) return 'point';
  return value === kinds.mjLIGHT_IMAGE.value ? 'image' : 'spot';
}

function at(array: ArrayLike<number>, i: number): number {
  return array[i] as number;
}
function pair(array: ArrayLike<number>, i: number): [number, number] {
  return [at(array, 2 * i), at(array, 2 * i + 1)];
}
function triple(array: ArrayLike<number>, i: number): [number, number, number] {
  return [at(array, 3 * i), at(array, 3 * i + 1), at(array, 3 * i + 2)];
}
function quadruple(array: ArrayLike<number>, i: number): [number, number, number, number] {
  return [at(array, 4 * i), at(array, 4 * i + 1), at(array, 4 * i + 2), at(array, 4 * i + 3)];
}
