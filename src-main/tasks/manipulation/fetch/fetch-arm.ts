// The Fetch arm as Gymnasium-Robotics drives it (gymnasium_robotics/utils/mujoco_utils.py): no motor turns a joint, but a
// mocap body, welded to the gripper, leads it. Before each step the lead comes to where the gripper is and from there moves
// by what the action says.
import { SiteMotion } from '../../../physics/site-motion.ts';
import type { Simulator } from '../../../physics/simulator.ts';

/** MuJoCo steps in which the arm is led from the model's default state to where episodes begin. */
const SETTLING_STEPS = 200;
/** From the gripper's default place to the lead's first one (m); what a task adds to the height comes on top. */
const TO_START = [-0.498, 0.005, -0.431] as const;
/** Metres that the lead goes ahead of the gripper at an action of 1. */
const REACH_OF_ACTION = 0.05;
/** w x y z, as Gymnasium-Robotics gives it and adds it to the lead's: the gripper points down. MuJoCo normalises it. */
const DOWN = [1, 0, 1, 0] as const;
/** Numbers of a pose: position (m) and quaternion w x y z. */
export const POSE = 7;

export interface StartingState {
  /** Joint positions by name: where the base stands, and where a task's object lies. */
  joints: Readonly<Record<string, readonly number[]>>;
  /** Height added to the gripper's first place (m). */
  extraHeight: number;
}

export class FetchArm {
  readonly grip: SiteMotion;
  /** Where episodes begin, before their own noise. */
  readonly qpos: Float64Array;
  readonly qvel: Float64Array;
  /** Of the grip site there (m), as goals and objects are placed around it. It lags, as Gymnasium-Robotics reads it. */
  readonly start: Float64Array;
  readonly #simulator: Simulator;
  readonly #gripper: number;
  readonly #fingers: readonly [number, number];
  readonly #fingerVelocities: readonly [number, number];

  /** Leads the arm to its start. The simulator is at rest in the model's default state before. */
  constructor(simulator: Simulator, { joints, extraHeight }: StartingState) {
    this.#simulator = simulator;
    this.#gripper = simulator.idOf('body', 'gripper');
    const fingers = ['right_finger', 'left_finger'].map((name) => simulator.idOf('joint', name)) as [number, number];
    this.#fingers = fingers.map((joint) => (simulator.model.jnt_qposadr as Int32Array)[joint]) as [number, number];
    this.#fingerVelocities = fingers.map((joint) => (simulator.model.jnt_dofadr as Int32Array)[joint]) as [number, number];
    this.grip = new SiteMotion(simulator, 'grip');
    for (const [name, values] of Object.entries(joints)) {
      simulator.qpos.set(values, (simulator.model.jnt_qposadr as Int32Array)[simulator.idOf('joint', name)]);
    }
    simulator.forward();
    const from = this.grip.position();
    TO_START.forEach((by, k) => {
      simulator.mocapPos[k] = (from[k] as number) + (by + (k === 2 ? extraHeight : 0));
    });
    simulator.mocapQuat.set(DOWN);
    simulator.step(SETTLING_STEPS);
    this.start = this.grip.position();
    this.qpos = simulator.qpos.slice();
    this.qvel = simulator.qvel.slice();
  }

  /** Positions of the right and the left finger (m), 0 closed to 0.05 open. */
  get fingers(): [number, number] {
    return this.#fingers.map((at) => this.#simulator.qpos[at]) as [number, number];
  }
  /** m/s */
  get fingerVelocities(): [number, number] {
    return this.#fingerVelocities.map((at) => this.#simulator.qvel[at]) as [number, number];
  }

  /** Writes the gripper's pose, [7]; it lags like Simulator's xpos. */
  readPose(pose: Float64Array): void {
    const { xpos, xquat } = this.#simulator;
    pose.set(xpos.subarray(3 * this.#gripper, 3 * this.#gripper + 3));
    pose.set(xquat.subarray(4 * this.#gripper, 4 * this.#gripper + 4), 3);
  }

  /**
   * Puts the lead where an action, whose first three numbers from -1 to 1 count, wants the gripper.
   * @param pose the gripper's, as `readPose` gave it after the last step
   */
  lead(pose: Float64Array, action: ArrayLike<number>): void {
    const { mocapPos, mocapQuat } = this.#simulator;
    for (let k = 0; k < 3; k += 1) mocapPos[k] = (pose[k] as number) + REACH_OF_ACTION * (action[k] as number);
    for (let k = 0; k < 4; k += 1) mocapQuat[k] = (pose[3 + k] as number) + (DOWN[k] as number);
  }

  /** Sets both fingers' servos to where each finger is plus `by` (m): an action opens or closes. */
  moveFingers(by: number): void {
    const { ctrl } = this.#simulator;
    const [right, left] = this.fingers;
    ctrl[0] = left + by;
    ctrl[1] = right + by;
  }

  /** Puts both fingers back where they belong when they are to stay closed. */
  closeFingers(): void {
    for (const at of this.#fingers) this.#simulator.qpos[at] = 0;
    this.#simulator.forward();
  }

  dispose(): void {
    this.grip.dispose();
  }
}
