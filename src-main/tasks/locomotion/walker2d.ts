// Walker2d: a robot with two legs in a vertical plane walks forwards without falling. Equal to Gymnasium's Walker2d-v5
// (gymnasium/envs/mujoco/walker2d_v5.py); docs/tasks-locomotion.md.
import { defineTask } from '../definition.ts';
import { defineOptions, type OptionValues } from '../options.ts';
import { range } from './options.ts';
import { uprightOptions, UprightRobot, uprightTerms, withPosition } from './upright-robot.ts';

const options = defineOptions({
  ...uprightOptions,
  ...range('healthy-z', [0.8, 2], 'm', 'the torso heights that count as healthy'),
  ...range('healthy-angle', [-1, 1], 'rad', 'the torso pitches that count as healthy'),
});
type Values = OptionValues<typeof options>;

class Walker2d extends UprightRobot<Values> {
  protected override isUpright(qpos: Float64Array): boolean {
    const { values } = this;
    const [, height, pitch] = qpos as unknown as [number, number, number];
    return (
      height > values['healthy-z-min'] &&
      height < values['healthy-z-max'] &&
      pitch > values['healthy-angle-min'] &&
      pitch < values['healthy-angle-max']
    );
  }
}

export const walker2d = defineTask(
  options,
  (values) => ({
    id: 'walker2d',
    title: 'Walker2d',
    sentence: 'A robot with two legs in a vertical plane learns to walk and run without falling.',
    family: 'locomotion',
    model: 'walker2d.xml',
    observation: withPosition(values, [
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
    ]),
    action: [
      { name: 'right hip torque', unit: '100 N·m', low: -1, high: 1 },
      { name: 'right knee torque', unit: '100 N·m', low: -1, high: 1 },
      { name: 'right ankle torque', unit: '100 N·m', low: -1, high: 1 },
      { name: 'left hip torque', unit: '100 N·m', low: -1, high: 1 },
      { name: 'left knee torque', unit: '100 N·m', low: -1, high: 1 },
      { name: 'left ankle torque', unit: '100 N·m', low: -1, high: 1 },
    ],
    rewardTerms: uprightTerms(values),
    termination: values['terminate-when-unhealthy']
      ? `The torso is not between ${values['healthy-z-min']} m and ${values['healthy-z-max']} m high, or leans out of ` +
        `${values['healthy-angle-min']} to ${values['healthy-angle-max']} rad.`
      : null,
    timeLimit: 1000,
    frameSkip: 4,
    stepSeconds: 0.008,
    resetNoise: `Uniform on ±${values['reset-noise-scale']} for every position and velocity.`,
    camera: { trackBody: 'torso', lookAt: [0, 0, 0.75], distance: 3.8, azimuth: 90, elevation: -12 },
    citation: 'Gymnasium v5, Walker2d-v5; Erez, Tassa and Todorov (2011), Robotics: Science and Systems VII',
  }),
  Walker2d,
);
