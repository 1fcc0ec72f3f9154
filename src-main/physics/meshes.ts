// Copies a model's meshes out as indexed triangles. MuJoCo indexes positions and normals separately, a renderer
// has one index: every pair that occurs becomes one vertex, so that hard edges stay hard.
import type { SceneMesh } from './scene-model.ts';
import type { Simulator } from './simulator.ts';

export function readMeshes({ model, names }: Simulator): SceneMesh[] {
  const vertices = model.mesh_vert as Float32Array;
  const normals = model.mesh_normal as Float32Array;
  const faces = model.mesh_face as Int32Array;
  const faceNormals = model.mesh_facenormal as Int32Array;
  const start = (addresses: unknown, mesh: number): number => (addresses as Int32Array)[mesh] as number;
  return names.mesh.map((name, mesh) => {
    const vertexStart = start(model.mesh_vertadr, mesh);
    const normalStart = start(model.mesh_normaladr, mesh);
    const faceStart = start(model.mesh_faceadr, mesh);
    const cornerCount = 3 * start(model.mesh_facenum, mesh);
    const normalCount = start(model.mesh_normalnum, mesh);
    const indices = new Uint32Array(cornerCount);
    const positionsOut: number[] = [];
    const normalsOut: number[] = [];
    const known = new Map<number, number>();
    for (let corner = 0; corner < cornerCount; corner += 1) {
      const vertex = faces[3 * faceStart + corner] as number;
      const normal = faceNormals[3 * faceStart + corner] as number;
      const key = vertex * normalCount + normal;
      let index = known.get(key);
      if (index === undefined) {
        index = known.size;
        known.set(key, index);
        for (let k = 0; k < 3; k += 1) {
          positionsOut.push(vertices[3 * (vertexStart + vertex) + k] as number);
          normalsOut.push(normals[3 * (normalStart + normal) + k] as number);
        }
      }
      indices[corner] = index;
    }
    return { name, positions: Float32Array.from(positionsOut), normals: Float32Array.from(normalsOut), indices };
  });
}
