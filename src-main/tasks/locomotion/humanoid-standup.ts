// Humanoid-standup: a robot that lies on its back gets up. Equal to Gymnasium's HumanoidStandup-v5
// (gymnasium/envs/mujoco/humanoidstandup_v5.py); docs/tasks-locomotion.md.
import { defineTask } from '../definition.ts';
import { defineOptions, type OptionValues } from '../options.ts';
import { humanoidActions, humanoidObservation, humanoidOptions, HumanoidRobot } from './humanoid-robot.ts';
import { range, weight } from './options.ts';

const options = defineOptions({
  'uph-cost-weight': weight(1, 'Weight of the torso’s height over the duration of a MuJoCo step; Gymnasium’s own code has no use for it.'),
  'ctrl-cost-weight': weight(0.1, 'Weight of the sum of squared actions, which is subtracted.'),
  'impact-cost-weight': weight(5e-7, 'Weight of the sum of squared contact forces, which is subtracted.'),
  // Gymnasium's lower end is infinite; with a weight of its sign the cost is never below 0.
  ...range('impact-cost', [-1e6, 10], '1', 'the range that the weighted contact cost is clipped to'),
  ...humanoidOptions,
});
type Values = OptionValues<typeof options>;

class HumanoidStandup extends HumanoidRobot<Values> {
  protected override reward(terms: Float64Array): void {
    const { values } = this;
    const impactCost = values['impact-cost-weight'] * this.sumOfSquaredForces();
    terms[0] = (values['uph-cost-weight'] * (this.simulator.qpos[2] as number)) / this.simulator.timestep;
    terms[1] = -values['ctrl-cost-weight'] * this.sumOfSquaredActions();
    terms[2] = -Math.min(values['impact-cost-max'], Math.max(values['impact-cost-min'], impactCost));
    terms[3] = 1;
  }
}

export const humanoidStandup = defineTask(
  options,
  (values) => ({
    id: 'humanoid-standup',
    title: 'Humanoid standup',
    sentence: 'A robot with legs and arms that lies on its back learns to get up and stay up.',
    family: 'locomotion',
    model: 'humanoid-standup.xml',
    observation: humanoidObservation(values),
    action: humanoidActions,
    rewardTerms: [
      {
        name: 'height',
        weight: values['uph-cost-weight'],
        sentence: 'The torso’s height over the duration of a MuJoCo step (m/s): as if it had got there within it.',
      },
      { name: 'control', weight: -values['ctrl-cost-weight'], sentence: 'The sum of squared actions.' },
      {
        name: 'impact',
        weight: -values['impact-cost-weight'],
        sentence: 'The sum of squared contact torques and forces on all bodies; the weighted cost is clipped.',
      },
      { name: 'constant', weight: 1, sentence: 'One for each step.' },
    ],
    termination: null,
    timeLimit: 1000,
    frameSkip: 5,
    stepSeconds: 0.015,
    resetNoise: `Uniform on ±${values['reset-noise-scale']} for every position (m, rad, quaternion) and velocity.`,
    camera: { trackBody: 'torso', lookAt: [0, 0, 0.5], distance: 3.8, azimuth: 90, elevation: -16 },
    citation: 'Gymnasium v5, HumanoidStandup-v5; Tassa, Erez and Todorov (2012), IROS',
  }),
  HumanoidStandup,
);
