// Copies what a viewer needs to draw a compiled model out of MuJoCo, and the poses of every frame. Z is up, lengths
// are metres, matrices are row-major.
import { readHeightFields } from './height-fields.ts';
import { readMeshes } from './meshes.ts';
import type { GeomShape, JointKind, LightKind, SceneGeom, SceneJoint, SceneMaterial, SceneModel, SceneSite } from './scene-model.ts';
import type { Simulator } from './simulator.ts';
import { readTextures, texturesOfMaterials, uniformMaterials } from './textures.ts';

export type * from './scene-model.ts';

/** Numbers that `copyPoses` writes for each geom and each site: position 3, rotation matrix (world from its frame) 9. */
export const POSE_STRIDE = 12;

/** Numbers that `copyPoses` writes. */
export function poseSize({ counts }: Simulator): number {
  return (counts.geom + counts.site) * POSE_STRIDE;
}

/**
 * Copies every geom's pose in the world, in the order of `SceneModel.geoms`, then every site's.
 * After a step they lag a little (see `Simulator.xpos`); `simulator.updatePoses()` brings them up to date.
 * @param target at least `poseSize` numbers
 */
export function copyPoses(simulator: Simulator, target: Float32Array): void {
  const { geomXpos, geomXmat, siteXpos, siteXmat, counts } = simulator;
  const size = poseSize(simulator);
  if (target.length < size)
    throw new RangeError(`${counts.geom + counts.site} poses need ${size} numbers, the target has ${target.length}`);
  copyFrames(geomXpos, geomXmat, counts.geom, target);
  copyFrames(siteXpos, siteXmat, counts.site, target.subarray(counts.geom * POSE_STRIDE));
}

function copyFrames(positions: Float64Array, rotations: Float64Array, count: number, target: Float32Array): void {
  for (let i = 0; i < count; i += 1) {
    const at = i * POSE_STRIDE;
    for (let k = 0; k < 3; k += 1) target[at + k] = positions[3 * i + k] as number;
    for (let k = 0; k < 9; k += 1) target[at + 3 + k] = rotations[9 * i + k] as number;
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
    sites: readSites(simulator),
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

function shapesByType({ mjtGeom: kinds }: Simulator['mujoco']): Map<number, GeomShape> {
  return new Map([
    [kinds.mjGEOM_PLANE.value, 'plane'],
    [kinds.mjGEOM_HFIELD.value, 'height-field'],
    [kinds.mjGEOM_SPHERE.value, 'sphere'],
    [kinds.mjGEOM_CAPSULE.value, 'capsule'],
    [kinds.mjGEOM_ELLIPSOID.value, 'ellipsoid'],
    [kinds.mjGEOM_CYLINDER.value, 'cylinder'],
    [kinds.mjGEOM_BOX.value, 'box'],
    [kinds.mjGEOM_MESH.value, 'mesh'],
  ]);
}

/** As MuJoCo's own renderer has it: a colour of its own counts beside a material where it is not the default grey. */
function colourOf({ model }: Simulator, own: ReturnType<typeof quadruple>, material: number): ReturnType<typeof quadruple> {
  return material < 0 || own.some((value, k) => value !== defaultColour[k]) ? own : quadruple(model.mat_rgba as Float32Array, material);
}

function readGeoms(simulator: Simulator): SceneGeom[] {
  const { model, mujoco, names } = simulator;
  const shapes = shapesByType(mujoco);
  const types = model.geom_type as Int32Array;
  const bodies = model.geom_bodyid as Int32Array;
  const dataIds = model.geom_dataid as Int32Array;
  const materialIds = model.geom_matid as Int32Array;
  const groups = model.geom_group as Int32Array;
  const conTypes = model.geom_contype as Int32Array;
  const conAffinities = model.geom_conaffinity as Int32Array;
  const sizes = model.geom_size as Float64Array;
  const ownColours = model.geom_rgba as Float32Array;
  return names.geom.map((name, i) => {
    const shape = shapes.get(at(types, i)) ?? 'other';
    const material = at(materialIds, i);
    return {
      name,
      body: at(bodies, i),
      shape,
      size: triple(sizes, i),
      mesh: shape === 'mesh' ? at(dataIds, i) : null,
      heightField: shape === 'height-field' ? at(dataIds, i) : null,
      material: material < 0 ? null : material,
      rgba: colourOf(simulator, quadruple(ownColours, i), material),
      group: at(groups, i),
      collides: at(conTypes, i) !== 0 || at(conAffinities, i) !== 0,
    };
  });
}

function readSites(simulator: Simulator): SceneSite[] {
  const { model, mujoco, names } = simulator;
  const shapes = shapesByType(mujoco);
  return names.site.map((name, i) => ({
    name,
    body: at(model.site_bodyid as Int32Array, i),
    shape: shapes.get(at(model.site_type as Int32Array, i)) ?? 'other',
    size: triple(model.site_size as Float64Array, i),
    rgba: colourOf(simulator, quadruple(model.site_rgba as Float32Array, i), at(model.site_matid as Int32Array, i)),
    group: at(model.site_group as Int32Array, i),
  }));
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
