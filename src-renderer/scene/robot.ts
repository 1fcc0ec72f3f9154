// The model as three.js meshes, one a geom, whose world matrices are written from the worker's poses.
import {
  BoxGeometry, BufferAttribute, BufferGeometry, CapsuleGeometry, Color, CylinderGeometry, Group, Mesh,
  MeshStandardMaterial, SphereGeometry, SRGBColorSpace, type Material, type Vector3,
} from 'three';
import type { SceneGeom, SceneModel } from '../../src-main/physics/geometry.ts';
import { poseStride } from './poses.ts';

/** Groups from 3 on are hidden by custom: collision shapes, helpers. */
const firstHiddenGroup = 3;

/** A plane without motion is the floor, which the stage draws. */
function isFloor(geom: SceneGeom): boolean {
  return geom.shape === 'plane' && geom.body === 0;
}

/** MuJoCo's long axis is z, three's is y. */
function alongZ(geometry: BufferGeometry): BufferGeometry {
  return geometry.rotateX(Math.PI / 2);
}

function buildGeometry(geom: SceneGeom, model: SceneModel): BufferGeometry | null {
  const [a, b, c] = geom.size;
  switch (geom.shape) {
    case 'sphere':
      return new SphereGeometry(a, 32, 20);
    case 'capsule':
      return alongZ(new CapsuleGeometry(a, 2 * b, 10, 28));
    case 'cylinder':
      return alongZ(new CylinderGeometry(a, a, 2 * b, 36));
    case 'ellipsoid':
      return new SphereGeometry(1, 32, 20).scale(a, b, c);
    case 'box':
      return new BoxGeometry(2 * a, 2 * b, 2 * c);
    case 'plane':
      return new BoxGeometry(2 * (a || 1), 2 * (b || 1), 0.002);
    case 'mesh': {
      const mesh = geom.mesh === null ? undefined : model.meshes[geom.mesh];
      if (!mesh) return null;
      const geometry = new BufferGeometry();
      geometry.setAttribute('position', new BufferAttribute(mesh.positions, 3));
      geometry.setAttribute('normal', new BufferAttribute(mesh.normals, 3));
      geometry.setIndex(new BufferAttribute(mesh.indices, 1));
      return geometry;
    }
    // Height fields come with the tasks that need them.
    case 'height-field':
    case 'other':
      return null;
  }
}

function buildMaterial(geom: SceneGeom, model: SceneModel): MeshStandardMaterial {
  const declared = geom.material === null ? undefined : model.materials[geom.material];
  const [r, g, b, opacity] = geom.rgba;
  const shininess = declared?.shininess ?? 0.5;
  const color = new Color().setRGB(r, g, b, SRGBColorSpace);
  const material = new MeshStandardMaterial({
    color,
    // MuJoCo's shininess is on [0, 1]; where a model gives roughness, that is meant.
    roughness: declared && declared.roughness >= 0 ? declared.roughness : 0.72 - 0.4 * shininess,
    metalness: declared && declared.metallic >= 0 ? declared.metallic : 0.02,
    transparent: opacity < 1,
    opacity,
    depthWrite: opacity >= 1,
  });
  if (declared && declared.emission > 0) material.emissive.copy(color).multiplyScalar(declared.emission);
  return material;
}

export class Robot {
  readonly root = new Group();
  readonly model: SceneModel;
  private readonly meshes: (Mesh | null)[];
  private readonly trackedGeom: number;

  /** @param trackBody name of the body whose place `trackedPosition` gives; null: none */
  constructor(model: SceneModel, trackBody: string | null) {
    this.model = model;
    const body = model.bodies.findIndex((candidate) => candidate.name === trackBody);
    this.trackedGeom = body < 0 ? -1 : model.geoms.findIndex((geom) => geom.body === body);
    this.meshes = model.geoms.map((geom) => {
      if (isFloor(geom) || geom.group >= firstHiddenGroup || geom.rgba[3] === 0) return null;
      const geometry = buildGeometry(geom, model);
      if (geometry === null) return null;
      const mesh = new Mesh(geometry, buildMaterial(geom, model));
      mesh.name = geom.name;
      mesh.matrixAutoUpdate = false;
      mesh.castShadow = true;
      mesh.receiveShadow = true;
      this.root.add(mesh);
      return mesh;
    });
  }

  /** Height of the floor (m): the model's plane, else a little below the lowest geom. */
  floorHeight(poses: Float32Array): number {
    const { geoms, extent } = this.model;
    const floor = geoms.findIndex(isFloor);
    if (floor >= 0) return poses[floor * poseStride + 2] ?? 0;
    const lowest = geoms.map((geom, i) => (poses[i * poseStride + 2] ?? 0) - Math.max(...geom.size));
    return Math.min(0, ...lowest) - 0.1 * extent;
  }

  /** @param poses 12 numbers a geom, see poses.ts */
  setPoses(poses: Float32Array): void {
    this.meshes.forEach((mesh, i) => {
      if (mesh === null) return;
      const p = i * poseStride;
      const v = (k: number): number => poses[p + k] as number;
      mesh.matrix.set(v(3), v(4), v(5), v(0), v(6), v(7), v(8), v(1), v(9), v(10), v(11), v(2), 0, 0, 0, 1);
      mesh.matrixWorldNeedsUpdate = true;
    });
  }

  /** Where the tracked body's first geom is, or null where no body is tracked. */
  trackedPosition(poses: Float32Array, target: Vector3): Vector3 | null {
    if (this.trackedGeom < 0) return null;
    return target.fromArray(poses, this.trackedGeom * poseStride);
  }

  dispose(): void {
    for (const mesh of this.meshes) {
      mesh?.geometry.dispose();
      (mesh?.material as Material | undefined)?.dispose();
    }
    this.root.removeFromParent();
  }
}
