// What the Fetch tasks share. Equal to Gymnasium-Robotics' (gymnasium_robotics/envs/fetch/fetch_env.py and robot_env.py, v4);
// docs/tasks-manipulation.md.
import type { TaskDeclaration } from '../../../contract/declarations.ts';
import { SiteMotion } from '../../../physics/site-motion.ts';
import type { Simulator } from '../../../physics/simulator.ts';
import type { RandomStream } from '../../../random/stream.ts';
import { MujocoTask } from '../../mujoco-task.ts';
import { uniformBetween } from '../../reset-noise.ts';
import type { TaskGoal } from '../../task.ts';
import { eulerAngles } from './euler-angles.ts';
import { FetchArm, POSE, type StartingState } from './fetch-arm.ts';

/** A goal is reached within this distance (m). */
export const GOAL_RADIUS = 0.05;
/** An object lies at least this far (m) from under the gripper. */
const CLEARANCE = 0.1;
/** A goal in the air lies up to this far (m) above the table's goals. */
const HIGHEST_GOAL = 0.45;
/** The target's place among the mocap bodies; the lead is the first. */
const TARGET = 1;
/** Dimensions of a goal. */
const GOAL = 3;

export interface FetchSettings extends StartingState {
  /** Can the fingers not be moved? */
  fingersClosed: boolean;
  hasObject: boolean;
  /** Half-width of the square around the gripper in which an object starts (m). */
  objectRange: number;
  /** Half-width of the square or cube around the gripper in which goals lie (m), and what is added to its x. */
  targetRange: number;
  targetOffset: number;
  /** Does every second goal lie in the air? */
  inTheAir: boolean;
}

export class FetchTask extends MujocoTask {
  readonly #settings: FetchSettings;
  readonly #arm: FetchArm;
  readonly #object: SiteMotion | null;
  readonly #isDense: boolean;
  /** Height of goals on the table (m): the object's, at rest. */
  readonly #goalHeight: number;
  readonly #goal: TaskGoal & { achieved: Float64Array; desired: Float64Array };

  constructor(simulator: Simulator, declaration: TaskDeclaration, settings: FetchSettings, isDense: boolean) {
    // The gripper's pose, which the next step starts from, and the whole observation: both lag where the fingers can move.
    super(declaration, simulator, POSE + declaration.observation.length);
    this.#settings = settings;
    this.#isDense = isDense;
    this.#arm = new FetchArm(simulator, settings);
    this.#object = settings.hasObject ? new SiteMotion(simulator, 'object') : null;
    this.#goalHeight = this.#object?.position()[2] ?? 0;
    this.#goal = {
      achieved: new Float64Array(GOAL),
      desired: new Float64Array(GOAL),
      reward: (achieved, desired) => this.#rewardAt(distance(achieved, desired)),
      terminates: null,
      terminatedAnyway: false,
    };
  }

  override get goal(): TaskGoal {
    return this.#goal;
  }
  override get isSuccess(): boolean {
    return distance(this.#goal.achieved, this.#goal.desired) < GOAL_RADIUS;
  }

  override dispose(): void {
    this.#arm.dispose();
    this.#object?.dispose();
    super.dispose();
  }

  protected override controlCount(): number {
    return this.simulator.counts.ctrl;
  }

  protected override randomise(stream: RandomStream, qpos: Float64Array, qvel: Float64Array): void {
    const { hasObject, objectRange } = this.#settings;
    const [x, y] = this.#arm.start as unknown as [number, number];
    qpos.set(this.#arm.qpos);
    qvel.set(this.#arm.qvel);
    if (hasObject) {
      const place: [number, number] = [0, 0];
      do {
        place[0] = uniformBetween(stream, -objectRange, objectRange);
        place[1] = uniformBetween(stream, -objectRange, objectRange);
      } while (Math.hypot(...place) < CLEARANCE);
      // A free joint comes last: x, y, z and a quaternion.
      qpos[qpos.length - 7] = x + place[0];
      qpos[qpos.length - 6] = y + place[1];
    }
    this.#setGoal(this.#drawGoal(stream));
  }

  #drawGoal(stream: RandomStream): number[] {
    const { hasObject, targetRange, targetOffset, inTheAir } = this.#settings;
    const goal = Array.from(this.#arm.start, (centre) => centre + uniformBetween(stream, -targetRange, targetRange));
    if (!hasObject) return goal;
    goal[0] = (goal[0] as number) + targetOffset;
    goal[2] = this.#goalHeight + (inTheAir && stream.uniform() < 0.5 ? uniformBetween(stream, 0, HIGHEST_GOAL) : 0);
    return goal;
  }

  /** It lies at the observation's end, and a mocap body shows it. */
  #setGoal(goal: readonly number[]): void {
    this.derived.set(goal, this.derived.length - GOAL);
    this.simulator.mocapPos.set(goal, 3 * TARGET);
  }

  protected override act(action: Float64Array): void {
    this.#arm.lead(this.derived.subarray(0, POSE), action);
    if (!this.#settings.fingersClosed) this.#arm.moveFingers(action[3] as number);
  }

  protected override afterPhysics(): void {
    if (this.#settings.fingersClosed) this.#arm.closeFingers();
  }

  // Velocities are those of an environment step: metres and radians a step.
  protected override derive(derived: Float64Array): void {
    const arm = this.#arm;
    const dt = this.stepSeconds;
    arm.readPose(derived.subarray(0, POSE));
    const grip = arm.grip.position();
    const gripVelocity = arm.grip.velocity().linear;
    const numbers: number[] = [...grip];
    const object = this.#object;
    const objectVelocity = object?.velocity();
    if (object !== null && objectVelocity !== undefined) {
      const place = object.position();
      numbers.push(...place, ...place.map((value, k) => value - (grip[k] as number)), ...arm.fingers, ...eulerAngles(object.rotation()));
      numbers.push(
        ...objectVelocity.linear.map((value, k) => value * dt - (gripVelocity[k] as number) * dt),
        ...objectVelocity.angular.map((value) => value * dt),
      );
    } else {
      numbers.push(...arm.fingers);
    }
    numbers.push(...gripVelocity.map((value) => value * dt), ...arm.fingerVelocities.map((value) => value * dt));
    derived.set(numbers, POSE);
  }

  protected override observe(observation: Float64Array): void {
    observation.set(this.derived.subarray(POSE));
    const { achieved, desired } = this.#goal;
    const at = this.#settings.hasObject ? 3 : 0;
    achieved.set(observation.subarray(at, at + GOAL));
    desired.set(observation.subarray(observation.length - GOAL));
  }

  protected override reward(terms: Float64Array): void {
    terms[0] = this.#goal.reward(this.#goal.achieved, this.#goal.desired);
  }

  #rewardAt(metres: number): number {
    if (this.#isDense) return -metres;
    return metres > GOAL_RADIUS ? -1 : 0;
  }
}

function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let squared = 0;
  for (let k = 0; k < GOAL; k += 1) squared += ((a[k] as number) - (b[k] as number)) ** 2;
  return Math.sqrt(squared);
}
