// Walker2d: a robot with two legs in a vertical plane walks forwards without falling. Equal to Gymnasium's Walker2d-v5
// (gymnasium/envs/mujoco/walker2d_v5.py); docs/tasks-locomotion.md.
import type { TaskDeclaration } from '../../contract/declarations.ts';
import type { Simulator } from '../../physics/simulator.ts';
import { UprightRobot } from './upright-robot.ts';

const constants = { forwardWeight: 1, aliveReward: 1, controlWeight: 1e-3, noise: 5e-3 };
/** It has fallen when its torso is not between these heights (m) */
const LOWEST_HEIGHT = 0.8;
const HIGHEST_HEIGHT = 2;
/** or leans by this (rad). */
const LARGEST_PITCH = 1;

export const walker2dDeclaration: TaskDeclaration = {
  id: 'walker2d',
  title: 'Walker2d',
  sentence: 'A robot with two legs in a vertical plane learns to walk and run without falling.',
  family: 'locomotion',
  model: 'walker2d.xml',
  observation: [
    { name: 'torso height', unit: 'm' },
    { name: 'torso pitch', unit: 'rad' },
    { name: 'right hip angle', unit: 'rad' },
    { name: 'right knee angle', unit: 'rad' },
    { name: 'right ankle angle', unit: 'rad' },
    { name: 'left hip angle', unit: 'rad' },
    { name: 'left knee angle', unit: 'rad' },
    { name: 'left ankle angle', unit: 'rad' },
    { name: 'forward velocity', unit: 'm/s' },
    { name: 'upward velocity', unit: 'm/s' },
    { name: 'torso pitch velocity', unit: 'rad/s' },
    { name: 'right hip velocity', unit: 'rad/s' },
    { name: 'right knee velocity', unit: 'rad/s' },
    { name: 'right ankle velocity', unit: 'rad/s' },
    { name: 'left hip velocity', unit: 'rad/s' },
    { name: 'left knee velocity', unit: 'rad/s' },
    { name: 'left ankle velocity', unit: 'rad/s' },
  ],
  action: [
    { name: 'right hip torque', unit: '100 N·m', low: -1, high: 1 },
    { name: 'right knee torque', unit: '100 N·m', low: -1, high: 1 },
    { name: 'right ankle torque', unit: '100 N·m', low: -1, high: 1 },
    { name: 'left hip torque', unit: '100 N·m', low: -1, high: 1 },
    { name: 'left knee torque', unit: '100 N·m', low: -1, high: 1 },
    { name: 'left ankle torque', unit: '100 N·m', low: -1, high: 1 },
  ],
  rewardTerms: [
    { name: 'forward', weight: constants.forwardWeight, sentence: 'Mean forward velocity over the step (m/s).' },
    { name: 'alive', weight: constants.aliveReward, sentence: 'One for each step after which it has not fallen.' },
    { name: 'control', weight: -constants.controlWeight, sentence: 'Minus a thousandth of the sum of squared actions.' },
  ],
  termination: 'The torso is not between 0.8 m and 2 m high, or leans by 1 rad or more.',
  timeLimit: 1000,
  frameSkip: 4,
  stepSeconds: 0.008,
  resetNoise: 'Uniform on ±0.005 for every position and velocity.',
  camera: { trackBody: 'torso', lookAt: [0, 0, 0.75], distance: 3.8, azimuth: 90, elevation: -12 },
  citation: 'Gymnasium v5, Walker2d-v5; Erez, Tassa and Todorov (2011), Robotics: Science and Systems VII',
};

export class Walker2d extends UprightRobot {
  constructor(simulator: Simulator) {
    super(walker2dDeclaration, simulator, constants);
  }

  protected override isUpright(qpos: Float64Array): boolean {
    const [, height, pitch] = qpos as unknown as [number, number, number];
    return height > LOWEST_HEIGHT && height < HIGHEST_HEIGHT && Math.abs(pitch) < LARGEST_PITCH;
  }
}
