// Where the points of a geom lie on its texture, as MuJoCo's own renderer has it (settexture in src/render/classic/render_gl3.c):
// a flat picture is projected along the geom's z axis, a cube of six is wrapped around it.
import type { SceneGeom, Triple } from '../../src-main/physics/geometry.ts';

/** Half-lengths of the box around the geom's shape; 1 along an infinite plane. */
function halfLengths({ shape, size: [a, b, c] }: SceneGeom): Triple {
  if (shape === 'sphere') return [a, a, a];
  if (shape === 'capsule' || shape === 'cylinder') return [a, a, b];
  return shape === 'plane' ? [a || 1, b || 1, 1] : [a, b, c];
}

/**
 * @param positions metres in the geom's frame, [vertex, 3]
 * @param repeat how often the picture comes over the object, or over two metres where it is uniform
 * @returns [vertex, 2]: right, and down from the picture's first row
 */
export function flatCoordinates(
  positions: ArrayLike<number>,
  geom: SceneGeom,
  repeat: readonly [number, number],
  isUniform: boolean,
): Float32Array {
  const [x, y] = isUniform ? [1, 1] : halfLengths(geom);
  const coordinates = new Float32Array((positions.length / 3) * 2);
  for (let i = 0; i < coordinates.length / 2; i += 1) {
    coordinates[2 * i] = (0.5 * repeat[0] * (positions[3 * i] as number)) / x - 0.5;
    coordinates[2 * i + 1] = (-0.5 * repeat[1] * (positions[3 * i + 1] as number)) / y - 0.5;
  }
  return coordinates;
}

/** @returns [vertex, 3]: directions in which the cube is seen from its middle, of any length */
export function cubeDirections(positions: ArrayLike<number>, geom: SceneGeom, isUniform: boolean): Float32Array {
  const half = halfLengths(geom);
  // MuJoCo draws simple shapes as unit ones that are stretched, and meshes as they are.
  const isStretched = geom.shape !== 'mesh' && geom.shape !== 'height-field';
  const scale = half.map((length) => (isStretched ? (isUniform ? 1 : 1 / length) : isUniform ? length : 1));
  const directions = Float32Array.from(positions, (value, k) => value * (scale[k % 3] as number));
  if (geom.shape === 'capsule' && !isUniform) {
    // Caps go on where the cylinder ends, in units of their radius; MuJoCo begins them anew, which shows a seam.
    for (let k = 2; k < directions.length; k += 3) {
      const beyond = Math.abs(positions[k] as number) - half[2];
      if (beyond > 0) directions[k] = Math.sign(positions[k] as number) * (1 + beyond / half[0]);
    }
  }
  return directions;
}
