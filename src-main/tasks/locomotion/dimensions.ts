// Names and units of what the robots with a free torso observe, in Gymnasium's order.
import type { DimensionDeclaration } from '../../contract/declarations.ts';

/** qpos and qvel of a torso that moves freely and of its joints, the place on the floor perhaps left out. */
export function freeBodyDimensions(joints: readonly string[], leaveOutPlace: boolean): DimensionDeclaration[] {
  return [
    ...(leaveOutPlace
      ? []
      : [
          { name: 'torso x', unit: 'm' },
          { name: 'torso y', unit: 'm' },
        ]),
    { name: 'torso height', unit: 'm' },
    ...['w', 'x', 'y', 'z'].map((part) => ({ name: `torso quaternion ${part}`, unit: '' })),
    ...joints.map((joint) => ({ name: `${joint} angle`, unit: 'rad' })),
    ...['x', 'y', 'z'].map((axis) => ({ name: `torso ${axis} velocity`, unit: 'm/s' })),
    ...['x', 'y', 'z'].map((axis) => ({ name: `torso angular velocity ${axis}`, unit: 'rad/s' })),
    ...joints.map((joint) => ({ name: `${joint} velocity`, unit: 'rad/s' })),
  ];
}

/** MuJoCo's cfrc_ext: external torque and force on each body, about its subtree's centre of mass, in the world's axes. */
export function contactForceDimensions(bodies: readonly string[]): DimensionDeclaration[] {
  return bodies.flatMap((body) => [
    ...['x', 'y', 'z'].map((axis) => ({ name: `${body} contact torque ${axis}`, unit: 'N·m' })),
    ...['x', 'y', 'z'].map((axis) => ({ name: `${body} contact force ${axis}`, unit: 'N' })),
  ]);
}

/** MuJoCo's cinert: each body's inertia about its subtree's centre of mass, mass times offset from there, and mass. */
export function inertiaDimensions(bodies: readonly string[]): DimensionDeclaration[] {
  return bodies.flatMap((body) => [
    ...['xx', 'yy', 'zz', 'xy', 'xz', 'yz'].map((pair) => ({ name: `${body} inertia ${pair}`, unit: 'kg·m²' })),
    ...['x', 'y', 'z'].map((axis) => ({ name: `${body} mass × offset ${axis}`, unit: 'kg·m' })),
    { name: `${body} mass`, unit: 'kg' },
  ]);
}

/** MuJoCo's cvel: each body's angular velocity, and its linear velocity at its subtree's centre of mass. */
export function bodyVelocityDimensions(bodies: readonly string[]): DimensionDeclaration[] {
  return bodies.flatMap((body) => [
    ...['x', 'y', 'z'].map((axis) => ({ name: `${body} turning ${axis}`, unit: 'rad/s' })),
    ...['x', 'y', 'z'].map((axis) => ({ name: `${body} moving ${axis}`, unit: 'm/s' })),
  ]);
}
