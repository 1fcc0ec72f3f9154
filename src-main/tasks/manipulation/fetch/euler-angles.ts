// The angles in which Gymnasium-Robotics gives an object's orientation (gymnasium_robotics/utils/rotations.py, mat2euler).

/** Angles (rad) about x, y and z of a rotation matrix, [9], row-major. */
export function eulerAngles(matrix: Float64Array): [number, number, number] {
  const [m00, m01, m02, m10, m11, m12, , , m22] = matrix as unknown as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const cy = Math.sqrt(m22 * m22 + m12 * m12);
  const y = -Math.atan2(-m02, cy);
  // Four times the double's epsilon: with y at a right angle, x and z turn about the same axis.
  if (cy > 4 * Number.EPSILON) return [-Math.atan2(m12, m22), y, -Math.atan2(m01, m00)];
  return [0, y, -Math.atan2(-m10, m11)];
}
