// The model as three.js meshes, one a geom and one a site, whose world matrices are written from the worker's poses.
import { Group, Mesh, type Material, type Vector3 } from 'three';
import type { SceneGeom, SceneModel } from '../../src-main/physics/geometry.ts';
import { buildMaterial } from './geom-material.ts';
import { buildShape } from './geom-shape.ts';
import { Pictures } from './pictures.ts';
import { poseStride } from './poses.ts';

/** Groups from 3 on are hidden by custom: collision shapes, helpers. */
const firstHiddenGroup = 3;
const isHidden = ({ group, rgba }: Pick<SceneGeom, 'group' | 'rgba'>): boolean => group >= firstHiddenGroup || rgba[3] === 0;

/** A plane without motion is the floor, which the stage draws. */
function isFloor(geom: SceneGeom): boolean {
  return geom.shape === 'plane' && geom.body === 0;
}

/** A floor that carries a picture of the model's own is drawn; a plain or chequered one is the stage's. */
function isPictured(geom: SceneGeom, { materials, textures }: SceneModel): boolean {
  const texture = textures[materials[geom.material ?? -1]?.texture ?? -1];
  return texture?.isFromFile === true && geom.size[0] > 0 && geom.size[1] > 0;
}

export class Robot {
  readonly root = new Group();
  readonly model: SceneModel;
  /** Of the geoms, then of the sites. */
  private readonly meshes: (Mesh | null)[];
  private readonly pictures: Pictures;
  private readonly trackedGeom: number;

  /** @param trackBody name of the body whose place `trackedPosition` gives; null: none */
  constructor(model: SceneModel, trackBody: string | null) {
    this.model = model;
    const body = model.bodies.findIndex((candidate) => candidate.name === trackBody);
    this.trackedGeom = body < 0 ? -1 : model.geoms.findIndex((geom) => geom.body === body);
    this.pictures = new Pictures(model.textures);
    this.meshes = [
      ...model.geoms.map((geom) => (isHidden(geom) || (isFloor(geom) && !isPictured(geom, model)) ? null : this.build(geom, true))),
      ...model.sites.map((site) =>
        isHidden(site) ? null : this.build({ ...site, mesh: null, heightField: null, material: null, collides: false }, false),
      ),
    ];
  }

  private build(geom: SceneGeom, hasShadow: boolean): Mesh | null {
    const geometry = buildShape(geom, this.model);
    if (geometry === null) return null;
    const mesh = new Mesh(geometry, buildMaterial(geom, this.model, this.pictures));
    mesh.name = geom.name;
    mesh.matrixAutoUpdate = false;
    mesh.castShadow = hasShadow;
    mesh.receiveShadow = hasShadow;
    this.root.add(mesh);
    return mesh;
  }

  /** Height of the floor (m): the model's plane, else where its height fields stand, else a little below the lowest geom. */
  floorHeight(poses: Float32Array): number {
    const { geoms, heightFields, extent } = this.model;
    const height = (geom: number): number => poses[geom * poseStride + 2] ?? 0;
    const floor = geoms.findIndex(isFloor);
    if (floor >= 0) return height(floor);
    const bases = geoms.flatMap(({ heightField }, i) =>
      heightField === null ? [] : [height(i) - (heightFields[heightField]?.size[2] ?? 0)],
    );
    if (bases.length > 0) return Math.min(...bases);
    const lowest = geoms.map((geom, i) => height(i) - Math.max(...geom.size));
    return Math.min(0, ...lowest) - 0.1 * extent;
  }

  /** @param poses 12 numbers a geom, then a site, see poses.ts */
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
    this.pictures.dispose();
    this.root.removeFromParent();
  }
}
