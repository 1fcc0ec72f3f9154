// What the critics promised at the start of each evaluation episode beside what came of it.
import type { MetricName } from '../contract/series.ts';
import type { NamedArrays, Program } from '../engine/program.ts';
import type { RandomStream } from '../random/stream.ts';
import type { Episode, EvaluationPolicy } from './evaluation.ts';

/** An agent's `inspection.valuation` made ready for as many rows as `batch` holds. */
export interface PreparedValuation {
  program: Program;
  batch: { observation: Float32Array; action: Float32Array };
  noise: NamedArrays;
}

export interface QBiasOptions {
  valuation: PreparedValuation;
  /** The one that the episodes were run with. */
  policy: EvaluationPolicy;
  /** The agent's, with `discount` γ and `reward-scale` κ among them. */
  controls: NamedArrays;
  /** Noise of the divergence's samples; of its own, so that the episodes are the same either way. */
  stream: RandomStream;
}

/**
 * Mean over episodes of Q(s₀, a₀), the smaller critic's, of the discounted return G, and of Q − G. With T steps,
 *
 *   G = κ r₀ + Σ γᵗ (κ r_t + b(s_t)), t = 1 … T − 1, and of an episode that was cut, + γᵀ (Q(s_T, a_T) + b(s_T)).
 *
 * b is what the critics' target adds to a state's value, so that Q and G count the same: for SAC −α (log π(ã|s) −
 * log p(ã|s)) with one ã ~ π(·|s) a state, for SAC v1 −log π(ã|s), for agents with hard critics 0. Q has no term for a₀'s
 * own divergence, so b(s₀) is left out. The episodes take the mean action where the critics value the policy's samples:
 * of what a wide policy loses by its noise, the difference has its share.
 */
export class QBias {
  readonly #options: QBiasOptions;
  readonly #promised: number[] = [];
  readonly #achieved: number[] = [];

  constructor(options: QBiasOptions) {
    this.#options = options;
  }

  /** An episode without a step promises nothing. */
  async add({ recording, lastObservation }: Episode): Promise<void> {
    const { length, terminated } = recording;
    if (length === 0) return;
    const { controls, policy, valuation } = this.#options;
    const [discount, scale] = [controls['discount']?.[0] ?? NaN, controls['reward-scale']?.[0] ?? NaN];
    const column = (name: string): ArrayLike<number> => recording.columns.find((one) => one.name === name)?.data ?? [];
    const [observations, actions, rewards] = [
      Float32Array.from(column('observation')),
      Float32Array.from(column('action')),
      column('reward'),
    ];
    const hasBonus = 'current' in valuation.noise;
    const [o, a] = [lastObservation.length, actions.length / length];

    const begun = hasBonus ? length : 1;
    const along = await this.#value(observations.subarray(0, begun * o), actions.subarray(0, begun * a), begun);
    let [achieved, weight] = [0, 1];
    for (let t = 0; t < length; t += 1) {
      achieved += weight * (scale * (rewards[t] as number) + (t === 0 ? 0 : (along.bonus?.[t] ?? 0)));
      weight *= discount;
    }
    if (!terminated) {
      const { meanAction } = await policy(lastObservation);
      const tail = await this.#value(lastObservation, meanAction.subarray(0, a), 1);
      achieved += weight * ((tail.q[0] as number) + (tail.bonus?.[0] ?? 0));
    }
    this.#promised.push(along.q[0] as number);
    this.#achieved.push(achieved);
  }

  /** Empty where no episode was added. */
  metrics(): Partial<Record<MetricName, number>> {
    const episodes = this.#promised.length;
    if (episodes === 0) return {};
    const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / episodes;
    const [promised, achieved] = [meanOf(this.#promised), meanOf(this.#achieved)];
    return { 'initial-q': promised, 'discounted-return': achieved, 'q-bias': promised - achieved };
  }

  /** Q and bonus of n states and actions, as many at once as the program takes. */
  async #value(observations: Float32Array, actions: Float32Array, n: number): Promise<{ q: Float64Array; bonus: Float64Array | null }> {
    const {
      valuation: { program, batch, noise },
      controls,
      stream,
    } = this.#options;
    const [o, a] = [observations.length / n, actions.length / n];
    const rows = batch.observation.length / o;
    const q = new Float64Array(n);
    const bonus = 'current' in noise ? new Float64Array(n) : null;
    for (let from = 0; from < n; from += rows) {
      const to = Math.min(n, from + rows);
      batch.observation.set(observations.subarray(from * o, to * o));
      batch.action.set(actions.subarray(from * a, to * a));
      for (const name in noise) stream.fillNormal(noise[name] as Float32Array);
      const outputs = await program.run({ batch, noise, controls });
      q.set((outputs['q'] as Float32Array).subarray(0, to - from), from);
      bonus?.set((outputs['bonus'] as Float32Array).subarray(0, to - from), from);
    }
    return { q, bonus };
  }
}
