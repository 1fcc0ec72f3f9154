// The edits of a run, as its trainer comes to them: those that people ask for now, and those that are due at a certain
// step, because the run repeats another one or goes on from a checkpoint before them. Each is made and compiled aside, then
// its row is committed, then it is in force; what cannot be made refuses the edit and leaves the run as it was.
import { checkEdit, checkValues, describeChanges } from '../contract/agent-values.ts';
import type { AgentDeclaration, TaskDeclaration } from '../contract/declarations.ts';
import type { ParameterValues } from '../contract/parameters.ts';
import type { RunEdit } from '../contract/runs.ts';
import { DeviceLostError } from '../engine/devices/device-error.ts';
import type { SupersededEdit, Store } from '../store/store.ts';
import type { AgentDraft } from './agent-draft.ts';
import { StoppedError } from './attention.ts';
import type { Journal } from './journal.ts';
import type { TrainingLoop } from './loop.ts';
import { pollInterval } from './requests.ts';
import { isStorageTrouble } from './storage-trouble.ts';

export interface EditsOptions {
  store: Store;
  run: string;
  attempt: number;
  loop: TrainingLoop;
  agent: AgentDeclaration;
  task: TaskDeclaration;
  journal: Journal;
  log: (line: string) => void;
}

interface Made {
  edit: RunEdit;
  /** The values that it replaced. */
  previous: ParameterValues;
}

interface Refused {
  edit: RunEdit;
  reason: string;
}

/** Characters of a reason; errors of devices may go on for pages. */
const longestReason = 1000;

export class Edits {
  readonly #options: EditsOptions;
  /** Due at certain steps, ascending. */
  #scheduled: RunEdit[] = [];
  #lastPoll = -Infinity;
  #isBusy = false;

  constructor(options: EditsOptions) {
    this.#options = options;
  }

  /** Makes what was applied after the checkpoint that the attempt began from due again where it was. Call it before the first step. */
  async plan(): Promise<void> {
    const { store, run, attempt, loop, journal } = this.#options;
    await journal.commit('What is due again', () => {
      store.edits.reschedule(run, attempt, { step: loop.environmentSteps, kept: loop.editsHere });
      this.#lookAhead();
    });
  }

  /** Is there something at this step, or has nobody looked for a while? */
  get mayBeDue(): boolean {
    const [next] = this.#scheduled;
    return (
      (next !== undefined && stepOf(next) <= this.#options.loop.environmentSteps) || performance.now() - this.#lastPoll >= pollInterval
    );
  }

  /**
   * Applies what is due and, now and then, what people have asked for since. Call it between two steps; it does nothing
   * while it makes an edit that takes long.
   */
  async apply(): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    try {
      const step = this.#options.loop.environmentSteps;
      for (let next = this.#scheduled[0]; next !== undefined && stepOf(next) <= step; next = this.#scheduled[0])
        await this.#applyAll([next]);
      if (performance.now() - this.#lastPoll < pollInterval) return;
      this.#lastPoll = performance.now();
      await this.#applyAll(this.#asked());
    } finally {
      this.#isBusy = false;
    }
  }

  #lookAhead(): void {
    const { store, run } = this.#options;
    this.#scheduled = store.edits
      .pending(run)
      .filter(({ dueStep }) => dueStep !== null)
      .sort((a, b) => stepOf(a) - stepOf(b) || a.id - b.id);
  }

  #asked(): RunEdit[] {
    const { store, run } = this.#options;
    try {
      return store.edits.pending(run).filter(({ dueStep }) => dueStep === null);
    } catch (error) {
      // A busy store or a full disk: the edits wait for the next look.
      if (isStorageTrouble(error)) return [];
      throw error;
    }
  }

  /** One after another, each against the values that the one before it left; together they are one event. */
  async #applyAll(edits: readonly RunEdit[]): Promise<void> {
    if (edits.length === 0) return;
    const { loop } = this.#options;
    const draft = loop.draftEdits();
    const before = draft.values;
    try {
      const made: Made[] = [];
      const refused: Refused[] = [];
      for (const edit of edits) {
        try {
          made.push({ edit, previous: await this.#add(draft, edit) });
        } catch (error) {
          refused.push({ edit, reason: this.#reasonOf(error) });
        }
      }
      const problem = await draft.compile().then(
        () => null,
        (error: unknown) => `it cannot be compiled: ${this.#reasonOf(error)}`,
      );
      if (problem !== null && made.length > 1) {
        // Which of them it is shows one at a time.
        for (const edit of edits) await this.#applyAll([edit]);
        return;
      }
      if (problem !== null) refused.push(...made.splice(0).map(({ edit }) => ({ edit, reason: problem })));
      await this.#commit(before, draft, made, refused);
      if (made.length > 0) await loop.accept(draft);
    } catch (error) {
      await draft.discard();
      throw error;
    }
  }

  /** @returns the values that it replaced */
  async #add(draft: AgentDraft, { id, changes, dueStep }: RunEdit): Promise<ParameterValues> {
    const { agent, task } = this.#options;
    const { values } = draft;
    // What is due at a step was in force there once: whether it has an effect beside the others was checked then.
    if (dueStep === null) checkEdit(agent, task, values, changes, { asks: false });
    else checkValues(agent, task, { ...values, ...changes }, changes);
    await draft.add({ id, changes });
    return Object.fromEntries(
      Object.keys(changes).flatMap((name) => (values[name] === undefined ? [] : [[name, values[name]]])),
    ) as ParameterValues;
  }

  /** Why an edit is refused, whatever went wrong. @throws the error where it is not the edit's */
  #reasonOf(error: unknown): string {
    if (error instanceof StoppedError || error instanceof DeviceLostError) throw error;
    this.#options.log(`an edit is refused: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    return (error instanceof Error ? error.message : String(error)).slice(0, longestReason);
  }

  async #commit(before: ParameterValues, { values }: AgentDraft, made: readonly Made[], refused: readonly Refused[]): Promise<void> {
    const { store, run, attempt, loop, agent, journal, log } = this.#options;
    const step = loop.environmentSteps;
    const changes = Object.fromEntries(Object.entries(values).filter(([name, value]) => String(value) !== String(before[name])));
    const told = describeChanges(agent, before, changes);
    if (made.length > 0 && told !== '') log(`step ${step}: ${told}`);
    await journal.commit('An edit', () => {
      if (made.length > 0) {
        const superseded = store.edits.applied(run, attempt, {
          step,
          values,
          edits: made.map(({ edit: { id }, previous }) => ({ id, previous })),
        });
        const message = (told === '' ? 'An edit changed nothing' : told) + describeSuperseded(superseded);
        // Applied again after a crash, most edits say what they said before.
        const isTold = store.events.list(run).some((event) => event.kind === 'edit' && event.step === step && event.message === message);
        if (!isTold || made.some(({ edit }) => edit.dueStep === null))
          journal.event('edit', step, message, [...new Set(made.map(({ edit }) => edit.requester))].join(', '));
      }
      for (const { edit, reason } of refused) {
        store.edits.refuse(edit.id, reason);
        journal.event('warning', step, `An edit was refused: ${reason}`, edit.requester);
      }
      this.#lookAhead();
    });
  }
}

/** Where an edit is due. */
function stepOf({ dueStep }: RunEdit): number {
  return dueStep ?? 0;
}

/** "; takes the place of the edit due at step 5,200". */
function describeSuperseded(edits: readonly SupersededEdit[]): string {
  if (edits.length === 0) return '';
  const steps = edits.map(({ dueStep }) => dueStep.toLocaleString('en-US')).join(', ');
  return `; takes the place of ${edits.length === 1 ? 'the edit' : 'the edits'} due at step ${steps}`;
}
