// The agent that a run trains, with the hyper-parameters in force: what an edit changes. A change of kind makes another one,
// which takes over the state that still fits.
import type { AgentInstance } from '../agents/agent.ts';
import { withTemperature } from '../agents/parts/temperature.ts';
import type { ParameterValues } from '../contract/parameters.ts';
import type { NamedArrays } from '../engine/program.ts';
import { createLearner, type Learner, type LearnerParts, makeAgent, needsRecompiling } from './learner.ts';
import { createEditStream, createParameterStream } from './streams.ts';

export type AgentParts = LearnerParts & { seed: number };

export class AgentInForce {
  readonly #parts: AgentParts;
  #learner: Learner;
  #values: ParameterValues;
  #controls: NamedArrays;
  /** What edits have made new and `settle` is to compile. */
  #draft: { agent: AgentInstance; state: NamedArrays } | null = null;

  private constructor(parts: AgentParts, values: ParameterValues, learner: Learner) {
    this.#parts = parts;
    this.#values = values;
    this.#learner = learner;
    this.#controls = learner.agent.controls(values, 0);
  }

  /** Compiles the agent's programs, with new parameters. */
  static async create(parts: AgentParts, values: ParameterValues): Promise<AgentInForce> {
    const agent = await makeAgent(parts, values);
    return new AgentInForce(parts, values, await createLearner(parts, agent, agent.initialState(createParameterStream(parts.seed))));
  }

  /** The agent on its device; another one after a change of kind. */
  get learner(): Learner {
    return this.#learner;
  }
  /** The hyper-parameters. */
  get values(): ParameterValues {
    return this.#values;
  }
  /** The programs' control inputs. */
  get controls(): NamedArrays {
    return this.#controls;
  }

  /** Sets the control inputs of that environment step. */
  moveTo(step: number): void {
    this.#controls = this.#learner.agent.controls(this.#values, step);
  }

  /**
   * Changes hyper-parameters after that step. Where that needs other programs, the state that still fits is kept, and what is
   * new starts from a stream of the step and the edit's place in it, so that a repetition gives the same bits. Call `settle`
   * after the last one.
   * @throws what the agent's maker throws; nothing is changed then
   */
  async change(changes: ParameterValues, step: number, place: number): Promise<void> {
    const next = { ...this.#values, ...changes };
    if (needsRecompiling(this.#parts.maker.declaration, this.#values, next)) {
      const agent = await makeAgent(this.#parts, next);
      const former = withTemperature(this.#draft?.state ?? (await this.#learner.engine.readState()), this.#values, step);
      this.#draft = { agent, state: agent.initialState(createEditStream(this.#parts.seed, step, place), former) };
    }
    this.#values = next;
  }

  /** Compiles what edits have made new. */
  async settle(step: number): Promise<void> {
    const draft = this.#draft;
    if (draft !== null) await this.#replace(await createLearner(this.#parts, draft.agent, draft.state));
    this.#draft = null;
    this.moveTo(step);
  }

  /** Puts a saved state in place of the present one. @param values the hyper-parameters that it was trained with */
  async restore(state: NamedArrays, values: ParameterValues, step: number): Promise<void> {
    if (needsRecompiling(this.#parts.maker.declaration, this.#values, values)) {
      await this.#replace(await createLearner(this.#parts, await makeAgent(this.#parts, values), state));
    } else {
      await this.#learner.engine.writeState(state);
    }
    this.#values = values;
    this.moveTo(step);
  }

  async dispose(): Promise<void> {
    await this.#learner.engine.dispose();
  }

  async #replace(learner: Learner): Promise<void> {
    await this.dispose();
    this.#learner = learner;
  }
}
