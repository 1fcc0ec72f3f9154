// Half-cheetah: a planar robot with two legs runs as fast as it can. Equal to Gymnasium's HalfCheetah-v5
// (gymnasium/envs/mujoco/half_cheetah_v5.py); docs/tasks-locomotion.md.
import type { RandomStream } from '../../random/stream.ts';
import { defineTask } from '../definition.ts';
import { addNormalNoise, addUniformNoise } from '../reset-noise.ts';
import { forwardOptions, ForwardRobot, forwardTerms } from './forward-robot.ts';

const options = forwardOptions(0.1, 0.1, 'the position along the track');

class HalfCheetah extends ForwardRobot {
  protected override readonly places = 1;

  protected override randomise(stream: RandomStream, qpos: Float64Array, qvel: Float64Array): void {
    addUniformNoise(stream, qpos, this.values['reset-noise-scale']);
    addNormalNoise(stream, qvel, this.values['reset-noise-scale']);
  }
}

export const halfCheetah = defineTask(
  options,
  (values) => ({
    id: 'half-cheetah',
    title: 'Half-cheetah',
    sentence: 'A planar robot with two legs learns to run: the standard test of continuous control.',
    family: 'locomotion',
    model: 'half-cheetah.xml',
    observation: [
      ...(values['exclude-current-positions-from-observation'] ? [] : [{ name: 'position along the track', unit: 'm' }]),
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
    rewardTerms: forwardTerms(values),
    termination: null,
    timeLimit: 1000,
    frameSkip: 5,
    stepSeconds: 0.05,
    resetNoise: `Positions uniform on ±${values['reset-noise-scale']} (m, rad), velocities normal with standard deviation ${values['reset-noise-scale']}.`,
    camera: { trackBody: 'torso', lookAt: [0, 0, 0.55], distance: 3.4, azimuth: 90, elevation: -12 },
    citation: 'Gymnasium v5, HalfCheetah-v5; Wawrzyński (2009), Neural Networks 22(10)',
  }),
  HalfCheetah,
);
