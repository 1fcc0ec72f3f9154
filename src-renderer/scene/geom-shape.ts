// A geom's shape as triangles, with the attributes by which its texture is laid on: `uv`, or `cubeDirection`.
import { BoxGeometry, BufferAttribute, BufferGeometry, CapsuleGeometry, CylinderGeometry, SphereGeometry } from 'three';
import type { SceneGeom, SceneModel } from '../../src-main/physics/geometry.ts';
import { buildHeightField } from './height-field.ts';
import { cubeDirections, flatCoordinates } from './texture-mapping.ts';

/** null where there is nothing to draw. */
export function buildShape(geom: SceneGeom, model: SceneModel): BufferGeometry | null {
  const geometry = buildTriangles(geom, model);
  const material = geom.material === null ? undefined : model.materials[geom.material];
  const texture = model.textures[material?.texture ?? -1];
  if (geometry === null || material === undefined || texture === undefined) return geometry;
  const positions = geometry.getAttribute('position').array;
  if (texture.kind === 'cube') {
    geometry.setAttribute('cubeDirection', new BufferAttribute(cubeDirections(positions, geom, material.isTextureUniform), 3));
  } else {
    const own = geom.mesh === null ? null : (model.meshes[geom.mesh]?.pictureCoordinates ?? null);
    geometry.setAttribute(
      'uv',
      new BufferAttribute(own ?? flatCoordinates(positions, geom, material.textureRepeat, material.isTextureUniform), 2),
    );
  }
  return geometry;
}

function buildTriangles(geom: SceneGeom, model: SceneModel): BufferGeometry | null {
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
    case 'height-field': {
      const field = geom.heightField === null ? undefined : model.heightFields[geom.heightField];
      return field ? buildHeightField(field) : null;
    }
    case 'other':
      return null;
  }
}

/** MuJoCo's long axis is z, three's is y. */
function alongZ(geometry: BufferGeometry): BufferGeometry {
  return geometry.rotateX(Math.PI / 2);
}
