// Poses of geoms as they travel from the worker: 12 numbers a geom, a position in metres
// and a rotation (3 × 3, row-major), worldFromGeom. And the drawing of a moment between two recorded ones.
import type { POSE_STRIDE } from '../../src-main/physics/geometry.ts';

/** Numbers a geom: position x y z, then the rotation's rows. The type ties it to what the physics room writes. */
export const poseStride: typeof POSE_STRIDE = 12;

/**
 * Writes the poses at `fraction` of the way from row `a` to row `b` into `out`: positions linearly, rotations
 * linearly and made orthonormal again (Gram–Schmidt), which is good where the two are a step apart. For
 * drawing only; nothing is measured from it.
 */
export function interpolatePoses(out: Float32Array, a: Float32Array, b: Float32Array, fraction: number): void {
  for (let i = 0; i < out.length; i += 1) out[i] = a[i]! + (b[i]! - a[i]!) * fraction;
  for (let base = 0; base < out.length; base += poseStride) orthonormalise(out, base + 3);
}

/** Makes the rows of a 3 × 3 matrix orthonormal, the first keeping its direction; leaves it where it has collapsed. */
function orthonormalise(m: Float32Array, at: number): void {
  let x0 = m[at]!, x1 = m[at + 1]!, x2 = m[at + 2]!;
  let y0 = m[at + 3]!, y1 = m[at + 4]!, y2 = m[at + 5]!;
  const xLength = Math.hypot(x0, x1, x2);
  if (xLength < 1e-6) return;
  x0 /= xLength; x1 /= xLength; x2 /= xLength;
  const along = x0 * y0 + x1 * y1 + x2 * y2;
  y0 -= along * x0; y1 -= along * x1; y2 -= along * x2;
  const yLength = Math.hypot(y0, y1, y2);
  if (yLength < 1e-6) return;
  y0 /= yLength; y1 /= yLength; y2 /= yLength;
  m[at] = x0; m[at + 1] = x1; m[at + 2] = x2;
  m[at + 3] = y0; m[at + 4] = y1; m[at + 5] = y2;
  m[at + 6] = x1 * y2 - x2 * y1;
  m[at + 7] = x2 * y0 - x0 * y2;
  m[at + 8] = x0 * y1 - x1 * y0;
}
