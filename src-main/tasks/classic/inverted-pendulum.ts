// Inverted pendulum: a cart on a rail balances a pole. Equal to Gymnasium's InvertedPendulum-v5
// (gymnasium/envs/mujoco/inverted_pendulum_v5.py); docs/tasks-classic.md.
import type { TaskDeclaration } from '../../contract/declarations.ts';
import type { Simulator } from '../../physics/simulator.ts';
import type { RandomStream } from '../../random/stream.ts';
import { defineTask } from '../definition.ts';
import { MujocoTask } from '../mujoco-task.ts';
import { defineOptions, type OptionValues } from '../options.ts';
import { addUniformNoise } from '../reset-noise.ts';

/** The pole has fallen beyond this angle (rad). */
const LARGEST_ANGLE = 0.2;

const options = defineOptions({
  'reset-noise-scale': { default: 0.01, min: 0, max: 10, sentence: 'Half-width of the uniform deviations from rest at a reset.' },
});
type Values = OptionValues<typeof options>;

class InvertedPendulum extends MujocoTask {
  readonly #noise: number;

  constructor(simulator: Simulator, declaration: TaskDeclaration, values: Values) {
    super(declaration, simulator);
    this.#noise = values['reset-noise-scale'];
  }

  protected override randomise(stream: RandomStream, qpos: Float64Array, qvel: Float64Array): void {
    addUniformNoise(stream, qpos, this.#noise);
    addUniformNoise(stream, qvel, this.#noise);
  }

  protected override observe(observation: Float64Array): void {
    const { qpos, qvel } = this.simulator;
    observation.set(qpos);
    observation.set(qvel, qpos.length);
  }

  protected override isTerminated(): boolean {
    const angle = this.observation[1] as number;
    return Math.abs(angle) > LARGEST_ANGLE || !this.observation.every((value) => Number.isFinite(value));
  }

  protected override reward(terms: Float64Array, terminated: boolean): void {
    terms[0] = terminated ? 0 : 1;
  }
}

export const invertedPendulum = defineTask(
  options,
  (values) => ({
    id: 'inverted-pendulum',
    title: 'Inverted pendulum',
    sentence: 'A cart on a rail keeps a pole upright: the quickest check that an agent learns at all.',
    family: 'classic',
    model: 'inverted-pendulum.xml',
    observation: [
      { name: 'cart position', unit: 'm' },
      { name: 'pole angle', unit: 'rad' },
      { name: 'cart velocity', unit: 'm/s' },
      { name: 'pole angular velocity', unit: 'rad/s' },
    ],
    action: [{ name: 'cart drive', unit: '100 N', low: -3, high: 3 }],
    rewardTerms: [{ name: 'alive', weight: 1, sentence: 'One for each step after which the pole is still up.' }],
    termination: 'The pole leans by more than 0.2 rad, or an observation is not finite.',
    timeLimit: 1000,
    frameSkip: 2,
    stepSeconds: 0.04,
    resetNoise: `Uniform on ±${values['reset-noise-scale']} for every position and velocity.`,
    camera: { trackBody: null, lookAt: [0, 0, 0.25], distance: 2.4, azimuth: 90, elevation: -12 },
    citation: 'Gymnasium v5, InvertedPendulum-v5; Barto, Sutton and Anderson (1983), IEEE SMC 13(5)',
  }),
  InvertedPendulum,
);
