// Block stacking: the Fetch arm puts one block onto another and lets go of it. One of the tasks that soft actor-critic was
// first shown with on a real robot (Haarnoja et al. 2018, arXiv 1803.06773, with Lego bricks); docs/tasks-manipulation.md.
import type { DimensionDeclaration, TaskDeclaration } from '../../../contract/declarations.ts';
import { SiteMotion } from '../../../physics/site-motion.ts';
import type { Simulator } from '../../../physics/simulator.ts';
import type { RandomStream } from '../../../random/stream.ts';
import { defineTask } from '../../definition.ts';
import { MujocoTask } from '../../mujoco-task.ts';
import { defineOptions, type OptionValues, type TaskOption } from '../../options.ts';
import { uniformBetween } from '../../reset-noise.ts';
import { eulerAngles } from './euler-angles.ts';
import { FetchArm, POSE } from './fetch-arm.ts';

/** Edge of a block (m): the upper one's place is this much above the lower one. */
const EDGE = 0.05;
/** Half-width of the square around the gripper in which the blocks start, and their least distance (m). */
const START_RANGE = 0.12;
const CLEARANCE = 0.1;
/** On its place (m), at rest (m/s and rad/s, of the upper block), and for how long (s). */
const PLACE_RADIUS = 0.02;
const SLOWEST = 0.01;
const SLOWEST_TURN = 0.1;
const REST_SECONDS = 0.5;
/** A finger nearer to the block than this (m) holds it. */
const TOUCH = 0.001;

const weight = (standard: number, sentence: string): TaskOption => ({
  default: standard,
  min: -1e6,
  max: 1e6,
  sentence,
  citation: 'Elbow',
});
const options = defineOptions({
  'reach-weight': weight(1, 'Weight of the distance from gripper to upper block, which is subtracted while the block is not on its place.'),
  'place-weight': weight(2, 'Weight of the distance from the upper block to its place, which is subtracted.'),
  'stacked-reward': weight(1, 'Paid for each step after which the upper block lies on its place, released and at rest.'),
});
type Values = OptionValues<typeof options>;

class BlockStacking extends MujocoTask {
  readonly #values: Values;
  readonly #arm: FetchArm;
  readonly #blocks: readonly [SiteMotion, SiteMotion];
  readonly #geoms: { upper: number; fingers: readonly [number, number] };

  constructor(simulator: Simulator, declaration: TaskDeclaration, values: Values) {
    // The gripper's pose, which the next step starts from, and the whole observation, which lags.
    super(declaration, simulator, POSE + declaration.observation.length);
    this.#values = values;
    this.#arm = new FetchArm(simulator, { joints: { base_x: [0.405], base_y: [0.48], base_z: [0] }, extraHeight: 0.2 });
    this.#blocks = [new SiteMotion(simulator, 'upper'), new SiteMotion(simulator, 'lower')];
    this.#geoms = {
      upper: simulator.idOf('geom', 'upper'),
      fingers: [simulator.idOf('geom', 'right_finger'), simulator.idOf('geom', 'left_finger')],
    };
  }

  override get isSuccess(): boolean {
    return this.#restSeconds >= REST_SECONDS - 1e-9;
  }

  override dispose(): void {
    this.#arm.dispose();
    for (const block of this.#blocks) block.dispose();
    super.dispose();
  }

  protected override controlCount(): number {
    return 2;
  }

  protected override randomise(stream: RandomStream, qpos: Float64Array, qvel: Float64Array): void {
    qpos.set(this.#arm.qpos);
    qvel.set(this.#arm.qvel);
    const place = (): [number, number] => [
      uniformBetween(stream, -START_RANGE, START_RANGE),
      uniformBetween(stream, -START_RANGE, START_RANGE),
    ];
    const upper = place();
    let lower: [number, number];
    do lower = place();
    while (Math.hypot(upper[0] - lower[0], upper[1] - lower[1]) < CLEARANCE);
    // Two free joints come last, of seven numbers each: x, y, z and a quaternion.
    [upper, lower].forEach((offset, k) => {
      offset.forEach((by, axis) => {
        qpos[qpos.length - 14 + 7 * k + axis] = (this.#arm.start[axis] as number) + by;
      });
    });
    this.derived.fill(0);
  }

  protected override act(action: Float64Array): void {
    this.#arm.lead(this.derived.subarray(0, POSE), action);
    this.#arm.moveFingers(action[3] as number);
  }

  protected override derive(derived: Float64Array): void {
    const arm = this.#arm;
    const grip = arm.grip.position();
    const blocks = this.#blocks.map((block) => ({ place: block.position(), angles: eulerAngles(block.rotation()), ...block.velocity() }));
    const [upper, lower] = blocks as [(typeof blocks)[number], (typeof blocks)[number]];
    const toPlace = lower.place.map((value, k) => value + (k === 2 ? EDGE : 0) - (upper.place[k] as number));
    const isStacked =
      norm(toPlace) < PLACE_RADIUS && norm(upper.linear) < SLOWEST && norm(upper.angular) < SLOWEST_TURN && this.#isReleased();
    // Counted in whole steps, so that no rounding adds up.
    const steps = isStacked ? Math.round(this.#restSeconds / this.stepSeconds) + 1 : 0;
    arm.readPose(derived.subarray(0, POSE));
    derived.set(
      [
        ...grip,
        ...arm.fingers,
        ...arm.grip.velocity().linear,
        ...arm.fingerVelocities,
        ...blocks.flatMap(({ place, angles, linear, angular }) => [...place, ...angles, ...linear, ...angular]),
        ...upper.place.map((value, k) => value - (grip[k] as number)),
        ...toPlace,
        steps * this.stepSeconds,
      ],
      POSE,
    );
  }

  protected override observe(observation: Float64Array): void {
    observation.set(this.derived.subarray(POSE));
  }

  protected override reward(terms: Float64Array): void {
    const { length } = this.derived;
    const distance = norm(this.derived.subarray(length - 4, length - 1));
    const reach = norm(this.derived.subarray(length - 7, length - 4));
    terms[0] = distance < PLACE_RADIUS ? 0 : -this.#values['reach-weight'] * reach;
    terms[1] = -this.#values['place-weight'] * distance;
    terms[2] = this.#restSeconds > 0 ? this.#values['stacked-reward'] : 0;
  }

  /** How long the upper block has been on its place, released and at rest; the observation's last number. */
  get #restSeconds(): number {
    return this.derived.at(-1) ?? 0;
  }

  #isReleased(): boolean {
    const { mujoco, model, data } = this.simulator;
    return this.#geoms.fingers.every((finger) => mujoco.mj_geomDistance(model, data, finger, this.#geoms.upper, 2 * TOUCH, null) > TOUCH);
  }
}

function norm(vector: ArrayLike<number>): number {
  return Math.hypot(...Array.from(vector));
}

const along = (what: string, unit: string): DimensionDeclaration[] => ['x', 'y', 'z'].map((axis) => ({ name: `${what} ${axis}`, unit }));
const fingers = (what: string, unit: string): DimensionDeclaration[] =>
  ['right', 'left'].map((side) => ({ name: `${side} finger ${what}`, unit }));

export const blockStacking = defineTask(
  options,
  (values) => ({
    id: 'block-stacking',
    title: 'Block stacking',
    sentence: 'A seven-joint arm grips a block, puts it onto another and lets go of it.',
    family: 'manipulation',
    model: 'block-stacking.xml',
    observation: [
      ...along('gripper', 'm'),
      ...fingers('position', 'm'),
      ...along('gripper velocity', 'm/s'),
      ...fingers('velocity', 'm/s'),
      ...['upper', 'lower'].flatMap((block) => [
        ...along(`${block} block`, 'm'),
        ...along(`${block} block angle about`, 'rad'),
        ...along(`${block} block velocity`, 'm/s'),
        ...along(`${block} block angular velocity`, 'rad/s'),
      ]),
      ...along('upper block − gripper', 'm'),
      ...along('place − upper block', 'm'),
      { name: 'time at rest on its place', unit: 's' },
    ],
    success: 'The upper block has lain within 2 cm of its place on the lower one for 0.5 s, at rest and touched by no finger.',
    action: [
      ...along('lead', '0.05 m').map((dimension) => ({ ...dimension, low: -1, high: 1 })),
      { name: 'fingers', unit: 'm', low: -1, high: 1 },
    ],
    rewardTerms: [
      {
        name: 'reach',
        weight: -values['reach-weight'],
        sentence: 'Minus the distance from gripper to upper block (m), until that is on its place.',
      },
      {
        name: 'place',
        weight: -values['place-weight'],
        sentence: 'Minus the distance from the upper block to its place on the lower one (m), weighted.',
      },
      {
        name: 'stacked',
        weight: values['stacked-reward'],
        sentence: 'Paid while the upper block lies on its place, released and at rest.',
      },
    ],
    termination: null,
    timeLimit: 100,
    frameSkip: 20,
    stepSeconds: 0.04,
    resetNoise:
      'Both blocks flat on the table, uniform in a square of ±0.12 m around the gripper, at least 0.1 m apart; the arm always starts the same.',
    camera: { trackBody: null, lookAt: [1.15, 0.75, 0.52], distance: 2.1, azimuth: 132, elevation: -18 },
    citation: 'Elbow; the arm as in Gymnasium-Robotics 1.4, Fetch v4; after Haarnoja et al. 2018, arXiv 1803.06773',
  }),
  BlockStacking,
);
