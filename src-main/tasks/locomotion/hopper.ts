// Hopper: a robot with one leg hops forwards without falling. Equal to Gymnasium's Hopper-v5
// (gymnasium/envs/mujoco/hopper_v5.py); docs/tasks-locomotion.md.
import type { TaskDeclaration } from '../../contract/declarations.ts';
import type { Simulator } from '../../physics/simulator.ts';
import { UprightRobot } from './upright-robot.ts';

const constants = { forwardWeight: 1, aliveReward: 1, controlWeight: 1e-3, noise: 5e-3 };
/** It has fallen when its torso is no higher than this (m), */
const LOWEST_HEIGHT = 0.7;
/** leans by this (rad), */
const LARGEST_PITCH = 0.2;
/** or another position or a velocity is as large as this. */
const LARGEST_STATE = 100;

export const hopperDeclaration: TaskDeclaration = {
  id: 'hopper',
  title: 'Hopper',
  sentence: 'A robot with one leg learns to hop forwards without falling.',
  family: 'locomotion',
  model: 'hopper.xml',
  observation: [
    { name: 'torso height', unit: 'm' },
    { name: 'torso pitch', unit: 'rad' },
    { name: 'hip angle', unit: 'rad' },
    { name: 'knee angle', unit: 'rad' },
    { name: 'ankle angle', unit: 'rad' },
    { name: 'forward velocity', unit: 'm/s' },
    { name: 'upward velocity', unit: 'm/s' },
    { name: 'torso pitch velocity', unit: 'rad/s' },
    { name: 'hip velocity', unit: 'rad/s' },
    { name: 'knee velocity', unit: 'rad/s' },
    { name: 'ankle velocity', unit: 'rad/s' },
  ],
  action: [
    { name: 'hip torque', unit: '200 N·m', low: -1, high: 1 },
    { name: 'knee torque', unit: '200 N·m', low: -1, high: 1 },
    { name: 'ankle torque', unit: '200 N·m', low: -1, high: 1 },
  ],
  rewardTerms: [
    { name: 'forward', weight: constants.forwardWeight, sentence: 'Mean forward velocity over the step (m/s).' },
    { name: 'alive', weight: constants.aliveReward, sentence: 'One for each step after which it has not fallen.' },
    { name: 'control', weight: -constants.controlWeight, sentence: 'Minus a thousandth of the sum of squared actions.' },
  ],
  termination:
    'The torso is no higher than 0.7 m, leans by 0.2 rad or more, or another position or velocity has a size of 100 or more.',
  timeLimit: 1000,
  frameSkip: 4,
  stepSeconds: 0.008,
  resetNoise: 'Uniform on ±0.005 for every position and velocity.',
  camera: { trackBody: 'torso', lookAt: [0, 0, 0.75], distance: 3.8, azimuth: 90, elevation: -12 },
  citation: 'Gymnasium v5, Hopper-v5; Erez, Tassa and Todorov (2011), Robotics: Science and Systems VII',
};

export class Hopper extends UprightRobot {
  constructor(simulator: Simulator) {
    super(hopperDeclaration, simulator, constants);
  }

  protected override isUpright(qpos: Float64Array, qvel: Float64Array): boolean {
    const [, height, pitch] = qpos as unknown as [number, number, number];
    const isSmall = (value: number): boolean => Math.abs(value) < LARGEST_STATE;
    return height > LOWEST_HEIGHT && Math.abs(pitch) < LARGEST_PITCH && qpos.subarray(2).every(isSmall) && qvel.every(isSmall);
  }
}
