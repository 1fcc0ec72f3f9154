// Humanoid: a robot with legs and arms walks forwards without falling. Equal to Gymnasium's Humanoid-v5
// (gymnasium/envs/mujoco/humanoid_v5.py); docs/tasks-locomotion.md.
import { defineTask } from '../definition.ts';
import { defineOptions, type OptionValues } from '../options.ts';
import { humanoidActions, humanoidObservation, humanoidOptions, HumanoidRobot } from './humanoid-robot.ts';
import { range, terminateWhenUnhealthy, weight } from './options.ts';

const options = defineOptions({
  'forward-reward-weight': weight(1.25, 'Weight of the forward velocity in the reward.'),
  'ctrl-cost-weight': weight(0.1, 'Weight of the sum of squared actions, which is subtracted.'),
  'contact-cost-weight': weight(5e-7, 'Weight of the sum of squared contact forces, which is subtracted.'),
  // Gymnasium's lower end is infinite; with a weight of its sign the cost is never below 0.
  ...range('contact-cost', [-1e6, 10], '1', 'the range that the weighted contact cost is clipped to'),
  'healthy-reward': weight(5, 'Reward of each step after which the robot is healthy: it has not fallen.'),
  'terminate-when-unhealthy': terminateWhenUnhealthy(true),
  ...range('healthy-z', [1, 2], 'm', 'the torso heights that count as healthy'),
  ...humanoidOptions,
});
type Values = OptionValues<typeof options>;

class Humanoid extends HumanoidRobot<Values> {
  #xBefore = 0;

  protected override beforePhysics(): void {
    this.#xBefore = this.centreOfMassX;
  }

  #isHealthy(): boolean {
    const height = this.simulator.qpos[2] as number;
    return height > this.values['healthy-z-min'] && height < this.values['healthy-z-max'];
  }

  protected override isTerminated(): boolean {
    return this.values['terminate-when-unhealthy'] && !this.#isHealthy();
  }

  protected override reward(terms: Float64Array): void {
    const { values } = this;
    const velocity = (this.centreOfMassX - this.#xBefore) / this.stepSeconds;
    const contactCost = values['contact-cost-weight'] * this.sumOfSquaredForces();
    terms[0] = values['forward-reward-weight'] * velocity;
    terms[1] = this.#isHealthy() ? values['healthy-reward'] : 0;
    terms[2] = -values['ctrl-cost-weight'] * this.sumOfSquaredActions();
    terms[3] = -Math.min(values['contact-cost-max'], Math.max(values['contact-cost-min'], contactCost));
  }
}

export const humanoid = defineTask(
  options,
  (values) => ({
    id: 'humanoid',
    title: 'Humanoid',
    sentence: 'A robot with legs and arms learns to walk and run without falling.',
    family: 'locomotion',
    model: 'humanoid.xml',
    observation: humanoidObservation(values),
    action: humanoidActions,
    rewardTerms: [
      {
        name: 'forward',
        weight: values['forward-reward-weight'],
        sentence: 'Mean forward velocity of the centre of mass over the step (m/s).',
      },
      { name: 'alive', weight: values['healthy-reward'], sentence: 'One for each step after which it has not fallen.' },
      { name: 'control', weight: -values['ctrl-cost-weight'], sentence: 'The sum of squared actions.' },
      {
        name: 'contact',
        weight: -values['contact-cost-weight'],
        sentence: 'The sum of squared contact torques and forces on all bodies; the weighted cost is clipped.',
      },
    ],
    termination: values['terminate-when-unhealthy']
      ? `The torso is not between ${values['healthy-z-min']} m and ${values['healthy-z-max']} m high.`
      : null,
    timeLimit: 1000,
    frameSkip: 5,
    stepSeconds: 0.015,
    resetNoise: `Uniform on ±${values['reset-noise-scale']} for every position (m, rad, quaternion) and velocity.`,
    camera: { trackBody: 'torso', lookAt: [0, 0, 0.85], distance: 3.8, azimuth: 90, elevation: -12 },
    citation: 'Gymnasium v5, Humanoid-v5; Tassa, Erez and Todorov (2012), IROS',
  }),
  Humanoid,
);
