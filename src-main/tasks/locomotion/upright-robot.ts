// What hopper and walker2d share: a robot in a vertical plane that runs forwards for as long as it stays upright.
// As gymnasium/envs/mujoco/{hopper,walker2d}_v5.py.
import type { DimensionDeclaration, RewardTermDeclaration, TaskDeclaration } from '../../contract/declarations.ts';
import type { Simulator } from '../../physics/simulator.ts';
import type { RandomStream } from '../../random/stream.ts';
import { MujocoTask } from '../mujoco-task.ts';
import { defineOptions, type OptionValues } from '../options.ts';
import { addUniformNoise } from '../reset-noise.ts';
import { excludePositions, resetNoise, terminateWhenUnhealthy, weight } from './options.ts';

/** Velocities are observed within ± this (m/s, rad/s). */
const LARGEST_VELOCITY = 10;

export const uprightOptions = defineOptions({
  'forward-reward-weight': weight(1, 'Weight of the forward velocity in the reward.'),
  'ctrl-cost-weight': weight(1e-3, 'Weight of the sum of squared actions, which is subtracted.'),
  'healthy-reward': weight(1, 'Reward of each step after which the robot is healthy: it has not fallen.'),
  'terminate-when-unhealthy': terminateWhenUnhealthy(true),
  'reset-noise-scale': resetNoise(5e-3),
  'exclude-current-positions-from-observation': excludePositions('the position along the track'),
});
export type UprightValues = OptionValues<typeof uprightOptions>;

/** The terms of the reward, as `reward` below writes them. */
export function uprightTerms(values: UprightValues): RewardTermDeclaration[] {
  return [
    { name: 'forward', weight: values['forward-reward-weight'], sentence: 'Mean forward velocity over the step (m/s).' },
    { name: 'alive', weight: values['healthy-reward'], sentence: 'One for each step after which it has not fallen.' },
    { name: 'control', weight: -values['ctrl-cost-weight'], sentence: 'The sum of squared actions.' },
  ];
}

/** The position along the track comes first, where it is observed. */
export function withPosition(values: UprightValues, observation: readonly DimensionDeclaration[]): DimensionDeclaration[] {
  return [
    ...(values['exclude-current-positions-from-observation'] ? [] : [{ name: 'position along the track', unit: 'm' }]),
    ...observation,
  ];
}

export abstract class UprightRobot<Values extends UprightValues> extends MujocoTask {
  protected readonly values: Values;
  #xBefore = 0;

  constructor(simulator: Simulator, declaration: TaskDeclaration, values: Values) {
    super(declaration, simulator);
    this.values = values;
  }

  /** Is it still up? Its height (m), pitch (rad) and everything else are in qpos and qvel. */
  protected abstract isUpright(qpos: Float64Array, qvel: Float64Array): boolean;

  protected override randomise(stream: RandomStream, qpos: Float64Array, qvel: Float64Array): void {
    addUniformNoise(stream, qpos, this.values['reset-noise-scale']);
    addUniformNoise(stream, qvel, this.values['reset-noise-scale']);
  }

  protected override beforePhysics(): void {
    this.#xBefore = this.simulator.qpos[0] as number;
  }

  protected override observe(observation: Float64Array): void {
    const { qpos, qvel } = this.simulator;
    const left = this.values['exclude-current-positions-from-observation'] ? 1 : 0;
    const positionCount = qpos.length - left;
    for (let i = 0; i < positionCount; i += 1) observation[i] = qpos[i + left] as number;
    for (let i = 0; i < qvel.length; i += 1) {
      observation[positionCount + i] = Math.min(LARGEST_VELOCITY, Math.max(-LARGEST_VELOCITY, qvel[i] as number));
    }
  }

  protected override isTerminated(): boolean {
    return this.values['terminate-when-unhealthy'] && !this.isUpright(this.simulator.qpos, this.simulator.qvel);
  }

  protected override reward(terms: Float64Array): void {
    const { qpos, qvel } = this.simulator;
    terms[0] = (this.values['forward-reward-weight'] * ((qpos[0] as number) - this.#xBefore)) / this.stepSeconds;
    terms[1] = this.isUpright(qpos, qvel) ? this.values['healthy-reward'] : 0;
    terms[2] = -this.values['ctrl-cost-weight'] * this.sumOfSquaredActions();
  }
}
