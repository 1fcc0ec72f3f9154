// Inverted double pendulum: a cart on a rail balances two poles, one on the other. Equal to Gymnasium's
// InvertedDoublePendulum-v5 (gymnasium/envs/mujoco/inverted_double_pendulum_v5.py); docs/tasks-classic.md.
import type { TaskDeclaration } from '../../contract/declarations.ts';
import type { Simulator } from '../../physics/simulator.ts';
import type { RandomStream } from '../../random/stream.ts';
import { defineTask } from '../definition.ts';
import { MujocoTask } from '../mujoco-task.ts';
import { defineOptions, type OptionValues } from '../options.ts';
import { addNormalNoise, addUniformNoise } from '../reset-noise.ts';

/** The tip has fallen at this height (m). Upright it is at 1.2; the reward's best height of 2 is Gymnasium's. */
const LOWEST_TIP = 1;
const BEST_TIP = 2;
/** Velocities and the constraint's force are observed within ± this. */
const LARGEST_OBSERVED = 10;

const options = defineOptions({
  'healthy-reward': { default: 10, min: -1e6, max: 1e6, sentence: 'Reward of each step after which the tip is still up.' },
  'reset-noise-scale': { default: 0.1, min: 0, max: 10, sentence: 'Size of the random deviations from rest at a reset.' },
});
type Values = OptionValues<typeof options>;

class InvertedDoublePendulum extends MujocoTask {
  readonly #values: Values;
  readonly #tip: number;

  constructor(simulator: Simulator, declaration: TaskDeclaration, values: Values) {
    // The tip's x and height and the rail's force on the cart, where MuJoCo last computed them: the observation needs
    // the force after a restore.
    super(declaration, simulator, 3);
    this.#values = values;
    this.#tip = simulator.idOf('site', 'tip');
  }

  protected override randomise(stream: RandomStream, qpos: Float64Array, qvel: Float64Array): void {
    addUniformNoise(stream, qpos, this.#values['reset-noise-scale']);
    addNormalNoise(stream, qvel, this.#values['reset-noise-scale']);
  }

  protected override derive(derived: Float64Array): void {
    const { data } = this.simulator;
    const places = data.site_xpos as Float64Array;
    derived[0] = places[3 * this.#tip] as number;
    derived[1] = places[3 * this.#tip + 2] as number;
    derived[2] = (data.qfrc_constraint as Float64Array)[0] as number;
  }

  protected override observe(observation: Float64Array): void {
    const { qpos, qvel } = this.simulator;
    const clip = (value: number): number => Math.min(LARGEST_OBSERVED, Math.max(-LARGEST_OBSERVED, value));
    observation[0] = qpos[0] as number;
    for (const pole of [1, 2]) {
      observation[pole] = Math.sin(qpos[pole] as number);
      observation[2 + pole] = Math.cos(qpos[pole] as number);
    }
    for (let i = 0; i < 3; i += 1) observation[5 + i] = clip(qvel[i] as number);
    observation[8] = clip(this.derived[2] as number);
  }

  protected override isTerminated(): boolean {
    return (this.derived[1] as number) <= LOWEST_TIP;
  }

  protected override reward(terms: Float64Array, terminated: boolean): void {
    const [x, height] = this.derived as unknown as [number, number];
    const [, lower, upper] = this.simulator.qvel as unknown as [number, number, number];
    terms[0] = terminated ? 0 : this.#values['healthy-reward'];
    terms[1] = -(0.01 * x ** 2 + (height - BEST_TIP) ** 2);
    terms[2] = -(1e-3 * lower ** 2 + 5e-3 * upper ** 2);
  }
}

export const invertedDoublePendulum = defineTask(
  options,
  (values) => ({
    id: 'inverted-double-pendulum',
    title: 'Inverted double pendulum',
    sentence: 'A cart on a rail keeps two poles upright, one on the other.',
    family: 'classic',
    model: 'inverted-double-pendulum.xml',
    observation: [
      { name: 'cart position', unit: 'm' },
      { name: 'sine of lower angle', unit: '' },
      { name: 'sine of upper angle', unit: '' },
      { name: 'cosine of lower angle', unit: '' },
      { name: 'cosine of upper angle', unit: '' },
      { name: 'cart velocity', unit: 'm/s' },
      { name: 'lower angular velocity', unit: 'rad/s' },
      { name: 'upper angular velocity', unit: 'rad/s' },
      { name: 'force of the rail’s ends', unit: 'N' },
    ],
    action: [{ name: 'cart drive', unit: '500 N', low: -1, high: 1 }],
    rewardTerms: [
      { name: 'alive', weight: values['healthy-reward'], sentence: 'One for each step after which the tip is still up.' },
      { name: 'place', weight: -1, sentence: 'A hundredth of the tip’s squared x, and its squared distance from a height of 2 m.' },
      { name: 'velocity', weight: -1, sentence: 'The squared angular velocities, a thousandth of the lower and five of the upper.' },
    ],
    termination: 'The tip is no higher than 1 m.',
    timeLimit: 1000,
    frameSkip: 5,
    stepSeconds: 0.05,
    resetNoise: `Positions uniform on ±${values['reset-noise-scale']}, velocities normal with standard deviation ${values['reset-noise-scale']}.`,
    camera: { trackBody: null, lookAt: [0, 0, 0.55], distance: 3.6, azimuth: 90, elevation: -10 },
    citation: 'Gymnasium v5, InvertedDoublePendulum-v5',
  }),
  InvertedDoublePendulum,
);
