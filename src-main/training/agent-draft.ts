// What edits come to, made aside: values, and where they need other programs an agent with its own state, compiled. Nothing
// of a draft is in force before `AgentInForce.accept` and `swap`; one that comes to nothing is discarded.
import type { AgentInstance } from '../agents/agent.ts';
import { withTemperature } from '../agents/parts/temperature.ts';
import type { ParameterValues } from '../contract/parameters.ts';
import type { NamedArrays } from '../engine/program.ts';
import { createLearner, type Learner, type LearnerParts, makeAgent, needsRecompiling } from './learner.ts';
import { createEditStream } from './streams.ts';

export type AgentParts = LearnerParts & { seed: number };

/** A change of hyper-parameters between two steps. */
export interface LoopEdit {
  id: number;
  changes: ParameterValues;
}

/** What a draft begins with. */
export interface DraftBase {
  values: ParameterValues;
  learner: Learner;
  /** Environment steps done. */
  step: number;
  /** Edits of this step before it. */
  place: number;
}

export class AgentDraft {
  /** Ids of its edits, in order. */
  readonly edits: number[] = [];
  readonly #parts: AgentParts;
  readonly #base: DraftBase;
  #values: ParameterValues;
  /** null where the programs stay the same. */
  #made: { agent: AgentInstance; state: NamedArrays } | null = null;
  #learner: Learner | null = null;

  constructor(parts: AgentParts, base: DraftBase) {
    this.#parts = parts;
    this.#base = base;
    this.#values = base.values;
  }

  /** The hyper-parameters with its edits. */
  get values(): ParameterValues {
    return this.#values;
  }

  /** The agent compiled anew; null where the base's goes on. */
  get learner(): Learner | null {
    return this.#learner;
  }

  /**
   * Adds an edit. Where it needs other programs, the state that still fits is kept, and what is new starts from a stream of
   * the step and the edit's place in it, so that a repetition gives the same bits.
   * @throws what the agent's maker throws; the draft is then as it was
   */
  async add({ id, changes }: LoopEdit): Promise<void> {
    const { learner, step, place } = this.#base;
    const next = { ...this.#values, ...changes };
    if (needsRecompiling(this.#parts.maker.declaration, this.#values, next)) {
      const agent = await makeAgent(this.#parts, next);
      const former = withTemperature(this.#made?.state ?? (await learner.engine.readState()), this.#values, step);
      const stream = createEditStream(this.#parts.seed, step, place + this.edits.length);
      this.#made = { agent, state: agent.initialState(stream, former) };
    }
    this.#values = next;
    this.edits.push(id);
  }

  /** Compiles what its edits have made new; after the last of them. @throws what the device throws; nothing is left of it then */
  async compile(): Promise<void> {
    if (this.#made !== null) this.#learner = await createLearner(this.#parts, this.#made.agent, this.#made.state);
  }

  /** Gives up what was compiled. */
  async discard(): Promise<void> {
    await this.#learner?.engine.dispose();
    this.#learner = null;
  }
}
