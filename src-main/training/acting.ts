// Which action a step takes: uniform in the warm-up, unless the policy acts in it; then sampled from the newest policy.
import { hasNonFinite, NonFiniteError } from '../engine/non-finite.ts';
import type { NamedArrays } from '../engine/program.ts';
import type { RandomStream } from '../random/stream.ts';
import type { AgentInForce } from './agent-in-force.ts';
import { programFailure } from './describe-failure.ts';
import type { RunParameters } from './run-parameters.ts';

export class Actor {
  /** [a], from −1 to 1; the next choice overwrites it. */
  readonly action: Float32Array;
  readonly #batch: NamedArrays & { observation: Float32Array };
  readonly #parameters: RunParameters;
  readonly #exploration: RandomStream;

  constructor(sizes: { observation: number; action: number }, parameters: RunParameters, exploration: RandomStream) {
    this.action = new Float32Array(sizes.action);
    this.#batch = { observation: new Float32Array(sizes.observation) };
    this.#parameters = parameters;
    this.#exploration = exploration;
  }

  /** @param observation [o] @throws NumericalFailure where the policy's action is not finite */
  async choose(step: number, observation: ArrayLike<number>, { learner, controls }: AgentInForce): Promise<void> {
    const { warmUp, hasUniformWarmUp } = this.#parameters;
    if (hasUniformWarmUp && step <= warmUp) {
      for (let i = 0; i < this.action.length; i += 1) this.action[i] = 2 * this.#exploration.uniform() - 1;
      return;
    }
    this.#batch.observation.set(observation);
    const { program, noise } = learner.act;
    for (const name in noise) this.#exploration.fillNormal(noise[name] as Float32Array);
    const given = { batch: this.#batch, noise, controls };
    const diagnostics = await program.run(given);
    if (hasNonFinite(diagnostics)) {
      const { agent, engine } = learner;
      const error = new NonFiniteError(agent.act, agent.stateShapes, { given, diagnostics, state: await engine.readState(), next: {} });
      throw programFailure(error, step, 'the step was not taken');
    }
    this.action.set(diagnostics['action'] as Float32Array);
  }
}
