// The state of the Live controls: drafts, what the declarations say about them, and what has become of the edits that
// were sent. The rules are in drafts.ts, edit-status.ts and effects.ts.
import { type AgentParameters, whyUnused } from '../../../src-main/contract/agent-values.ts';
import type { TaskDeclaration } from '../../../src-main/contract/declarations.ts';
import {
  formatParameter,
  type ParameterDeclaration,
  type ParameterValue,
  type ParameterValues,
} from '../../../src-main/contract/parameters.ts';
import { WorkstationError } from '../../../src-main/contract/requests.ts';
import type { ActionHistogram, RunDetail, RunEdit } from '../../../src-main/contract/runs.ts';
import type { AppState } from '../../app-state.svelte.ts';
import { messageOf } from '../../refresher.ts';
import { toRequest } from '../runs/new-run-form.ts';
import { checkDrafts, noDrafts, setDraft, type Drafts, type Situation } from './drafts.ts';
import { knobStatus, newestToUndo, pendingCount, withSent, type KnobStatus, type SentEdit } from './edit-status.ts';
import { effectSentences } from './effects.ts';
import { proposalFor } from '../../../src-main/contract/proposals.ts';

/** What the controls look at; it changes while the run goes on. */
export interface Surroundings {
  agent: AgentParameters;
  task: TaskDeclaration;
  detail: RunDetail;
  /** Of the run, oldest first: more than the newest, where it has more. */
  edits: readonly RunEdit[];
  /** Newest values of metrics, by name. */
  measured: Readonly<Record<string, number>>;
  histogram: ActionHistogram | null;
}

export class LiveControls {
  drafts = $state.raw<Drafts>(noDrafts);
  isSending = $state(false);
  /** What the workstation refused that belongs to no knob. */
  refusal = $state.raw<string | null>(null);
  /** What it refused of a knob, until the drafts change. */
  private refused = $state.raw<Readonly<Record<string, string>>>({});
  /** An edit to be taken back as soon as it is applied. */
  private awaited = $state<number | null>(null);
  private sent = $state.raw<readonly SentEdit[]>([]);

  private readonly app: AppState;
  private readonly look: () => Surroundings;
  /** Asks for the run's details at once. */
  private readonly refresh: () => void;

  readonly around = $derived.by(() => this.look());
  readonly values = $derived.by(() => this.around.detail.values);
  private readonly situation = $derived.by((): Situation => {
    const { agent, task, detail, measured, histogram } = this.around;
    return {
      agent,
      task,
      values: detail.values,
      propose: (name, after) => proposalFor(name, after, { task, detail, measured, histogram }),
    };
  });
  readonly checked = $derived.by(() => checkDrafts(this.drafts, this.situation));
  /** The values as they would be: what sections show themselves by. */
  readonly after = $derived.by(() => this.checked.after);
  readonly errors = $derived.by((): Readonly<Record<string, string>> => ({ ...this.refused, ...this.checked.errors }));
  readonly effects = $derived.by(() =>
    effectSentences(this.around.agent, this.around.task, this.values, this.checked.changes, this.around.measured),
  );
  private readonly edits = $derived.by((): readonly RunEdit[] => withSent(this.around.edits, this.sent));

  readonly isLive = $derived.by(() => this.around.detail.state === 'running' || this.around.detail.state === 'paused');
  readonly hasDrafts = $derived.by(() => Object.keys(this.drafts.typed).length > 0);
  readonly changeCount = $derived.by(() => Object.keys(this.checked.changes).length);
  readonly errorCount = $derived.by(() => Object.keys(this.errors).length);
  readonly pendingCount = $derived.by(() => pendingCount(this.edits));
  readonly canApply = $derived.by(() => this.isLive && !this.isSending && this.changeCount > 0 && this.errorCount === 0);
  readonly undoable = $derived.by(() => newestToUndo(this.edits));
  readonly canUndo = $derived.by(() => this.isLive && !this.isSending && this.undoable !== null);

  constructor(app: AppState, look: () => Surroundings, refresh: () => void) {
    this.app = app;
    this.look = look;
    this.refresh = refresh;
  }

  declaration(name: string): ParameterDeclaration | undefined {
    return this.around.agent.parameters.find((one) => one.name === name);
  }

  /** As it stands in its field: drafted, else the value in force; one number where all of a list are the same. */
  text(name: string): string {
    return this.drafts.typed[name] ?? fieldText(this.values[name]);
  }

  isDrafted(name: string): boolean {
    return name in this.drafts.typed;
  }

  status(name: string): KnobStatus {
    return knobStatus(this.edits, name);
  }

  /** Why it has no effect beside the drafts; null where it has one. */
  whyIdle(name: string): string | null {
    const declaration = this.declaration(name);
    if (declaration !== undefined) return whyUnused(declaration, this.after);
    return this.around.agent.unused.find((one) => one.name === name)?.reason ?? null;
  }

  set(name: string, text: string | null): void {
    this.refused = {};
    this.refusal = null;
    this.drafts = setDraft(this.drafts, this.situation, name, text);
  }

  discard(): void {
    this.refused = {};
    this.refusal = null;
    this.drafts = noDrafts;
  }

  async apply(): Promise<void> {
    if (!this.canApply) return;
    const { given } = this.checked;
    await this.send(given, null, async (run) => (await this.app.call('runs.edit', { run, changes: toRequest(given) })).edit);
  }

  /** Takes the newest edit back: at once, or as soon as the trainer has applied it. */
  async undo(target: RunEdit | null = this.undoable): Promise<void> {
    if (target === null || !this.canUndo) return;
    if (target.state === 'pending') {
      this.awaited = target.id;
      return;
    }
    await this.send(target.previous ?? {}, target.id, async (run) => (await this.app.call('runs.undo', { run, edit: target.id })).edit);
  }

  /** Call it when the edits changed: what was to be undone may have been applied, or come to nothing. */
  async undoAwaited(): Promise<void> {
    const target = this.edits.find(({ id }) => id === this.awaited);
    if (this.awaited === null || this.isSending || target?.state === 'pending') return;
    this.awaited = null;
    if (target?.state === 'applied') await this.undo(target);
  }

  private async send(changes: ParameterValues, undoes: number | null, request: (run: string) => Promise<number>): Promise<void> {
    const before = this.drafts;
    this.isSending = true;
    this.refusal = null;
    try {
      const id = await request(this.around.detail.id);
      this.sent = [...this.sent.slice(-99), { id, changes, undoes, requestedAt: Date.now() }];
      // What was typed while the answer was on its way stays.
      if (undoes === null && this.drafts === before) this.drafts = noDrafts;
      this.refresh();
    } catch (error) {
      const name = error instanceof WorkstationError ? error.field?.replace(/^hyperparameters\.|^changes\./, '') : undefined;
      const message = messageOf(error);
      // Drafts that were changed meanwhile are not what was refused.
      if (name !== undefined && this.drafts === before && this.declaration(name) !== undefined) this.refused = { [name]: message };
      else this.refusal = message;
    } finally {
      this.isSending = false;
    }
  }
}

/** A value as it stands in a field: lists whose entries agree as one number. */
export function fieldText(value: ParameterValue | undefined): string {
  if (value === undefined) return '';
  const isSame = Array.isArray(value) && value.every((one) => one === value[0]);
  return isSame ? String(value[0]) : formatParameter(value);
}
