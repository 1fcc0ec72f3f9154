// Pusher: an arm of seven joints pushes a cylinder to a goal on a table. Equal to Gymnasium's Pusher-v5
// (gymnasium/envs/mujoco/pusher_v5.py); docs/tasks-manipulation.md.
import type { DimensionDeclaration, TaskDeclaration } from '../../contract/declarations.ts';
import type { Simulator } from '../../physics/simulator.ts';
import type { RandomStream } from '../../random/stream.ts';
import { defineTask } from '../definition.ts';
import { MujocoTask } from '../mujoco-task.ts';
import { defineOptions, type OptionValues, type TaskOption } from '../options.ts';
import { addUniformNoise, uniformBetween } from '../reset-noise.ts';

const joints = ['shoulder pan', 'shoulder lift', 'upper arm roll', 'elbow flex', 'forearm roll', 'wrist flex', 'wrist roll'];
/** Half-width of the uniform reset noise on the arm's velocities (rad/s). */
const VELOCITY_NOISE = 0.005;
/** The object starts at least this far from the goal (m). */
const CLEARANCE = 0.17;
/** Bodies whose places are observed; their order is the observation's. */
const observedBodies = ['tips_arm', 'object', 'goal'];

const weight = (standard: number, sentence: string): TaskOption => ({ default: standard, min: -1e6, max: 1e6, sentence });
const options = defineOptions({
  'reward-near-weight': weight(0.5, 'Weight of the distance from the arm’s tips to the object, which is subtracted.'),
  'reward-dist-weight': weight(1, 'Weight of the distance from the object to the goal, which is subtracted.'),
  'reward-control-weight': weight(0.1, 'Weight of the sum of squared actions, which is subtracted.'),
});
type Values = OptionValues<typeof options>;

class Pusher extends MujocoTask {
  readonly #values: Values;
  readonly #bodies: readonly number[];

  constructor(simulator: Simulator, declaration: TaskDeclaration, values: Values) {
    // Places of the observed bodies: the observation needs them after a restore, and they lag.
    super(declaration, simulator, 3 * observedBodies.length);
    this.#values = values;
    this.#bodies = observedBodies.map((name) => simulator.idOf('body', name));
  }

  protected override randomise(stream: RandomStream, qpos: Float64Array, qvel: Float64Array): void {
    const object = joints.length;
    addUniformNoise(stream, qvel, VELOCITY_NOISE, joints.length);
    let y: number;
    let x: number;
    do {
      y = uniformBetween(stream, -0.3, 0);
      x = uniformBetween(stream, -0.2, 0.2);
    } while (Math.hypot(y, x) <= CLEARANCE);
    qpos[object] = y;
    qpos[object + 1] = x;
  }

  // Places are those before the last MuJoCo step. Gymnasium uses them so.
  protected override derive(derived: Float64Array): void {
    const { xpos } = this.simulator;
    this.#bodies.forEach((body, k) => derived.set(xpos.subarray(3 * body, 3 * body + 3), 3 * k));
  }

  protected override observe(observation: Float64Array): void {
    const { qpos, qvel } = this.simulator;
    observation.set(qpos.subarray(0, joints.length));
    observation.set(qvel.subarray(0, joints.length), joints.length);
    observation.set(this.derived, 2 * joints.length);
  }

  protected override reward(terms: Float64Array): void {
    terms[0] = -this.#values['reward-dist-weight'] * this.#distance(1, 2);
    terms[1] = -this.#values['reward-control-weight'] * this.sumOfSquaredActions();
    terms[2] = -this.#values['reward-near-weight'] * this.#distance(0, 1);
  }

  /** Between two of the observed bodies (m). */
  #distance(one: number, other: number): number {
    let squared = 0;
    for (let k = 0; k < 3; k += 1) squared += ((this.derived[3 * one + k] as number) - (this.derived[3 * other + k] as number)) ** 2;
    return Math.sqrt(squared);
  }
}

const placeOf = (what: string): DimensionDeclaration[] => ['x', 'y', 'z'].map((axis) => ({ name: `${what} ${axis}`, unit: 'm' }));

export const pusher = defineTask(
  options,
  (values) => ({
    id: 'pusher',
    title: 'Pusher',
    sentence: 'A seven-joint arm pushes a cylinder over a table to a goal.',
    family: 'manipulation',
    model: 'pusher.xml',
    observation: [
      ...joints.map((joint) => ({ name: `${joint} angle`, unit: 'rad' })),
      ...joints.map((joint) => ({ name: `${joint} velocity`, unit: 'rad/s' })),
      ...placeOf('tips'),
      ...placeOf('object'),
      ...placeOf('goal'),
    ],
    action: joints.map((joint) => ({ name: `${joint} torque`, unit: 'N·m', low: -2, high: 2 })),
    rewardTerms: [
      { name: 'distance', weight: -values['reward-dist-weight'], sentence: 'Minus the distance from object to goal (m).' },
      { name: 'control', weight: -values['reward-control-weight'], sentence: 'Minus the sum of squared actions, weighted.' },
      {
        name: 'near',
        weight: -values['reward-near-weight'],
        sentence: 'Minus the distance from the arm’s tips to the object (m), weighted.',
      },
    ],
    termination: null,
    timeLimit: 100,
    frameSkip: 5,
    stepSeconds: 0.05,
    resetNoise:
      'The object at rest, uniform in a field of 0.4 m × 0.3 m and more than 0.17 m from the goal; joint velocities uniform on ±0.005 rad/s.',
    camera: { trackBody: null, lookAt: [0.25, -0.25, -0.2], distance: 2, azimuth: 140, elevation: -30 },
    citation: 'Gymnasium v5, Pusher-v5',
  }),
  Pusher,
);
