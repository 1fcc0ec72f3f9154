// Swimmer: a chain of three links swims forwards in a plane. Equal to Gymnasium's Swimmer-v5
// (gymnasium/envs/mujoco/swimmer_v5.py); docs/tasks-locomotion.md.
import type { RandomStream } from '../../random/stream.ts';
import { defineTask } from '../definition.ts';
import { addUniformNoise } from '../reset-noise.ts';
import { forwardOptions, ForwardRobot, forwardTerms } from './forward-robot.ts';

const options = forwardOptions(1e-4, 0.1, 'the head’s place in the plane');

class Swimmer extends ForwardRobot {
  protected override readonly places = 2;

  protected override randomise(stream: RandomStream, qpos: Float64Array, qvel: Float64Array): void {
    addUniformNoise(stream, qpos, this.values['reset-noise-scale']);
    addUniformNoise(stream, qvel, this.values['reset-noise-scale']);
  }
}

export const swimmer = defineTask(
  options,
  (values) => ({
    id: 'swimmer',
    title: 'Swimmer',
    sentence: 'A chain of three links learns to swim forwards by its two joints.',
    family: 'locomotion',
    model: 'swimmer.xml',
    observation: [
      ...(values['exclude-current-positions-from-observation']
        ? []
        : [
            { name: 'head x', unit: 'm' },
            { name: 'head y', unit: 'm' },
          ]),
      { name: 'head yaw', unit: 'rad' },
      { name: 'front joint angle', unit: 'rad' },
      { name: 'back joint angle', unit: 'rad' },
      { name: 'head x velocity', unit: 'm/s' },
      { name: 'head y velocity', unit: 'm/s' },
      { name: 'head yaw velocity', unit: 'rad/s' },
      { name: 'front joint velocity', unit: 'rad/s' },
      { name: 'back joint velocity', unit: 'rad/s' },
    ],
    action: [
      { name: 'front joint torque', unit: '150 N·m', low: -1, high: 1 },
      { name: 'back joint torque', unit: '150 N·m', low: -1, high: 1 },
    ],
    rewardTerms: forwardTerms(values),
    termination: null,
    timeLimit: 1000,
    frameSkip: 4,
    stepSeconds: 0.04,
    resetNoise: `Uniform on ±${values['reset-noise-scale']} for every position and velocity.`,
    camera: { trackBody: 'head', lookAt: [-0.5, 0, 0], distance: 7, azimuth: 90, elevation: -50 },
    citation: 'Gymnasium v5, Swimmer-v5; Coulom (2002), thesis, INP Grenoble',
  }),
  Swimmer,
);
