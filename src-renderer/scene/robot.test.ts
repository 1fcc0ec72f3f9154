import { CubeTexture, DataTexture, type Mesh, type MeshStandardMaterial } from 'three';
import { beforeAll, describe, expect, it } from 'vitest';
import { describeModel } from '../../src-main/physics/geometry.ts';
import { loadMuJoCo, type MuJoCo } from '../../src-main/physics/mujoco.ts';
import { png } from '../../src-main/physics/node/testing.ts';
import { Simulator } from '../../src-main/physics/simulator.ts';
import { poseStride } from './poses.ts';
import { Robot } from './robot.ts';

let mujoco: MuJoCo;
beforeAll(async () => {
  mujoco = await loadMuJoCo();
});

const assets = `<texture name="photo" type="2d" file="photo.png"/><material name="photo" texture="photo" emission="0.5"/>
  <texture name="checks" type="2d" builtin="checker" width="8" height="8"/><material name="checks" texture="checks"/>
  <texture name="dice" type="cube" builtin="flat" width="4" height="4"/><material name="dice" texture="dice"/>
  <material name="plain" rgba="1 0 0 1"/>
  <hfield name="hills" nrow="3" ncol="4" size="2 1 .5 .25" elevation="0 1 2 3 4 5 6 7 8 9 10 11"/>`;

function robotOf(geoms: string): { robot: Robot; mesh(name: string): Mesh | undefined; floorHeight(geoms: number): number } {
  const simulator = new Simulator(mujoco, `<mujoco><asset>${assets}</asset><worldbody>${geoms}</worldbody></mujoco>`, {
    'photo.png': png(8, 8, () => [255, 0, 255]),
  });
  const model = describeModel(simulator);
  simulator.dispose();
  const robot = new Robot(model, null);
  return {
    robot,
    mesh: (name) => robot.root.getObjectByName(name) as Mesh | undefined,
    floorHeight: (count) => robot.floorHeight(new Float32Array(count * poseStride)),
  };
}
const materialOf = (mesh: Mesh | undefined): MeshStandardMaterial | undefined => mesh?.material as MeshStandardMaterial | undefined;

describe('a robot in the 3D view', () => {
  it('carries its pictures, one for all geoms that share it', () => {
    const { robot, mesh } = robotOf(
      '<geom name="a" type="box" size="1 1 1" material="photo"/><geom name="b" size="1" material="photo"/><geom name="c" size="1" material="plain"/>',
    );
    const map = materialOf(mesh('a'))?.map;
    expect(map).toBeInstanceOf(DataTexture);
    expect(materialOf(mesh('b'))?.map).toBe(map);
    // What glows, glows in the picture's colours.
    expect(materialOf(mesh('a'))?.emissiveMap).toBe(map);
    expect(mesh('a')?.geometry.getAttribute('uv').count).toBe(24);
    expect(materialOf(mesh('c'))?.map).toBeNull();
    let disposed = 0;
    map?.addEventListener('dispose', () => (disposed += 1));
    robot.dispose();
    expect(disposed).toBe(1);
  });

  it('is wrapped in cubes of pictures', () => {
    const { mesh } = robotOf('<geom name="a" type="box" size="1 2 3" material="dice"/>');
    expect(materialOf(mesh('a'))?.map).toBeNull();
    const directions = mesh('a')?.geometry.getAttribute('cubeDirection');
    expect(directions?.count).toBe(24);
    expect(Array.from(directions?.array ?? []).every((value) => Math.abs(value) === 1)).toBe(true);
    const shader = {
      uniforms: {} as Record<string, { value: unknown }>,
      vertexShader: '#include <common>\n#include <begin_vertex>',
      fragmentShader: '#include <common>\n#include <map_fragment>\n#include <emissivemap_fragment>',
    };
    materialOf(mesh('a'))?.onBeforeCompile(shader as never, null as never);
    expect(shader.uniforms['cubePicture']?.value).toBeInstanceOf(CubeTexture);
  });

  it('stands on height fields, which stand on the floor', () => {
    const { mesh, floorHeight } = robotOf('<geom name="ground" type="hfield" hfield="hills" material="checks"/><geom size="3"/>');
    expect(mesh('ground')?.geometry.getAttribute('position').count).toBe(3 * 4 + 4 * 7 + 4);
    expect(mesh('ground')?.geometry.getAttribute('uv').count).toBe(3 * 4 + 4 * 7 + 4);
    expect(floorHeight(2)).toBe(-0.25);
  });

  it('leaves the floor to the stage, unless it is a picture of the model’s own', () => {
    const plane = (name: string, material: string, size = '2 2 1') =>
      `<geom name="${name}" type="plane" size="${size}" material="${material}"/>`;
    const { mesh } = robotOf(
      plane('plain', 'plain') + plane('checks', 'checks') + plane('photo', 'photo') + plane('endless', 'photo', '0 0 1'),
    );
    expect(['plain', 'checks', 'photo', 'endless'].filter((name) => mesh(name))).toEqual(['photo']);
  });

  it('shows sites where they are, in their colours and without a shadow, but for those of hidden groups', () => {
    const { robot, mesh } = robotOf(`<geom size="1"/><body name="arm" pos="0 0 2">
      <geom size="0.1"/><site name="tip" type="capsule" size="0.1 0.2" material="plain"/><site name="helper" group="4"/><site name="unseen" rgba="1 0 0 0"/></body>`);
    expect(['tip', 'helper', 'unseen'].filter((name) => mesh(name))).toEqual(['tip']);
    expect(materialOf(mesh('tip'))?.color.getHexString()).toBe('ff0000');
    expect([mesh('tip')?.castShadow, mesh('tip')?.receiveShadow]).toEqual([false, false]);
    const poses = new Float32Array(5 * poseStride);
    poses.set([4, 5, 6, 1, 0, 0, 0, 1, 0, 0, 0, 1], 2 * poseStride);
    robot.setPoses(poses);
    expect(mesh('tip')?.matrix.toArray().slice(12)).toEqual([4, 5, 6, 1]);
  });
});
