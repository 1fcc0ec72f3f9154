import { describe, expect, it } from 'vitest';
import type { SceneHeightField } from '../../src-main/physics/geometry.ts';
import { buildHeightField } from './height-field.ts';

const hills: SceneHeightField = {
  name: 'hills',
  size: [2, 1, 0.5],
  rows: 3,
  columns: 4,
  heights: Float32Array.of(0, 0, 0, 0, 0, 0.3, 0.3, 0, 0, 0, 0, 0.6),
};

function read({ heights, ...rest }: SceneHeightField) {
  const geometry = buildHeightField({ ...rest, heights });
  const array = (name: string) => Array.from(geometry.getAttribute(name).array);
  const triples = (numbers: number[]) =>
    Array.from({ length: numbers.length / 3 }, (_, i) => numbers.slice(3 * i, 3 * i + 3) as [number, number, number]);
  return {
    positions: triples(array('position')),
    normals: triples(array('normal')),
    triangles: triples(Array.from(geometry.getIndex()?.array ?? [])),
  };
}

const cross = ([a, b, c]: number[], [d, e, f]: number[]): [number, number, number] => [
  (b ?? NaN) * (f ?? NaN) - (c ?? NaN) * (e ?? NaN),
  (c ?? NaN) * (d ?? NaN) - (a ?? NaN) * (f ?? NaN),
  (a ?? NaN) * (e ?? NaN) - (b ?? NaN) * (d ?? NaN),
];
const dot = (a: number[], b: number[]): number => a.reduce((sum, value, k) => sum + value * (b[k] ?? NaN), 0);
const minus = (a: number[], b: number[]): number[] => a.map((value, k) => value - (b[k] ?? NaN));

describe('a height field’s geometry', () => {
  it('has the heights at their places, then walls and a bottom', () => {
    const { positions, normals, triangles } = read(hills);
    expect(positions).toHaveLength(3 * 4 + 4 * (3 + 4) + 4);
    expect(triangles).toHaveLength(2 * 2 * 3 + 4 * (2 + 3) + 2);
    expect(positions[0]).toEqual([-2, -1, 0]);
    expect(positions[5]?.[0]).toBeCloseTo(-2 / 3, 6);
    expect(positions[5]?.[2]).toBeCloseTo(0.3, 6);
    expect(positions[11]?.[2]).toBeCloseTo(0.6, 6);
    expect(Math.min(...positions.map(([, , z]) => z))).toBe(-0.5);
    for (const normal of normals) expect(Math.hypot(...normal)).toBeCloseTo(1, 5);
  });

  it('is closed and faces outward: its triangles enclose the volume under the surface', () => {
    const { positions, normals, triangles } = read(hills);
    const corner = (k: number) => positions[k] as [number, number, number];
    const volume = triangles.reduce((sum, [a, b, c]) => sum + dot(corner(a), cross(corner(b), corner(c))) / 6, 0);
    // Each surface triangle stands on half a cell: its mean height times its area.
    const cell = ((2 * 2) / 3) * ((2 * 1) / 2);
    const surface = triangles
      .slice(0, 2 * 2 * 3)
      .reduce((sum, one) => sum + (cell / 2) * (one.reduce((total, k) => total + corner(k)[2], 0) / 3), 0);
    expect(volume).toBeCloseTo(4 * 2 * 0.5 + surface, 5);
    const edges = new Map<string, number>();
    const key = (k: number) =>
      corner(k)
        .map((value) => value.toFixed(5))
        .join();
    for (const [a, b, c] of triangles) {
      for (const [from, to] of [
        [a, b],
        [b, c],
        [c, a],
      ] as const) {
        edges.set(`${key(from)}>${key(to)}`, (edges.get(`${key(from)}>${key(to)}`) ?? 0) + 1);
        const facing = cross(minus(corner(b), corner(a)), minus(corner(c), corner(a)));
        expect(dot(facing, normals[from] ?? [])).toBeGreaterThan(0);
      }
    }
    // Walls meet the surface point by point; the bottom's long edges alone pass over the walls' points.
    const open = [...edges.keys()].filter((edge) => !edges.has(edge.split('>').reverse().join('>')));
    expect(open.every((edge) => edge.split('>').every((point) => point.endsWith('-0.50000')))).toBe(true);
  });

  it('has normals that lean away from the slope', () => {
    const slope = { ...hills, heights: Float32Array.from({ length: 12 }, (_, k) => 0.3 * (k % 4)) };
    const { normals } = read(slope);
    // 0.9 m over 4 m.
    for (const normal of normals.slice(0, 12)) {
      expect(normal[0] / normal[2]).toBeCloseTo(-0.9 / 4, 5);
      expect(normal[1]).toBeCloseTo(0, 6);
    }
  });
});
