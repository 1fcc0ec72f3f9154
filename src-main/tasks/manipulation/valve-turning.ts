// Valve turning: a hand of three fingers turns a valve to an angle. State-based, after the D'Claw task with which soft
// actor-critic was shown on a real hand (Haarnoja et al. 2018, arXiv 1812.05905, section 7.3; Ahn et al. 2019, ROBEL,
// arXiv 1909.11639); docs/tasks-manipulation.md.
import type { TaskDeclaration } from '../../contract/declarations.ts';
import type { Simulator } from '../../physics/simulator.ts';
import type { RandomStream } from '../../random/stream.ts';
import { defineTask } from '../definition.ts';
import { MujocoTask } from '../mujoco-task.ts';
import { defineOptions, type OptionValues, type TaskOption } from '../options.ts';
import { addUniformNoise, uniformBetween } from '../reset-noise.ts';

/** Joints of a finger, from the palm on, and their ranges (rad). */
const fingerJoints = [
  { name: 'swing', low: -0.7, high: 0.7 },
  { name: 'lean', low: -0.5, high: 0.75 },
  { name: 'bend', low: -0.5, high: 1 },
];
const joints = [1, 2, 3].flatMap((finger) => fingerJoints.map(({ name, ...range }) => ({ name: `finger ${finger} ${name}`, ...range })));
/** The valve's joint is the model's first. */
const VALVE = 0;
const FIRST_JOINT = 1;
/** Half-width of the uniform reset noise on the fingers' angles (rad). */
const ANGLE_NOISE = 0.02;
/** Least angle between the valve and where it is to be, at a reset (rad). */
const LEAST_TURN = 0.5;
/** Done when it is nearer than this (rad). */
const TOLERANCE = 0.1;

const weight = (standard: number, sentence: string): TaskOption => ({
  default: standard,
  min: -1e6,
  max: 1e6,
  sentence,
  citation: 'Elbow',
});
const options = defineOptions({
  'error-weight': weight(1, 'Weight of the angle between the valve and where it is to be, which is subtracted.'),
  'success-reward': weight(1, 'Paid for each step after which the valve is within 0.1 rad of where it is to be.'),
  'velocity-cost-weight': weight(0.001, 'Weight of the sum of the fingers’ squared joint velocities, which is subtracted.'),
});
type Values = OptionValues<typeof options>;

class ValveTurning extends MujocoTask {
  readonly #values: Values;

  constructor(simulator: Simulator, declaration: TaskDeclaration, values: Values) {
    // The angle that the valve is to be turned to.
    super(declaration, simulator, 1);
    this.#values = values;
  }

  override get isSuccess(): boolean {
    return Math.abs(this.#error) < TOLERANCE;
  }

  protected override randomise(stream: RandomStream, qpos: Float64Array): void {
    const start = uniformBetween(stream, -Math.PI, Math.PI);
    const turn = uniformBetween(stream, LEAST_TURN, Math.PI);
    const goal = start + (stream.uniform() < 0.5 ? -turn : turn);
    addUniformNoise(stream, qpos, ANGLE_NOISE);
    qpos[VALVE] = start;
    this.derived[0] = goal;
    this.simulator.mocapQuat.set([Math.cos(goal / 2), 0, 0, Math.sin(goal / 2)]);
  }

  protected override observe(observation: Float64Array): void {
    const { qpos, qvel } = this.simulator;
    const [angle, error] = [qpos[VALVE] as number, this.#error];
    observation.set(qpos.subarray(FIRST_JOINT, FIRST_JOINT + joints.length));
    observation.set(qvel.subarray(FIRST_JOINT, FIRST_JOINT + joints.length), joints.length);
    observation.set([Math.cos(angle), Math.sin(angle), qvel[VALVE] as number, Math.cos(error), Math.sin(error)], 2 * joints.length);
  }

  protected override reward(terms: Float64Array): void {
    let squared = 0;
    for (const velocity of this.simulator.qvel.subarray(FIRST_JOINT)) squared += velocity * velocity;
    terms[0] = -this.#values['error-weight'] * Math.abs(this.#error);
    terms[1] = this.isSuccess ? this.#values['success-reward'] : 0;
    terms[2] = -this.#values['velocity-cost-weight'] * squared;
  }

  /** Angle that the valve has still to turn (rad), the shorter way round: in [−π, π]. */
  get #error(): number {
    const error = (this.derived[0] as number) - (this.simulator.qpos[VALVE] as number);
    return Math.atan2(Math.sin(error), Math.cos(error));
  }
}

export const valveTurning = defineTask(
  options,
  (values) => ({
    id: 'valve-turning',
    title: 'Valve turning',
    sentence: 'A hand of three fingers turns a valve to an angle.',
    family: 'manipulation',
    model: 'valve-turning.xml',
    observation: [
      ...joints.map(({ name }) => ({ name: `${name} angle`, unit: 'rad' })),
      ...joints.map(({ name }) => ({ name: `${name} velocity`, unit: 'rad/s' })),
      { name: 'cosine of valve angle', unit: '' },
      { name: 'sine of valve angle', unit: '' },
      { name: 'valve velocity', unit: 'rad/s' },
      { name: 'cosine of angle to go', unit: '' },
      { name: 'sine of angle to go', unit: '' },
    ],
    success: 'The valve is within 0.1 rad of where it is to be.',
    action: joints.map(({ name, low, high }) => ({ name: `${name} target`, unit: 'rad', low, high })),
    rewardTerms: [
      { name: 'error', weight: -values['error-weight'], sentence: 'Minus the angle that the valve has still to turn (rad).' },
      { name: 'success', weight: values['success-reward'], sentence: 'Paid while the valve is within 0.1 rad of where it is to be.' },
      {
        name: 'velocity',
        weight: -values['velocity-cost-weight'],
        sentence: 'Minus the sum of the fingers’ squared joint velocities, weighted.',
      },
    ],
    termination: null,
    timeLimit: 200,
    frameSkip: 20,
    stepSeconds: 0.04,
    resetNoise: 'Valve at rest at any angle; the angle to go uniform on 0.5 to π rad, either way; finger angles uniform on ±0.02 rad.',
    camera: { trackBody: null, lookAt: [0, 0, 0.08], distance: 0.62, azimuth: 120, elevation: -32 },
    citation: 'Elbow; after Haarnoja et al. 2018, arXiv 1812.05905, section 7.3, and the D’Claw of Ahn et al. 2019, arXiv 1909.11639',
  }),
  ValveTurning,
);
