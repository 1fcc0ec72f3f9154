// What half-cheetah and swimmer share: they are paid for their velocity along x, charged for their efforts, and never end.
// As gymnasium/envs/mujoco/{half_cheetah,swimmer}_v5.py.
import type { RewardTermDeclaration, TaskDeclaration } from '../../contract/declarations.ts';
import type { Simulator } from '../../physics/simulator.ts';
import { MujocoTask } from '../mujoco-task.ts';
import { defineOptions, type OptionValues } from '../options.ts';
import { excludePositions, resetNoise, weight } from './options.ts';

/** @param place what is left out of the observation by default, in words */
export const forwardOptions = (controlWeight: number, noise: number, place: string) =>
  defineOptions({
    'forward-reward-weight': weight(1, 'Weight of the forward velocity in the reward.'),
    'ctrl-cost-weight': weight(controlWeight, 'Weight of the sum of squared actions, which is subtracted.'),
    'reset-noise-scale': resetNoise(noise),
    'exclude-current-positions-from-observation': excludePositions(place),
  });
export type ForwardValues = OptionValues<ReturnType<typeof forwardOptions>>;

/** The terms of the reward, as `reward` below writes them. */
export function forwardTerms(values: ForwardValues): RewardTermDeclaration[] {
  return [
    { name: 'forward', weight: values['forward-reward-weight'], sentence: 'Mean forward velocity over the step (m/s).' },
    { name: 'control', weight: -values['ctrl-cost-weight'], sentence: 'The sum of squared actions.' },
  ];
}

export abstract class ForwardRobot extends MujocoTask {
  protected readonly values: ForwardValues;
  #xBefore = 0;

  constructor(simulator: Simulator, declaration: TaskDeclaration, values: ForwardValues) {
    super(declaration, simulator);
    this.values = values;
  }

  /** How many positions, the first ones, say where it is rather than how it is. */
  protected abstract readonly places: number;

  protected override beforePhysics(): void {
    this.#xBefore = this.simulator.qpos[0] as number;
  }

  protected override observe(observation: Float64Array): void {
    const { qpos, qvel } = this.simulator;
    const left = this.values['exclude-current-positions-from-observation'] ? this.places : 0;
    const positionCount = qpos.length - left;
    for (let i = 0; i < positionCount; i += 1) observation[i] = qpos[i + left] as number;
    for (let i = 0; i < qvel.length; i += 1) observation[positionCount + i] = qvel[i] as number;
  }

  protected override reward(terms: Float64Array): void {
    const x = this.simulator.qpos[0] as number;
    terms[0] = (this.values['forward-reward-weight'] * (x - this.#xBefore)) / this.stepSeconds;
    terms[1] = -this.values['ctrl-cost-weight'] * this.sumOfSquaredActions();
  }
}
