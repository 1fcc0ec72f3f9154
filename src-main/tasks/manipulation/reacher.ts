// Reacher: a planar arm of two links brings its fingertip to a random target. Equal to Gymnasium's Reacher-v5
// (gymnasium/envs/mujoco/reacher_v5.py); docs/tasks-manipulation.md.
import type { TaskDeclaration } from '../../contract/declarations.ts';
import type { Simulator } from '../../physics/simulator.ts';
import type { RandomStream } from '../../random/stream.ts';
import { defineTask } from '../definition.ts';
import { MujocoTask } from '../mujoco-task.ts';
import { defineOptions, type OptionValues } from '../options.ts';
import { addUniformNoise, uniformBetween } from '../reset-noise.ts';

/** Joints of the arm: the first entries of qpos and qvel. The target's x and y follow. */
const ARM_JOINTS = 2;
/** Half-width of the uniform reset noise on the arm's angles (rad) and on its velocities (rad/s). */
const ANGLE_NOISE = 0.1;
const VELOCITY_NOISE = 0.005;
/** The target lies in a disc of this radius (m) around the shoulder. */
const TARGET_RADIUS = 0.2;

const options = defineOptions({
  'reward-dist-weight': {
    default: 1,
    min: -1e6,
    max: 1e6,
    sentence: 'Weight of the distance from fingertip to target, which is subtracted.',
  },
  'reward-control-weight': { default: 1, min: -1e6, max: 1e6, sentence: 'Weight of the sum of squared actions, which is subtracted.' },
});
type Values = OptionValues<typeof options>;

class Reacher extends MujocoTask {
  readonly #fingertip: number;
  readonly #target: number;
  readonly #values: Values;

  constructor(simulator: Simulator, declaration: TaskDeclaration, values: Values) {
    // The vector from target to fingertip: the observation needs it after a restore, and it lags.
    super(declaration, simulator, 3);
    this.#values = values;
    this.#fingertip = simulator.idOf('body', 'fingertip');
    this.#target = simulator.idOf('body', 'target');
  }

  protected override randomise(stream: RandomStream, qpos: Float64Array, qvel: Float64Array): void {
    addUniformNoise(stream, qpos, ANGLE_NOISE, ARM_JOINTS);
    addUniformNoise(stream, qvel, VELOCITY_NOISE, ARM_JOINTS);
    let x: number;
    let y: number;
    do {
      x = uniformBetween(stream, -TARGET_RADIUS, TARGET_RADIUS);
      y = uniformBetween(stream, -TARGET_RADIUS, TARGET_RADIUS);
    } while (Math.hypot(x, y) >= TARGET_RADIUS);
    qpos[2] = x;
    qpos[3] = y;
  }

  // Body positions are those of the last stage of the last Runge-Kutta step, a little beside where qpos says the
  // arm is now. Gymnasium uses them so.
  protected override derive(derived: Float64Array): void {
    const { xpos } = this.simulator;
    for (let k = 0; k < 3; k += 1) {
      derived[k] = (xpos[3 * this.#fingertip + k] as number) - (xpos[3 * this.#target + k] as number);
    }
  }

  protected override observe(observation: Float64Array): void {
    const { qpos, qvel } = this.simulator;
    for (let joint = 0; joint < ARM_JOINTS; joint += 1) {
      const angle = qpos[joint] as number;
      observation[joint] = Math.cos(angle);
      observation[2 + joint] = Math.sin(angle);
      observation[4 + joint] = qpos[2 + joint] as number;
      observation[6 + joint] = qvel[joint] as number;
      observation[8 + joint] = this.derived[joint] as number;
    }
  }

  protected override reward(terms: Float64Array): void {
    let squared = 0;
    for (const difference of this.derived) squared += difference * difference;
    terms[0] = -this.#values['reward-dist-weight'] * Math.sqrt(squared);
    terms[1] = -this.#values['reward-control-weight'] * this.sumOfSquaredActions();
  }
}

export const reacher = defineTask(
  options,
  (values) => ({
    id: 'reacher',
    title: 'Reacher',
    sentence: 'A two-link arm brings its fingertip to a random target and holds it there.',
    family: 'manipulation',
    model: 'reacher.xml',
    observation: [
      { name: 'cosine of shoulder angle', unit: '' },
      { name: 'cosine of elbow angle', unit: '' },
      { name: 'sine of shoulder angle', unit: '' },
      { name: 'sine of elbow angle', unit: '' },
      { name: 'target x', unit: 'm' },
      { name: 'target y', unit: 'm' },
      { name: 'shoulder angular velocity', unit: 'rad/s' },
      { name: 'elbow angular velocity', unit: 'rad/s' },
      { name: 'fingertip − target x', unit: 'm' },
      { name: 'fingertip − target y', unit: 'm' },
    ],
    action: [
      { name: 'shoulder torque', unit: '200 N·m', low: -1, high: 1 },
      { name: 'elbow torque', unit: '200 N·m', low: -1, high: 1 },
    ],
    rewardTerms: [
      { name: 'distance', weight: -values['reward-dist-weight'], sentence: 'Minus the distance from fingertip to target (m).' },
      { name: 'control', weight: -values['reward-control-weight'], sentence: 'Minus the sum of squared actions.' },
    ],
    termination: null,
    timeLimit: 50,
    frameSkip: 2,
    stepSeconds: 0.02,
    resetNoise: 'Arm angles uniform on ±0.1 rad, their velocities on ±0.005 rad/s; the target at rest, uniform in a disc of radius 0.2 m.',
    camera: { trackBody: null, lookAt: [0, 0, 0], distance: 0.95, azimuth: 90, elevation: -58 },
    citation: 'Gymnasium v5, Reacher-v5',
  }),
  Reacher,
);
