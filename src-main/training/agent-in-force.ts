// The agent that a run trains, with the hyper-parameters in force: what an edit changes. A change of kind makes another one,
// which takes over the state that still fits.
import type { ParameterValues } from '../contract/parameters.ts';
import type { NamedArrays } from '../engine/program.ts';
import { AgentDraft, type AgentParts } from './agent-draft.ts';
import { createLearner, type Learner, makeAgent, needsRecompiling } from './learner.ts';
import { createParameterStream } from './streams.ts';

interface Version {
  learner: Learner;
  values: ParameterValues;
}

export class AgentInForce {
  readonly #parts: AgentParts;
  #now: Version;
  /** Of accepted drafts, until `swap`. */
  #toCome: Version | null = null;
  #controls: NamedArrays;

  private constructor(parts: AgentParts, version: Version) {
    this.#parts = parts;
    this.#now = version;
    this.#controls = version.learner.agent.controls(version.values, 0);
  }

  /** Compiles the agent's programs, with new parameters. */
  static async create(parts: AgentParts, values: ParameterValues): Promise<AgentInForce> {
    const agent = await makeAgent(parts, values);
    const learner = await createLearner(parts, agent, agent.initialState(createParameterStream(parts.seed)));
    return new AgentInForce(parts, { learner, values });
  }

  /** The agent on its device; another one after a change of kind. */
  get learner(): Learner {
    return this.#now.learner;
  }
  /** The hyper-parameters. */
  get values(): ParameterValues {
    return this.#now.values;
  }
  /** With the accepted drafts. */
  get valuesToCome(): ParameterValues {
    return (this.#toCome ?? this.#now).values;
  }
  /** The programs' control inputs. */
  get controls(): NamedArrays {
    return this.#controls;
  }

  /** Sets the control inputs of that environment step. */
  moveTo(step: number): void {
    this.#controls = this.learner.agent.controls(this.values, step);
  }

  /** A draft of what further edits come to; what was accepted before counts. @param place edits of this step before them */
  draft(step: number, place: number): AgentDraft {
    return new AgentDraft(this.#parts, { ...(this.#toCome ?? this.#now), step, place });
  }

  /** Takes a compiled draft of `draft`, which is in force from the next `swap` on. */
  async accept({ values, learner }: AgentDraft): Promise<void> {
    const former = this.#toCome?.learner;
    this.#toCome = { values, learner: learner ?? former ?? this.learner };
    if (learner !== null && former !== undefined && former !== this.learner) await former.engine.dispose();
  }

  /** Puts what was accepted into force. */
  async swap(step: number): Promise<void> {
    const next = this.#toCome;
    if (next === null) return;
    const { learner } = this;
    this.#now = next;
    this.#toCome = null;
    this.moveTo(step);
    if (next.learner !== learner) await learner.engine.dispose();
  }

  /** Puts a saved state in place of the present one. @param values the hyper-parameters that it was trained with */
  async restore(state: NamedArrays, values: ParameterValues, step: number): Promise<void> {
    const { learner } = this;
    if (needsRecompiling(this.#parts.maker.declaration, this.values, values)) {
      this.#now = { values, learner: await createLearner(this.#parts, await makeAgent(this.#parts, values), state) };
      await learner.engine.dispose();
    } else {
      await learner.engine.writeState(state);
      this.#now = { values, learner };
    }
    this.moveTo(step);
  }

  async dispose(): Promise<void> {
    const toCome = this.#toCome?.learner;
    if (toCome !== undefined && toCome !== this.learner) await toCome.engine.dispose();
    await this.learner.engine.dispose();
  }
}
