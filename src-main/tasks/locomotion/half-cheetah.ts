// Half-cheetah: a planar robot with two legs runs as fast as it can. Equal to Gymnasium's HalfCheetah-v5
// (gymnasium/envs/mujoco/half_cheetah_v5.py); docs/tasks-locomotion.md.
import type { TaskDeclaration } from '../../contract/declarations.ts';
import type { Simulator } from '../../physics/simulator.ts';
import type { RandomStream } from '../../random/stream.ts';
import { MujocoTask } from '../mujoco-task.ts';
import { addNormalNoise, addUniformNoise } from '../reset-noise.ts';

/** Half-width of the uniform noise on positions and standard deviation of the normal noise on velocities. */
const NOISE = 0.1;
const FORWARD_WEIGHT = 1;
const CONTROL_WEIGHT = 0.1;

export const halfCheetahDeclaration: TaskDeclaration = {
  id: 'half-cheetah',
  title: 'Half-cheetah',
  sentence: 'A planar robot with two legs learns to run: the standard test of continuous control.',
  family: 'locomotion',
  model: 'half-cheetah.xml',
  observation: [
    { name: 'torso height', unit: 'm' },
    { name: 'torso pitch', unit: 'rad' },
    { name: 'back thigh angle', unit: 'rad' },
    { name: 'back shin angle', unit: 'rad' },
    { name: 'back foot angle', unit: 'rad' },
    { name: 'front thigh angle', unit: 'rad' },
    { name: 'front shin angle', unit: 'rad' },
    { name: 'front foot angle', unit: 'rad' },
    { name: 'forward velocity', unit: 'm/s' },
    { name: 'upward velocity', unit: 'm/s' },
    { name: 'torso pitch velocity', unit: 'rad/s' },
    { name: 'back thigh velocity', unit: 'rad/s' },
    { name: 'back shin velocity', unit: 'rad/s' },
    { name: 'back foot velocity', unit: 'rad/s' },
    { name: 'front thigh velocity', unit: 'rad/s' },
    { name: 'front shin velocity', unit: 'rad/s' },
    { name: 'front foot velocity', unit: 'rad/s' },
  ],
  action: [
    { name: 'back thigh torque', unit: '120 N·m', low: -1, high: 1 },
    { name: 'back shin torque', unit: '90 N·m', low: -1, high: 1 },
    { name: 'back foot torque', unit: '60 N·m', low: -1, high: 1 },
    { name: 'front thigh torque', unit: '120 N·m', low: -1, high: 1 },
    { name: 'front shin torque', unit: '60 N·m', low: -1, high: 1 },
    { name: 'front foot torque', unit: '30 N·m', low: -1, high: 1 },
  ],
  rewardTerms: [
    { name: 'forward', weight: FORWARD_WEIGHT, sentence: 'Mean forward velocity over the step (m/s).' },
    { name: 'control', weight: -CONTROL_WEIGHT, sentence: 'Minus a tenth of the sum of squared actions.' },
  ],
  termination: null,
  timeLimit: 1000,
  frameSkip: 5,
  stepSeconds: 0.05,
  resetNoise: 'Positions uniform on ±0.1 (m, rad), velocities normal with standard deviation 0.1.',
  camera: { trackBody: 'torso', lookAt: [0, 0, 0.55], distance: 3.4, azimuth: 90, elevation: -12 },
  citation: 'Gymnasium v5, HalfCheetah-v5; Wawrzyński (2009), Neural Networks 22(10)',
};

export class HalfCheetah extends MujocoTask {
  readonly #stepSeconds: number;
  #xBefore = 0;

  constructor(simulator: Simulator) {
    super(halfCheetahDeclaration, simulator);
    this.#stepSeconds = simulator.timestep * halfCheetahDeclaration.frameSkip;
  }

  protected override randomise(stream: RandomStream, qpos: Float64Array, qvel: Float64Array): void {
    addUniformNoise(stream, qpos, NOISE);
    addNormalNoise(stream, qvel, NOISE);
  }

  protected override beforePhysics(): void {
    this.#xBefore = this.simulator.qpos[0] as number;
  }

  // Where it is along the track (qpos 0) is left out: running is the same everywhere.
  protected override observe(observation: Float64Array): void {
    const { qpos, qvel } = this.simulator;
    const positionCount = qpos.length - 1;
    for (let i = 0; i < positionCount; i += 1) observation[i] = qpos[i + 1] as number;
    for (let i = 0; i < qvel.length; i += 1) observation[positionCount + i] = qvel[i] as number;
  }

  protected override reward(terms: Float64Array): void {
    const x = this.simulator.qpos[0] as number;
    terms[0] = (FORWARD_WEIGHT * (x - this.#xBefore)) / this.#stepSeconds;
    terms[1] = -CONTROL_WEIGHT * this.sumOfSquaredActions();
  }
}
