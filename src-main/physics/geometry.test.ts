import { beforeAll, describe, expect, it } from 'vitest';
import { copyPoses, describeModel, POSE_STRIDE, poseSize } from './geometry.ts';
import { loadMuJoCo } from './mujoco.ts';
import type { MuJoCo } from './mujoco.ts';
import { Simulator } from './simulator.ts';

let mujoco: MuJoCo;
beforeAll(async () => {
  mujoco = await loadMuJoCo();
});

const EVERYTHING = `<mujoco>
  <compiler angle="radian"/>
  <statistic center="1 2 3" extent="4"/>
  <asset>
    <material name="red" rgba="1 0 0 0.5" metallic="0.25" roughness="0.75"/>
    <mesh name="wedge" vertex="0 0 0  1 0 0  0 1 0  0 0 1"/>
  </asset>
  <worldbody>
    <light name="sun" type="directional" dir="0 0 -1" diffuse="0.5 0.25 0.125"/>
    <light name="lamp" pos="0 0 5"/>
    <camera name="eye" pos="0 -2 1" fovy="30"/>
    <geom name="floor" type="plane" size="5 0 1" rgba="0 1 0 1"/>
    <body name="base" pos="0 0 1">
      <freejoint name="base"/>
      <geom name="ball" size="0.1" material="red" contype="0" conaffinity="0"/>
      <geom name="egg" type="ellipsoid" size="0.1 0.2 0.3"/>
      <geom name="brick" type="box" size="0.1 0.2 0.3" group="3"/>
      <geom name="can" type="cylinder" size="0.1 0.2"/>
      <geom name="wedge" type="mesh" mesh="wedge"/>
      <body name="arm" pos="0 1 0" euler="0 0 1.5707963267948966">
        <joint name="elbow" axis="0 1 0" range="-1 2" limited="true"/>
        <joint name="slider" type="slide" axis="1 0 0"/>
        <geom name="arm" type="capsule" size="0.1 0.4" pos="0.5 0 0"/>
        <body name="wrist"><joint name="wrist" type="ball"/><geom name="wrist" size="0.2"/><site name="palm" type="box" size="0.1 0.2 0.3" pos="0 0 0.5" rgba="0 0 1 0.5" group="1"/></body>
      </body>
    </body>
    <body name="ghost" mocap="true"><geom name="ghost" size="0.3"/><site name="mark" material="red"/></body>
  </worldbody>
  <actuator><motor name="pull" joint="elbow" ctrlrange="-2 3" ctrllimited="true"/></actuator>
</mujoco>`;

describe('describeModel', () => {
  it('tells everything a viewer draws, as data that can be posted', () => {
    const simulator = new Simulator(mujoco, EVERYTHING);
    const scene = describeModel(simulator);
    expect(structuredClone(scene)).toEqual(scene);
    expect(scene.centre).toEqual([1, 2, 3]);
    expect(scene.extent).toBe(4);
    expect(scene.timestep).toBe(0.002);
    expect(scene.bodies.map(({ name, parent, mocap }) => [name, parent, mocap])).toEqual([
      ['world', 0, null],
      ['base', 0, null],
      ['arm', 1, null],
      ['wrist', 2, null],
      ['ghost', 0, 0],
    ]);
    expect(scene.geoms.map(({ name, shape, body }) => [name, shape, body])).toEqual([
      ['floor', 'plane', 0],
      ['ball', 'sphere', 1],
      ['egg', 'ellipsoid', 1],
      ['brick', 'box', 1],
      ['can', 'cylinder', 1],
      ['wedge', 'mesh', 1],
      ['arm', 'capsule', 2],
      ['wrist', 'sphere', 3],
      ['ghost', 'sphere', 4],
    ]);
    expect(scene.geoms[0]).toMatchObject({ size: [5, 0, 1], rgba: [0, 1, 0, 1], material: null, collides: true, group: 0 });
    expect(scene.geoms[1]).toMatchObject({ rgba: [1, 0, 0, 0.5], material: 0, collides: false, mesh: null });
    expect(scene.geoms[3]).toMatchObject({ size: [0.1, 0.2, 0.3], group: 3 });
    expect(scene.geoms[5]).toMatchObject({ mesh: 0 });
    expect(scene.sites).toEqual([
      { name: 'palm', body: 3, shape: 'box', size: [0.1, 0.2, 0.3], rgba: [0, 0, 1, 0.5], group: 1 },
      { name: 'mark', body: 4, shape: 'sphere', size: [0.005, 0.005, 0.005], rgba: [1, 0, 0, 0.5], group: 0 },
    ]);
    expect(scene.materials).toMatchObject([{ name: 'red', metallic: 0.25, roughness: 0.75 }]);
    expect(scene.joints).toEqual([
      { name: 'base', kind: 'free', body: 1, qposAddress: 0, qvelAddress: 0, range: [0, 0] },
      { name: 'elbow', kind: 'hinge', body: 2, qposAddress: 7, qvelAddress: 6, range: [-1, 2] },
      { name: 'slider', kind: 'slide', body: 2, qposAddress: 8, qvelAddress: 7, range: [0, 0] },
      { name: 'wrist', kind: 'ball', body: 3, qposAddress: 9, qvelAddress: 8, range: [0, 0] },
    ]);
    expect(scene.actuators).toEqual([{ name: 'pull', controlRange: [-2, 3] }]);
    expect(scene.cameras).toMatchObject([{ name: 'eye', body: 0, position: [0, -2, 1], fieldOfView: 30 }]);
    expect(scene.lights).toMatchObject([
      { name: 'sun', kind: 'directional', direction: [0, 0, -1], diffuse: [0.5, 0.25, 0.125] },
      { name: 'lamp', kind: 'spot', position: [0, 0, 5] },
    ]);
    simulator.dispose();
  });

  it('gives meshes as closed triangles whose normals point outward', () => {
    const simulator = new Simulator(mujoco, EVERYTHING);
    const [mesh] = describeModel(simulator).meshes;
    if (mesh === undefined) throw new Error('no mesh');
    expect(mesh.indices).toHaveLength(12);
    expect(mesh.normals).toHaveLength(mesh.positions.length);
    const corner = (k: number): [number, number, number] => {
      const i = 3 * (mesh.indices[k] ?? NaN);
      return [mesh.positions[i] ?? NaN, mesh.positions[i + 1] ?? NaN, mesh.positions[i + 2] ?? NaN];
    };
    // The divergence theorem: the sum of signed tetrahedra is the volume, positive if faces wind outward.
    let volume = 0;
    for (let k = 0; k < mesh.indices.length; k += 3) {
      const [[ax, ay, az], [bx, by, bz], [cx, cy, cz]] = [corner(k), corner(k + 1), corner(k + 2)];
      volume += (ax * (by * cz - bz * cy) + ay * (bz * cx - bx * cz) + az * (bx * cy - by * cx)) / 6;
    }
    expect(volume).toBeCloseTo(1 / 6, 6);
    expect(mesh.pictureCoordinates).toBeNull();
    simulator.dispose();
  });

  it('gives each corner of a mesh its place on a picture, counted from the upper row', () => {
    // OBJ counts from the lower row. The last face has the fourth corner elsewhere on the picture.
    const obj =
      'v 0 0 0\nv 1 0 0\nv 0 1 0\nv 0 0 1\nvt 0 0\nvt 1 0\nvt 0 1\nvt .5 .5\nvt .75 .5\nf 1/1 3/3 2/2\nf 1/1 2/2 4/4\nf 1/1 4/4 3/3\nf 2/2 3/3 4/5\n';
    const xml =
      '<mujoco><asset><mesh name="corner" file="corner.obj"/></asset><worldbody><geom type="mesh" mesh="corner"/></worldbody></mujoco>';
    const simulator = new Simulator(mujoco, xml, { 'corner.obj': new TextEncoder().encode(obj) });
    const [mesh] = describeModel(simulator).meshes;
    const { positions, pictureCoordinates } = mesh ?? {};
    if (!positions || !pictureCoordinates) throw new Error('no places on a picture');
    expect(pictureCoordinates).toHaveLength((positions.length / 3) * 2);
    // The mesh lies turned in its own frame, so lengths of edges tell its corners.
    const places = new Map<string, number[]>();
    for (let i = 0; i < positions.length / 3; i += 1)
      places.set(`${pictureCoordinates[2 * i]} ${pictureCoordinates[2 * i + 1]}`, [...positions.subarray(3 * i, 3 * i + 3)]);
    expect([...places.keys()].sort()).toEqual(['0 0', '0 1', '0.5 0.5', '0.75 0.5', '1 1']);
    const apart = (a: string, b: string): number =>
      Math.hypot(...(places.get(a) ?? []).map((value, k) => value - (places.get(b)?.[k] ?? NaN)));
    for (const other of ['0 0', '1 1', '0.5 0.5']) expect(apart('0 1', other)).toBeCloseTo(1, 5);
    expect(apart('1 1', '0 0')).toBeCloseTo(Math.SQRT2, 5);
    expect(apart('0.5 0.5', '0.75 0.5')).toBeCloseTo(0, 6);
    simulator.dispose();
  });
});

describe('copyPoses', () => {
  it('writes position and rotation of every geom and site', () => {
    const simulator = new Simulator(mujoco, EVERYTHING);
    const poses = new Float32Array(poseSize(simulator));
    copyPoses(simulator, poses);
    // The arm: base at z = 1, 1 m along y, turned by 90° about z, its capsule half a metre along its own x.
    const arm = poses.slice(6 * POSE_STRIDE, 7 * POSE_STRIDE);
    const expected = [0, 1.5, 1, 0, -1, 0, 1, 0, 0, 0, 0, 1];
    expected.forEach((value, k) => expect(arm[k]).toBeCloseTo(value, 6));
    // The palm: 0.5 m above the wrist, turned with the arm. Sites follow the nine geoms.
    const palm = poses.slice(9 * POSE_STRIDE, 10 * POSE_STRIDE);
    [0, 1, 1.5, 0, -1, 0, 1, 0, 0, 0, 0, 1].forEach((value, k) => expect(palm[k]).toBeCloseTo(value, 6));
    simulator.qpos[2] = 3;
    simulator.updatePoses();
    copyPoses(simulator, poses);
    expect(poses[6 * POSE_STRIDE + 2]).toBeCloseTo(3, 6);
    simulator.dispose();
  });

  it('refuses a target that is too small', () => {
    const simulator = new Simulator(mujoco, EVERYTHING);
    expect(() => copyPoses(simulator, new Float32Array(12))).toThrow('11 poses need 132 numbers, the target has 12');
    simulator.dispose();
  });
});
