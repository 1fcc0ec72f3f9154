// A height field as three.js draws it: the surface with smooth normals, four walls and a bottom.
import { BufferAttribute, BufferGeometry } from 'three';
import type { SceneHeightField, Triple } from '../../src-main/physics/geometry.ts';

/** Two triangles a cell of the surface, two a cell along each wall, two for the bottom. In the geom's frame. */
export function buildHeightField(field: SceneHeightField): BufferGeometry {
  const {
    rows,
    columns,
    size: [halfX, halfY, base],
  } = field;
  const vertexCount = rows * columns + 4 * (rows + columns) + 4;
  const positions = new Float32Array(3 * vertexCount);
  const normals = new Float32Array(3 * vertexCount);
  const indices = new Uint32Array(3 * (2 * (rows - 1) * (columns - 1) + 4 * (rows - 1 + columns - 1) + 2));
  let vertices = 0;
  let corners = 0;
  const add = (position: Triple, normal: Triple): void => {
    positions.set(position, 3 * vertices);
    normals.set(normal, 3 * vertices);
    vertices += 1;
  };
  const quad = (a: number, b: number, c: number, d: number): void => {
    indices.set([a, b, c, a, c, d], corners);
    corners += 6;
  };
  const point = (row: number, column: number): Triple => [
    halfX * ((2 * column) / (columns - 1) - 1),
    halfY * ((2 * row) / (rows - 1) - 1),
    field.heights[row * columns + column] as number,
  ];

  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) add(point(row, column), surfaceNormal(field, row, column));
  }
  for (let row = 0; row < rows - 1; row += 1) {
    for (let column = 0; column < columns - 1; column += 1) {
      const at = row * columns + column;
      quad(at, at + 1, at + columns + 1, at + columns);
    }
  }

  const [lastRow, lastColumn] = [rows - 1, columns - 1];
  // Round the edge, counter-clockwise from above, so that each wall faces outward.
  const walls: { count: number; normal: Triple; along: (k: number) => Triple }[] = [
    { count: columns, normal: [0, -1, 0], along: (k) => point(0, k) },
    { count: rows, normal: [1, 0, 0], along: (k) => point(k, lastColumn) },
    { count: columns, normal: [0, 1, 0], along: (k) => point(lastRow, lastColumn - k) },
    { count: rows, normal: [-1, 0, 0], along: (k) => point(lastRow - k, 0) },
  ];
  for (const { count, normal, along } of walls) {
    for (let k = 0; k < count; k += 1) {
      const [x, y, z] = along(k);
      add([x, y, -base], normal);
      add([x, y, z], normal);
      if (k > 0) quad(vertices - 4, vertices - 2, vertices - 1, vertices - 3);
    }
  }

  for (const [x, y] of [
    [-1, -1],
    [-1, 1],
    [1, 1],
    [1, -1],
  ] as const)
    add([x * halfX, y * halfY, -base], [0, 0, -1]);
  quad(vertices - 4, vertices - 3, vertices - 2, vertices - 1);

  const geometry = new BufferGeometry();
  geometry.setAttribute('position', new BufferAttribute(positions, 3));
  geometry.setAttribute('normal', new BufferAttribute(normals, 3));
  geometry.setIndex(new BufferAttribute(indices, 1));
  return geometry;
}

/** From the slopes between the neighbours; at the edge, to the one neighbour. */
function surfaceNormal({ rows, columns, heights, size: [halfX, halfY] }: SceneHeightField, row: number, column: number): Triple {
  const [left, right] = [Math.max(column - 1, 0), Math.min(column + 1, columns - 1)];
  const [near, far] = [Math.max(row - 1, 0), Math.min(row + 1, rows - 1)];
  const height = (r: number, c: number): number => heights[r * columns + c] as number;
  const alongX = (height(row, right) - height(row, left)) / ((2 * halfX * (right - left)) / (columns - 1));
  const alongY = (height(far, column) - height(near, column)) / ((2 * halfY * (far - near)) / (rows - 1));
  const length = Math.hypot(alongX, alongY, 1);
  return [-alongX / length, -alongY / length, 1 / length];
}
