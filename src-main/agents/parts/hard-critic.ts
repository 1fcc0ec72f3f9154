// VIREL's critic: the ordinary action value of the present policy, without an entropy term, in two forms. `twin`: two
// action values with targets, the smaller one counts (Hartikainen's implementation of VIREL). `single`: one action value
// beside a state value with a target (the authors' released code). docs/agents/virel.md.
import * as tf from '@tensorflow/tfjs';
import type { NamedArrays, NamedShapes, NamedTensors } from '../../engine/program.ts';
import type { RandomStream } from '../../random/stream.ts';
import { asOnline, Critics, targetOf, targetShapesOf, targetsLike } from './critics.ts';
import { type Initialisation, Network } from './networks.ts';
import type { AdamForm } from './adam-forms.ts';
import { Adam, at, gradientsOf, pick, polyak } from './optimiser.ts';
import type { Transitions } from './programs.ts';

export interface CriticInputs {
  state: NamedTensors;
  controls: NamedTensors;
  transitions: Transitions;
  /** ã ~ π(·|s) [n, a]. */
  action: tf.Tensor2D;
  /** a′ ~ π(·|s′) [n, a]; drawn where the form needs it. */
  nextAction: () => tf.Tensor2D;
}

export interface CriticStep {
  state: NamedTensors;
  loss: tf.Scalar;
  /** The action values' parameters before this step and after it. */
  former: NamedTensors;
  updated: NamedTensors;
}

export class HardCritic {
  readonly actionValues: Critics;
  readonly #value: Network | null;
  readonly #criticAdam: Adam;
  readonly #valueAdam: Adam | null;

  constructor(
    form: 'twin' | 'single',
    sizes: { observation: number; action: number; hidden: readonly number[] },
    options: { initialisation: Initialisation; adamForm: AdamForm },
  ) {
    const { initialisation, adamForm } = options;
    this.actionValues = new Critics(sizes, form === 'twin' ? 2 : 1, initialisation);
    this.#value = form === 'single' ? new Network('value', [sizes.observation, ...sizes.hidden, 1], initialisation) : null;
    this.#criticAdam = new Adam('critics', this.actionValues.shapes, adamForm);
    this.#valueAdam = this.#value === null ? null : new Adam('value', this.#value.shapes, adamForm);
  }

  /** What has a target: V in the single form, both action values in the twin form. */
  get #targeted(): NamedShapes {
    return this.#value === null ? this.actionValues.shapes : this.#value.shapes;
  }
  get stateShapes(): NamedShapes {
    return {
      ...this.actionValues.shapes,
      ...this.#value?.shapes,
      ...targetShapesOf(this.#targeted),
      ...this.#criticAdam.stateShapes,
      ...this.#valueAdam?.stateShapes,
    };
  }

  initialState(stream: RandomStream): NamedArrays {
    const critics = this.actionValues.initialState(stream);
    const value = this.#value?.initialState(stream);
    return {
      ...critics,
      ...value,
      ...targetsLike(value ?? critics),
      ...this.#criticAdam.initialState(),
      ...this.#valueAdam?.initialState(),
    };
  }

  /** Parameters for `bellmanTarget`, the online ones or their targets. */
  online(state: NamedTensors): NamedTensors {
    return pick(state, { ...this.actionValues.shapes, ...this.#targeted });
  }
  targets(state: NamedTensors): NamedTensors {
    return asOnline(state, this.#targeted);
  }

  /** y [n] = r + γ (1 − d) V(s′), V being the state value's or the smaller action value at a′. No entropy is in it. */
  bellmanTarget(
    networks: NamedTensors,
    { r, sNext, continues }: Transitions,
    controls: NamedTensors,
    nextAction: () => tf.Tensor2D,
  ): tf.Tensor1D {
    const value =
      this.#value === null
        ? this.actionValues.minimum(networks, sNext, nextAction())
        : this.#value.apply(networks, sNext).squeeze<tf.Tensor1D>([1]);
    return r.add(at(controls, 'discount').mul(continues).mul(value)) as tf.Tensor1D;
  }

  /** ½ Σ mean (Qᵢ − y)² as in SAC; the single form has no ½, as published. */
  loss({ s, a }: Pick<Transitions, 's' | 'a'>, y: tf.Tensor): (parameters: NamedTensors) => tf.Scalar {
    const half = this.#value === null ? 0.5 : 1;
    return (parameters) => this.actionValues.squaredError(parameters, s, a, y).mul(half);
  }

  /** One step of policy evaluation with the targets' backup, and of the targets. */
  step({ state, controls, transitions, action, nextAction }: CriticInputs): CriticStep {
    const { s } = transitions;
    const rate = at(controls, 'critic-learning-rate');
    const former = pick(state, this.actionValues.shapes);
    const y = this.bellmanTarget(this.targets(state), transitions, controls, nextAction);
    const critic = gradientsOf(this.loss(transitions, y), former);
    const criticStep = this.#criticAdam.step(state, critic.gradients, rate);
    const updated = pick(criticStep, this.actionValues.shapes);
    if (this.#value === null || this.#valueAdam === null) {
      const targets = polyak(updated, state, at(controls, 'target-smoothing'), targetOf);
      return { state: { ...criticStep, ...targets }, loss: critic.value, former, updated };
    }

    // L_V = mean (V(s) − Q(s, ã))²: where SAC v1 has Q − log π, VIREL has Q. Q is the one from before its step, as published.
    const network = this.#value;
    const goal = this.actionValues.minimum(former, s, action);
    const value = gradientsOf(
      (parameters) => tf.squaredDifference(network.apply(parameters, s).squeeze([1]), goal).mean(),
      pick(state, network.shapes),
    );
    const valueStep = this.#valueAdam.step(state, value.gradients, rate);
    const targets = polyak(pick(valueStep, network.shapes), state, at(controls, 'target-smoothing'), targetOf);
    return { state: { ...criticStep, ...valueStep, ...targets }, loss: critic.value, former, updated };
  }
}
