// Pendulum: a rod that hangs from a hinge is swung up and held. Equal to Gymnasium's Pendulum-v1
// (gymnasium/envs/classic_control/pendulum.py), which writes its dynamics out; docs/tasks-classic.md.
import type { TaskDeclaration } from '../../contract/declarations.ts';
import type { Simulator } from '../../physics/simulator.ts';
import type { RandomStream } from '../../random/stream.ts';
import { MujocoTask } from '../mujoco-task.ts';
import { uniformBetween } from '../reset-noise.ts';

/** The angular velocity is clipped to ± this (rad/s). */
const LARGEST_VELOCITY = 8;
/** Half-width of the uniform start (rad/s); the angle is uniform on the whole circle. */
const VELOCITY_NOISE = 1;
const VELOCITY_WEIGHT = 0.1;
const TORQUE_WEIGHT = 0.001;

export const pendulumDeclaration: TaskDeclaration = {
  id: 'pendulum',
  title: 'Pendulum',
  sentence: 'A rod on a hinge is swung up and held upright by a motor too weak to lift it at once.',
  family: 'classic',
  model: 'pendulum.xml',
  observation: [
    { name: 'cosine of the angle', unit: '' },
    { name: 'sine of the angle', unit: '' },
    { name: 'angular velocity', unit: 'rad/s' },
  ],
  action: [{ name: 'torque', unit: 'N·m', low: -2, high: 2 }],
  rewardTerms: [
    { name: 'angle', weight: -1, sentence: 'The squared angle from upright (rad²), before the step.' },
    { name: 'velocity', weight: -VELOCITY_WEIGHT, sentence: 'The squared angular velocity (rad²/s²), before the step.' },
    { name: 'torque', weight: -TORQUE_WEIGHT, sentence: 'The squared torque (N²·m²).' },
  ],
  termination: null,
  timeLimit: 200,
  frameSkip: 1,
  stepSeconds: 0.05,
  resetNoise: 'The angle uniform on the whole circle, its velocity on ±1 rad/s.',
  camera: { trackBody: null, lookAt: [0, 0, -0.1], distance: 3.6, azimuth: 90, elevation: -8 },
  citation: 'Gymnasium, Pendulum-v1',
};

export class Pendulum extends MujocoTask {
  #angleBefore = 0;
  #velocityBefore = 0;

  constructor(simulator: Simulator, declaration: TaskDeclaration) {
    super(declaration, simulator);
  }

  protected override randomise(stream: RandomStream, qpos: Float64Array, qvel: Float64Array): void {
    qpos[0] = uniformBetween(stream, -Math.PI, Math.PI);
    qvel[0] = uniformBetween(stream, -VELOCITY_NOISE, VELOCITY_NOISE);
  }

  protected override beforePhysics(): void {
    this.#angleBefore = this.simulator.qpos[0] as number;
    this.#velocityBefore = this.simulator.qvel[0] as number;
  }

  // Pendulum-v1 clips the velocity before it moves the rod by it; MuJoCo has moved the rod already.
  protected override afterPhysics(): void {
    const { qpos, qvel, timestep } = this.simulator;
    const velocity = qvel[0] as number;
    if (Math.abs(velocity) <= LARGEST_VELOCITY) return;
    const clipped = Math.sign(velocity) * LARGEST_VELOCITY;
    qpos[0] = (qpos[0] as number) - (velocity - clipped) * timestep;
    qvel[0] = clipped;
  }

  protected override observe(observation: Float64Array): void {
    const angle = this.simulator.qpos[0] as number;
    observation[0] = Math.cos(angle);
    observation[1] = Math.sin(angle);
    observation[2] = this.simulator.qvel[0] as number;
  }

  protected override reward(terms: Float64Array): void {
    const turn = 2 * Math.PI;
    const fromStart = this.#angleBefore + Math.PI;
    const angle = fromStart - turn * Math.floor(fromStart / turn) - Math.PI;
    terms[0] = -(angle ** 2);
    terms[1] = -VELOCITY_WEIGHT * this.#velocityBefore ** 2;
    terms[2] = -TORQUE_WEIGHT * this.sumOfSquaredActions();
  }
}
