// Ant: a robot with four legs walks forwards. Equal to Gymnasium's Ant-v5 (gymnasium/envs/mujoco/ant_v5.py);
// docs/tasks-locomotion.md.
import type { DimensionDeclaration, TaskDeclaration } from '../../contract/declarations.ts';
import type { Simulator } from '../../physics/simulator.ts';
import type { RandomStream } from '../../random/stream.ts';
import { defineTask } from '../definition.ts';
import { MujocoTask } from '../mujoco-task.ts';
import { defineOptions, type OptionValues } from '../options.ts';
import { addNormalNoise, addUniformNoise } from '../reset-noise.ts';
import { contactForceDimensions, freeBodyDimensions } from './dimensions.ts';
import { excludePositions, includeInObservation, range, resetNoise, terminateWhenUnhealthy, weight } from './options.ts';

/** As the model has them, the world left out. */
const legs = ['front left', 'back left', 'back right', 'front right'];
const bodies = ['torso', ...legs.flatMap((leg) => [`${leg} shoulder`, `${leg} leg`, `${leg} foot`])];
const joints = legs.flatMap((leg) => [`${leg} hip`, `${leg} ankle`]);
/** The actuators' order is Gymnasium's, which is not the joints'. */
const motors = ['front right', 'front left', 'back left', 'back right'].flatMap((leg) => [`${leg} hip`, `${leg} ankle`]);
/** Torque and force on each body. */
const FORCES = 6;

const options = defineOptions({
  'forward-reward-weight': weight(1, 'Weight of the forward velocity in the reward.'),
  'ctrl-cost-weight': weight(0.5, 'Weight of the sum of squared actions, which is subtracted.'),
  'contact-cost-weight': weight(5e-4, 'Weight of the sum of squared contact forces, which is subtracted.'),
  'healthy-reward': weight(1, 'Reward of each step after which the robot is healthy.'),
  'terminate-when-unhealthy': terminateWhenUnhealthy(true),
  ...range('healthy-z', [0.2, 1], 'm', 'the torso heights that count as healthy'),
  ...range('contact-force', [-1, 1], 'N·m, N', 'the range that contact torques and forces are clipped to'),
  'reset-noise-scale': resetNoise(0.1),
  'exclude-current-positions-from-observation': excludePositions('the torso’s place on the floor'),
  'include-cfrc-ext-in-observation': includeInObservation('the contact forces on each body'),
});
type Values = OptionValues<typeof options>;

class Ant extends MujocoTask {
  readonly #values: Values;
  readonly #torso: number;
  #xBefore = 0;

  constructor(simulator: Simulator, declaration: TaskDeclaration, values: Values) {
    // The torso's x and the clipped forces on all bodies, the world's included: both describe the last state that MuJoCo
    // evaluated within the step, and are read again after a restore.
    super(declaration, simulator, 1 + FORCES * (bodies.length + 1));
    this.#values = values;
    this.#torso = simulator.idOf('body', 'torso');
  }

  protected override randomise(stream: RandomStream, qpos: Float64Array, qvel: Float64Array): void {
    addUniformNoise(stream, qpos, this.#values['reset-noise-scale']);
    addNormalNoise(stream, qvel, this.#values['reset-noise-scale']);
  }

  // Without it contact forces per body stay those of long ago; Gymnasium calls it after each step, and not after a reset.
  protected override afterPhysics(): void {
    const { mujoco, model, data } = this.simulator;
    mujoco.mj_rnePostConstraint(model, data);
  }

  protected override derive(derived: Float64Array): void {
    const forces = this.simulator.data.cfrc_ext as Float64Array;
    const { 'contact-force-min': low, 'contact-force-max': high } = this.#values;
    derived[0] = this.simulator.xpos[3 * this.#torso] as number;
    for (let i = 0; i < forces.length; i += 1) derived[1 + i] = Math.min(high, Math.max(low, forces[i] as number));
  }

  protected override beforePhysics(): void {
    this.#xBefore = this.derived[0] as number;
  }

  protected override observe(observation: Float64Array): void {
    const { qpos, qvel } = this.simulator;
    const positions = this.#values['exclude-current-positions-from-observation'] ? qpos.subarray(2) : qpos;
    observation.set(positions);
    observation.set(qvel, positions.length);
    if (this.#values['include-cfrc-ext-in-observation']) observation.set(this.derived.subarray(1 + FORCES), positions.length + qvel.length);
  }

  #isHealthy(): boolean {
    const { qpos, qvel } = this.simulator;
    const height = qpos[2] as number;
    return (
      height >= this.#values['healthy-z-min'] &&
      height <= this.#values['healthy-z-max'] &&
      qpos.every(Number.isFinite) &&
      qvel.every(Number.isFinite)
    );
  }

  protected override isTerminated(): boolean {
    return this.#values['terminate-when-unhealthy'] && !this.#isHealthy();
  }

  protected override reward(terms: Float64Array): void {
    let squaredForces = 0;
    for (const force of this.derived.subarray(1)) squaredForces += force * force;
    const velocity = ((this.derived[0] as number) - this.#xBefore) / this.stepSeconds;
    terms[0] = velocity * this.#values['forward-reward-weight'];
    terms[1] = this.#isHealthy() ? this.#values['healthy-reward'] : 0;
    terms[2] = -this.#values['ctrl-cost-weight'] * this.sumOfSquaredActions();
    terms[3] = -this.#values['contact-cost-weight'] * squaredForces;
  }
}

function observed(values: Values): DimensionDeclaration[] {
  return [
    ...freeBodyDimensions(joints, values['exclude-current-positions-from-observation']),
    ...(values['include-cfrc-ext-in-observation'] ? contactForceDimensions(bodies) : []),
  ];
}

export const ant = defineTask(
  options,
  (values) => ({
    id: 'ant',
    title: 'Ant',
    sentence: 'A robot with four legs learns to walk forwards.',
    family: 'locomotion',
    model: 'ant.xml',
    observation: observed(values),
    action: motors.map((motor) => ({ name: `${motor} torque`, unit: '150 N·m', low: -1, high: 1 })),
    rewardTerms: [
      { name: 'forward', weight: values['forward-reward-weight'], sentence: 'Mean forward velocity of the torso over the step (m/s).' },
      { name: 'alive', weight: values['healthy-reward'], sentence: 'One for each step after which the torso is at a healthy height.' },
      { name: 'control', weight: -values['ctrl-cost-weight'], sentence: 'The sum of squared actions.' },
      {
        name: 'contact',
        weight: -values['contact-cost-weight'],
        sentence: 'The sum of squared contact torques and forces on all bodies, each clipped.',
      },
    ],
    termination: values['terminate-when-unhealthy']
      ? `The torso is not between ${values['healthy-z-min']} m and ${values['healthy-z-max']} m high, or the state is not finite.`
      : null,
    timeLimit: 1000,
    frameSkip: 5,
    stepSeconds: 0.05,
    resetNoise: `Positions uniform on ±${values['reset-noise-scale']} (m, rad, quaternion), velocities normal with standard deviation ${values['reset-noise-scale']}.`,
    camera: { trackBody: 'torso', lookAt: [0, 0, 0.4], distance: 5, azimuth: 90, elevation: -22 },
    citation: 'Gymnasium v5, Ant-v5; Schulman, Moritz, Levine, Jordan and Abbeel (2015), arXiv 1506.02438',
  }),
  Ant,
);
