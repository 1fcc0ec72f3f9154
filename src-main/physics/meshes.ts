// Copies a model's meshes out as indexed triangles. MuJoCo indexes positions, normals and places on a picture separately, a
// renderer has one index: every combination that occurs becomes one vertex, so that hard edges stay hard.
import type { SceneMesh } from './scene-model.ts';
import type { Simulator } from './simulator.ts';

export function readMeshes({ model, names }: Simulator): SceneMesh[] {
  const vertices = model.mesh_vert as Float32Array;
  const normals = model.mesh_normal as Float32Array;
  const faces = model.mesh_face as Int32Array;
  const faceNormals = model.mesh_facenormal as Int32Array;
  const coordinates = model.mesh_texcoord as Float32Array;
  const faceCoordinates = model.mesh_facetexcoord as Int32Array;
  const start = (addresses: unknown, mesh: number): number => (addresses as Int32Array)[mesh] as number;
  return names.mesh.map((name, mesh) => {
    const vertexStart = start(model.mesh_vertadr, mesh);
    const normalStart = start(model.mesh_normaladr, mesh);
    const faceStart = start(model.mesh_faceadr, mesh);
    const cornerCount = 3 * start(model.mesh_facenum, mesh);
    const normalCount = start(model.mesh_normalnum, mesh);
    const coordinateStart = start(model.mesh_texcoordadr, mesh);
    const coordinateCount = start(model.mesh_texcoordnum, mesh);
    const indices = new Uint32Array(cornerCount);
    const positionsOut: number[] = [];
    const normalsOut: number[] = [];
    const coordinatesOut: number[] = [];
    const pairs = new Numbering();
    // Without places on a picture a pair is a vertex already; with them, three numbers could not share one key.
    const triples = coordinateCount > 0 ? new Numbering() : null;
    for (let corner = 0; corner < cornerCount; corner += 1) {
      const vertex = faces[3 * faceStart + corner] as number;
      const normal = faceNormals[3 * faceStart + corner] as number;
      const coordinate = triples === null ? 0 : (faceCoordinates[3 * faceStart + corner] as number);
      const pair = pairs.of(vertex * normalCount + normal);
      const index = triples === null ? pair : triples.of(pair * coordinateCount + coordinate);
      indices[corner] = index;
      if (3 * index < positionsOut.length) continue;
      for (let k = 0; k < 3; k += 1) {
        positionsOut.push(vertices[3 * (vertexStart + vertex) + k] as number);
        normalsOut.push(normals[3 * (normalStart + normal) + k] as number);
      }
      for (let k = 0; triples !== null && k < 2; k += 1) coordinatesOut.push(coordinates[2 * (coordinateStart + coordinate) + k] as number);
    }
    return {
      name,
      positions: Float32Array.from(positionsOut),
      normals: Float32Array.from(normalsOut),
      indices,
      pictureCoordinates: triples === null ? null : Float32Array.from(coordinatesOut),
    };
  });
}

/** Numbers keys in the order in which they first come. */
class Numbering {
  readonly #known = new Map<number, number>();

  of(key: number): number {
    let number = this.#known.get(key);
    if (number === undefined) {
      number = this.#known.size;
      this.#known.set(key, number);
    }
    return number;
  }
}
