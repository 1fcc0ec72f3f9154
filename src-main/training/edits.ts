// The edits of a run, as its trainer comes to them: those that people ask for now, and those that are due at a certain
// step, because the run repeats another one or goes on from a checkpoint before them.
import { checkEdit, describeChanges } from '../contract/agent-values.ts';
import type { AgentDeclaration, TaskDeclaration } from '../contract/declarations.ts';
import { ParameterError, type ParameterValues } from '../contract/parameters.ts';
import type { RunEdit } from '../contract/runs.ts';
import type { Store } from '../store/store.ts';
import type { Journal } from './journal.ts';
import type { TrainingLoop } from './loop.ts';
import { pollInterval } from './requests.ts';
import { isStorageTrouble } from './storage-trouble.ts';
import { TrainingError } from './training-error.ts';

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

export class Edits {
  readonly #options: EditsOptions;
  /** Due at certain steps, ascending. */
  readonly #scheduled: RunEdit[];
  #lastPoll = -Infinity;

  constructor(options: EditsOptions) {
    const { store, run, loop } = options;
    this.#options = options;
    const step = loop.environmentSteps;
    // What was applied after the checkpoint that the attempt began from is applied again where it was.
    const again = store.edits.appliedFrom(run, step).filter(({ id, appliedStep }) => appliedStep !== step || !loop.editsHere.includes(id));
    const due = store.edits.pending(run).filter(({ dueStep }) => dueStep !== null);
    this.#scheduled = [...again, ...due].sort((a, b) => stepOf(a) - stepOf(b) || a.id - b.id);
  }

  /** Is there something at this step, or has nobody looked for a while? */
  get mayBeDue(): boolean {
    const [next] = this.#scheduled;
    return (
      (next !== undefined && stepOf(next) <= this.#options.loop.environmentSteps) || performance.now() - this.#lastPoll >= pollInterval
    );
  }

  /** Applies what is due and, now and then, what people have asked for since. Call it between two steps. */
  async apply(): Promise<void> {
    const step = this.#options.loop.environmentSteps;
    while (this.#scheduled[0] !== undefined && stepOf(this.#scheduled[0]) <= step)
      await this.#applyAll([this.#scheduled.shift() as RunEdit]);
    if (performance.now() - this.#lastPoll < pollInterval) return;
    this.#lastPoll = performance.now();
    await this.#applyAll(this.#asked());
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
    const { store, run, attempt, loop, agent, journal, log } = this.#options;
    const before = loop.values;
    const step = loop.environmentSteps;
    const applied: { id: number; requester: string; previous: ParameterValues }[] = [];
    const refused: { edit: RunEdit; reason: string }[] = [];
    for (const edit of edits) {
      try {
        applied.push({ id: edit.id, requester: edit.requester, previous: await this.#applyOne(edit) });
      } catch (error) {
        if (!(error instanceof ParameterError || error instanceof TrainingError)) throw error;
        // What was in force once is refused only if a value that it needs is gone: the run would be another.
        if (edit.state === 'applied') throw error;
        refused.push({ edit, reason: error.message });
      }
    }
    await loop.settle();
    const changes = Object.fromEntries(Object.entries(loop.values).filter(([name, value]) => String(value) !== String(before[name])));
    const told = describeChanges(agent, before, changes);
    if (told !== '') log(`step ${step}: ${told}`);
    await journal.commit('An edit', () => {
      if (applied.length > 0) {
        store.edits.applied(run, attempt, { step, values: loop.values, edits: applied });
        const message = told === '' ? 'An edit changed nothing' : told;
        // Applied again after a crash, most edits say what they said before.
        const isTold = store.events.list(run).some((event) => event.kind === 'edit' && event.step === step && event.message === message);
        if (!isTold || edits.some(({ state }) => state === 'pending'))
          journal.event('edit', step, message, [...new Set(applied.map(({ requester }) => requester))].join(', '));
      }
      for (const { edit, reason } of refused) {
        store.edits.refuse(edit.id, reason);
        journal.event('warning', step, `An edit was refused: ${reason}`, edit.requester);
      }
    });
  }

  /** @returns the values that it replaced */
  async #applyOne({ id, changes, state, dueStep }: RunEdit): Promise<ParameterValues> {
    const { loop, agent, task } = this.#options;
    // What is due at a step was in force there once: checked when it was first applied, and now part of what the run is.
    if (state === 'pending' && dueStep === null) checkEdit(agent, task, loop.values, changes, { asks: false });
    const previous = Object.fromEntries(
      Object.keys(changes).flatMap((name) => (loop.values[name] === undefined ? [] : [[name, loop.values[name]]])),
    );
    await loop.applyEdit({ id, changes });
    return previous as ParameterValues;
  }
}

/** Where an edit is due. */
function stepOf({ appliedStep, dueStep }: RunEdit): number {
  return appliedStep ?? dueStep ?? 0;
}
