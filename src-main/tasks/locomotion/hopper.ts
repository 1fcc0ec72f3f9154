// Hopper: a robot with one leg hops forwards without falling. Equal to Gymnasium's Hopper-v5
// (gymnasium/envs/mujoco/hopper_v5.py); docs/tasks-locomotion.md.
import { defineTask } from '../definition.ts';
import { defineOptions, type OptionValues } from '../options.ts';
import { range } from './options.ts';
import { uprightOptions, UprightRobot, uprightTerms, withPosition } from './upright-robot.ts';

const options = defineOptions({
  ...uprightOptions,
  // Gymnasium's upper end is infinite.
  ...range('healthy-z', [0.7, 1e6], 'm', 'the torso heights that count as healthy'),
  ...range('healthy-angle', [-0.2, 0.2], 'rad', 'the torso pitches that count as healthy'),
  ...range('healthy-state', [-100, 100], '1', 'what every other position and every velocity has to be, but the position along the track'),
});
type Values = OptionValues<typeof options>;

class Hopper extends UprightRobot<Values> {
  protected override isUpright(qpos: Float64Array, qvel: Float64Array): boolean {
    const { values } = this;
    const [, height, pitch] = qpos as unknown as [number, number, number];
    const isSmall = (value: number): boolean => value > values['healthy-state-min'] && value < values['healthy-state-max'];
    return (
      height > values['healthy-z-min'] &&
      height < values['healthy-z-max'] &&
      pitch > values['healthy-angle-min'] &&
      pitch < values['healthy-angle-max'] &&
      qpos.subarray(2).every(isSmall) &&
      qvel.every(isSmall)
    );
  }
}

export const hopper = defineTask(
  options,
  (values) => ({
    id: 'hopper',
    title: 'Hopper',
    sentence: 'A robot with one leg learns to hop forwards without falling.',
    family: 'locomotion',
    model: 'hopper.xml',
    observation: withPosition(values, [
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
    ]),
    action: [
      { name: 'hip torque', unit: '200 N·m', low: -1, high: 1 },
      { name: 'knee torque', unit: '200 N·m', low: -1, high: 1 },
      { name: 'ankle torque', unit: '200 N·m', low: -1, high: 1 },
    ],
    rewardTerms: uprightTerms(values),
    termination: values['terminate-when-unhealthy']
      ? `The torso is no higher than ${values['healthy-z-min']} m, leans out of ${values['healthy-angle-min']} to ` +
        `${values['healthy-angle-max']} rad, or another position or velocity out of ${values['healthy-state-min']} to ${values['healthy-state-max']}.`
      : null,
    timeLimit: 1000,
    frameSkip: 4,
    stepSeconds: 0.008,
    resetNoise: `Uniform on ±${values['reset-noise-scale']} for every position and velocity.`,
    camera: { trackBody: 'torso', lookAt: [0, 0, 0.75], distance: 3.8, azimuth: 90, elevation: -12 },
    citation: 'Gymnasium v5, Hopper-v5; Erez, Tassa and Todorov (2011), Robotics: Science and Systems VII',
  }),
  Hopper,
);
