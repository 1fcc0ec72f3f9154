// The temperature: the weight of the divergence from the prior. Learned, it holds that divergence at its target
// (Haarnoja et al. 2018, arXiv 1812.05905, section 5); fixed and scheduled ones come from the controls.
import * as tf from '@tensorflow/tfjs';
import type { ParameterValues } from '../../contract/parameters.ts';
import type { NamedArrays, NamedTensors } from '../../engine/program.ts';
import type { AdamForm } from './adam-forms.ts';
import { Adam, at } from './optimiser.ts';
import { numberOf } from './values.ts';

export type TemperatureRule = 'learned' | 'fixed' | 'schedule' | 'residual';

/** log α is kept inside these bounds, so that an unreachable target cannot make it diverge. */
const logBounds = [-15, 10] as const;

const shapes = { 'log-temperature': [] };

/** The learned temperature's state. It is kept under every rule, so that a change to `learned` begins where the former rule was. */
export class Temperature {
  readonly #rule: TemperatureRule;
  readonly #adam: Adam;

  constructor(rule: TemperatureRule, adamForm: AdamForm) {
    this.#rule = rule;
    this.#adam = new Adam('temperature', shapes, adamForm);
  }

  get stateShapes() {
    return { ...shapes, ...this.#adam.stateShapes };
  }

  initialState(start: number): NamedArrays {
    return { 'log-temperature': Float32Array.of(Math.log(start)), ...this.#adam.initialState() };
  }

  /** α, a scalar: the state's where it is learned, else the control's. */
  value(state: NamedTensors, controls: NamedTensors): tf.Tensor {
    return this.#rule === 'learned' ? tf.exp(at(state, 'log-temperature')) : at(controls, 'temperature');
  }

  /**
   * Where α is learned, eq. 18 in its logarithmic form: J(log α) = log α · (target − E[log π − log p]), whose gradient is
   * the bracket, whatever α is. Else the state takes over the value that was used.
   * @param divergence E[log π − log p], nats, up to the constant that the target leaves out as well
   */
  step(state: NamedTensors, controls: NamedTensors, divergence: tf.Tensor, used: tf.Tensor): NamedTensors {
    // A residual temperature may be clipped at 0.
    if (this.#rule !== 'learned') return { 'log-temperature': tf.log(tf.maximum(used, Math.exp(logBounds[0]))) };
    const gradient = at(controls, 'divergence-target').sub(divergence);
    const next = this.#adam.step(state, { 'log-temperature': gradient }, at(controls, 'temperature-learning-rate'));
    next['log-temperature'] = tf.clipByValue(at(next, 'log-temperature'), ...logBounds);
    return next;
  }

  /**
   * Where a learned temperature sits on a bound, it cannot do its work, and only a person can help.
   * @param isEntropySteered is the target one of entropy, or of the KL from a prior?
   */
  warning({ temperature }: Readonly<Record<string, number>>, isEntropySteered: boolean): string | null {
    if (this.#rule !== 'learned' || temperature === undefined) return null;
    const [lowest, highest] = logBounds;
    // Single precision of a window's mean.
    const isAt = (bound: number): boolean => Math.abs(Math.log(temperature) - bound) < 1e-4;
    if (isAt(highest)) {
      const what = isEntropySteered
        ? 'entropy stays below its target, which it cannot reach. Lower the entropy target'
        : 'KL from the prior stays above its target, which it cannot reach. Raise the KL target';
      return `The temperature is held at its upper bound, e^${highest}: the policy's ${what}.`;
    }
    if (isAt(lowest)) {
      const what = isEntropySteered
        ? 'entropy stays above its target, which it cannot reach. Raise the entropy target'
        : 'KL from the prior stays below its target, which it cannot reach. Lower the KL target';
      return `The temperature is held at its lower bound, e^${lowest}: the policy's ${what}.`;
    }
    return null;
  }
}

/**
 * The temperature of a fixed or scheduled rule at an environment step. A schedule goes from `temperature` at
 * `schedule-from` to `temperature-end` at `schedule-to`, by equal factors in equal numbers of steps.
 */
export function temperatureAt(rule: TemperatureRule, values: ParameterValues, environmentStep: number): number {
  const start = numberOf(values, 'temperature');
  if (rule !== 'schedule') return start;
  const [from, to] = [numberOf(values, 'schedule-from'), numberOf(values, 'schedule-to')];
  const share = to > from ? Math.min(1, Math.max(0, (environmentStep - from) / (to - from))) : Number(environmentStep >= to);
  return start * (numberOf(values, 'temperature-end') / start) ** share;
}

/** A former state in which a fixed or scheduled temperature is the one in force, also where no update has used it yet: a learned one goes on from it. */
export function withTemperature(state: NamedArrays, values: ParameterValues, environmentStep: number): NamedArrays {
  const rule = values['temperature-rule'];
  if ((rule !== 'fixed' && rule !== 'schedule') || state['log-temperature'] === undefined) return state;
  return { ...state, 'log-temperature': Float32Array.of(Math.log(temperatureAt(rule, values, environmentStep))) };
}
