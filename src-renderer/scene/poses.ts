// Poses as they travel from the worker: 12 numbers for each geom and then each site, a position in metres
// and a rotation (3 × 3, row-major), world from its frame. And the drawing of a moment between two recorded ones.
import type { POSE_STRIDE } from '../../src-main/physics/geometry.ts';

/** Numbers a geom or site: position x y z, then the rotation's rows. The type ties it to what the physics room writes. */
export const poseStride: typeof POSE_STRIDE = 12;

/**
 * Writes the poses at `fraction` of the way from row `a` to row `b` into `out`: positions linearly, rotations
 * linearly and made orthonormal again (Gram–Schmidt), which is good where the two are a step apart. For
 * drawing only; nothing is measured from it.
 */
export function interpolatePoses(out: Float32Array, a: Float32Array, b: Float32Array, fraction: number): void {
  for (let i = 0; i < out.length; i += 1) {
    const from = a[i] as number;
    out[i] = from + ((b[i] as number) - from) * fraction;
  }
  for (let base = 0; base < out.length; base += poseStride) orthonormalise(out, base + 3);
}

/** Makes the rows of a 3 × 3 matrix orthonormal, the first keeping its direction; leaves it where it has collapsed. */
function orthonormalise(m: Float32Array, at: number): void {
  const read = (k: number): number => m[at + k] as number;
  const xLength = Math.hypot(read(0), read(1), read(2));
  if (xLength < 1e-6) return;
  const x = [read(0) / xLength, read(1) / xLength, read(2) / xLength] as const;
  const along = x[0] * read(3) + x[1] * read(4) + x[2] * read(5);
  const rest = [read(3) - along * x[0], read(4) - along * x[1], read(5) - along * x[2]] as const;
  const yLength = Math.hypot(...rest);
  if (yLength < 1e-6) return;
  const y = [rest[0] / yLength, rest[1] / yLength, rest[2] / yLength] as const;
  m.set(x, at);
  m.set(y, at + 3);
  m.set([x[1] * y[2] - x[2] * y[1], x[2] * y[0] - x[0] * y[2], x[0] * y[1] - x[1] * y[0]], at + 6);
}
