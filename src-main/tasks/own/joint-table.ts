// A model's joints as lists of single positions and velocities, each with a name and a unit.
import { readJoints, type SceneJoint } from '../../physics/geometry.ts';
import type { Simulator } from '../../physics/simulator.ts';
import { missingName, OwnTaskError } from './own-task-error.ts';

export interface JointNumber {
  /** Into qpos or qvel. */
  index: number;
  name: string;
  unit: string;
  kind: SceneJoint['kind'];
}

const freePositions = [
  ['x', 'm'],
  ['y', 'm'],
  ['z', 'm'],
  ['quaternion w', ''],
  ['quaternion x', ''],
  ['quaternion y', ''],
  ['quaternion z', ''],
] as const;
const freeVelocities = [
  ['x velocity', 'm/s'],
  ['y velocity', 'm/s'],
  ['z velocity', 'm/s'],
  ['angular velocity x', 'rad/s'],
  ['angular velocity y', 'rad/s'],
  ['angular velocity z', 'rad/s'],
] as const;

export class JointTable {
  readonly joints: readonly (SceneJoint & { title: string })[];

  constructor(simulator: Simulator) {
    this.joints = readJoints(simulator).map((joint, k) => ({ ...joint, title: joint.name || `joint ${k}` }));
  }

  /** @throws OwnTaskError naming the nearest joint */
  find(name: string, path: string): SceneJoint {
    const found = this.joints.find((joint) => joint.name === name);
    if (!found) throw new OwnTaskError(path, missingName('joint', name, this.joints.map((joint) => joint.name).filter(Boolean)));
    return found;
  }

  /** @throws OwnTaskError where a joint is unknown or none is left */
  positions(choice: { joints?: readonly string[] | undefined; except?: readonly string[] | undefined }, path: string): JointNumber[] {
    return this.#choose(choice, path).flatMap(({ kind, title, qposAddress }): JointNumber[] => {
      if (kind === 'hinge') return [{ index: qposAddress, name: `${title} angle`, unit: 'rad', kind }];
      if (kind === 'slide') return [{ index: qposAddress, name: `${title} position`, unit: 'm', kind }];
      return (kind === 'free' ? freePositions : freePositions.slice(3)).map(([what, unit], k) => ({
        index: qposAddress + k,
        name: `${title} ${what}`,
        unit,
        kind,
      }));
    });
  }

  velocities(choice: { joints?: readonly string[] | undefined; except?: readonly string[] | undefined }, path: string): JointNumber[] {
    return this.#choose(choice, path).flatMap(({ kind, title, qvelAddress }): JointNumber[] => {
      if (kind === 'hinge') return [{ index: qvelAddress, name: `${title} angular velocity`, unit: 'rad/s', kind }];
      if (kind === 'slide') return [{ index: qvelAddress, name: `${title} velocity`, unit: 'm/s', kind }];
      return (kind === 'free' ? freeVelocities : freeVelocities.slice(3)).map(([what, unit], k) => ({
        index: qvelAddress + k,
        name: `${title} ${what}`,
        unit,
        kind,
      }));
    });
  }

  #choose(
    { joints, except }: { joints?: readonly string[] | undefined; except?: readonly string[] | undefined },
    path: string,
  ): readonly (SceneJoint & { title: string })[] {
    joints?.forEach((name, k) => this.find(name, `${path}.joints.${k}`));
    except?.forEach((name, k) => this.find(name, `${path}.except.${k}`));
    const wanted = joints
      ? joints.map((name) => this.joints.find((joint) => joint.name === name) as SceneJoint & { title: string })
      : this.joints;
    const left = wanted.filter(({ name }) => !(except ?? []).includes(name));
    if (left.length === 0) throw new OwnTaskError(path, 'no joint is left to it');
    return left;
  }
}
