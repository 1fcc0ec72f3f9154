import { describe, expect, it } from 'vitest';
import type { GeomShape, SceneGeom, Triple } from '../../src-main/physics/geometry.ts';
import { cubeDirections, flatCoordinates } from './texture-mapping.ts';

function geom(shape: GeomShape, size: Triple): SceneGeom {
  return { name: '', body: 0, shape, size, mesh: null, heightField: null, material: 0, rgba: [1, 1, 1, 1], group: 0, collides: true };
}
const rounded = (numbers: ArrayLike<number>): number[] => Array.from(numbers, (value) => Math.round(1e6 * value) / 1e6 + 0);

describe('a flat picture', () => {
  // Whole numbers are the picture's corners, since it repeats; the second counts downwards.
  it.each<[string, SceneGeom, [number, number], boolean, number[], number[]]>([
    ['its upper left corner is the box’s far left', geom('box', [2, 1, 0.5]), [1, 1], false, [-2, 1, 0.5], [-1, -1]],
    ['its lower right corner is the box’s near right', geom('box', [2, 1, 0.5]), [1, 1], false, [2, -1, 0.5], [0, 0]],
    ['a tenth from its left and upper edges', geom('box', [2, 1, 0.5]), [1, 1], false, [-1.6, 0.8, 0.5], [-0.9, -0.9]],
    ['it is repeated over the object', geom('box', [2, 1, 0.5]), [3, 5], false, [2, 1, 0], [1, -3]],
    ['or over two metres', geom('box', [2, 1, 0.5]), [3, 5], true, [2, 1, 0], [2.5, -3]],
    ['on a plane', geom('plane', [4, 2, 1]), [1, 1], false, [4, -2, 0], [0, 0]],
    ['on an infinite plane as on one of two metres', geom('plane', [0, 0, 1]), [1, 1], false, [1, 1, 0], [0, -1]],
    ['around a sphere', geom('sphere', [0.5, 0, 0]), [1, 1], false, [0.5, 0, 0], [0, -0.5]],
    ['along a capsule', geom('capsule', [0.5, 3, 0]), [1, 1], false, [0, 0.5, 3], [-0.5, -1]],
    ['on a height field', geom('height-field', [10, 5, 1]), [2, 2], false, [10, 5, 0.3], [0.5, -1.5]],
  ])('%s', (_what, shape, repeat, isUniform, position, expected) => {
    expect(rounded(flatCoordinates(position, shape, repeat, isUniform))).toEqual(expected);
  });
});

describe('a cube of pictures', () => {
  it.each<[string, SceneGeom, boolean, number[], number[]]>([
    ['is stretched along with a box', geom('box', [2, 1, 0.5]), false, [2, 1, -0.5], [1, 1, -1]],
    ['or keeps its angles', geom('box', [2, 1, 0.5]), true, [2, 1, -0.5], [2, 1, -0.5]],
    ['around a sphere', geom('sphere', [0.5, 0, 0]), false, [0.5, 0, 0], [1, 0, 0]],
    ['along a capsule’s cylinder', geom('capsule', [0.5, 2, 0]), false, [0.5, 0, 1], [1, 0, 0.5]],
    ['and on over its caps', geom('capsule', [0.5, 2, 0]), false, [0, 0, -2.5], [0, 0, -2]],
    ['on a mesh as it is', geom('mesh', [2, 1, 0.5]), false, [2, 1, 0.5], [2, 1, 0.5]],
    ['on a mesh stretched by its size', geom('mesh', [2, 1, 0.5]), true, [2, 1, 0.5], [4, 1, 0.25]],
  ])('%s', (_what, shape, isUniform, position, expected) => {
    expect(rounded(cubeDirections(position, shape, isUniform))).toEqual(expected);
  });
});
