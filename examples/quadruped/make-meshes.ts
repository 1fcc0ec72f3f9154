// Writes the quadruped's meshes, assets/*.stl: node examples/quadruped/make-meshes.ts. Each is a stack of rectangles along one
// axis, joined by triangles and closed at both ends: enough for a body with bevelled ends and for tapering legs.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

type Point = readonly [number, number, number];
/** Half-width and half-depth of a cross-section at a place along the axis (m). */
type Section = readonly [at: number, halfWidth: number, halfDepth: number];

const corners = [[1, 1], [-1, 1], [-1, -1], [1, -1]] as const;

function loft(sections: readonly Section[], axis: 'x' | 'z'): Point[][] {
  const ring = ([at, halfWidth, halfDepth]: Section): Point[] =>
    corners.map(([a, b]): Point => (axis === 'x' ? [at, a * halfWidth, b * halfDepth] : [a * halfWidth, b * halfDepth, at]));
  const rings = sections.map(ring);
  const triangles: Point[][] = [];
  const quad = (a: Point, b: Point, c: Point, d: Point): void => void triangles.push([a, b, c], [a, c, d]);
  for (let k = 0; k + 1 < rings.length; k += 1) {
    const [low, high] = [rings[k] as Point[], rings[k + 1] as Point[]];
    for (let c = 0; c < 4; c += 1) quad(low[c] as Point, low[(c + 1) % 4] as Point, high[(c + 1) % 4] as Point, high[c] as Point);
  }
  const [first, last] = [rings[0] as Point[], rings.at(-1) as Point[]];
  quad(first[3] as Point, first[2] as Point, first[1] as Point, first[0] as Point);
  quad(last[0] as Point, last[1] as Point, last[2] as Point, last[3] as Point);
  return triangles;
}

/** Binary STL: 80 bytes of header, the number of triangles, then 50 bytes each. */
function writeStl(name: string, triangles: readonly Point[][]): void {
  const bytes = new Uint8Array(84 + 50 * triangles.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(80, triangles.length, true);
  triangles.forEach((triangle, t) => {
    const [a, b, c] = triangle as [Point, Point, Point];
    const [u, v] = [b.map((value, k) => value - (a[k] as number)), c.map((value, k) => value - (a[k] as number))] as [number[], number[]];
    const normal = [0, 1, 2].map((k) => (u[(k + 1) % 3] as number) * (v[(k + 2) % 3] as number) - (u[(k + 2) % 3] as number) * (v[(k + 1) % 3] as number));
    const length = Math.hypot(...normal) || 1;
    [...normal.map((value) => value / length), ...a, ...b, ...c].forEach((value, k) => view.setFloat32(84 + 50 * t + 4 * k, value, true));
  });
  writeFileSync(path.join(import.meta.dirname, 'assets', `${name}.stl`), bytes);
}

mkdirSync(path.join(import.meta.dirname, 'assets'), { recursive: true });
writeStl('torso', loft([[-0.22, 0.05, 0.025], [-0.18, 0.085, 0.045], [0.16, 0.09, 0.05], [0.22, 0.06, 0.03], [0.27, 0.035, 0.02]], 'x'));
writeStl('thigh', loft([[0.03, 0.022, 0.016], [0, 0.034, 0.022], [-0.1, 0.024, 0.016], [-0.2, 0.018, 0.013]], 'z'));
writeStl('shin', loft([[0.015, 0.02, 0.014], [-0.02, 0.018, 0.013], [-0.17, 0.011, 0.009], [-0.2, 0.013, 0.011]], 'z'));
