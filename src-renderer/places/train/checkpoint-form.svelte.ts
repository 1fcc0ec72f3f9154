// What the dialogs that begin at a checkpoint share, Fork and Roll back: their form as it is filled in, and asking the
// workstation, with what it refuses.
import type { ParameterDeclaration } from '../../../src-main/contract/parameters.ts';
import { WorkstationError } from '../../../src-main/contract/requests.ts';
import { messageOf } from '../../refresher.ts';
import { retyped } from '../runs/new-run-form.ts';
import type { CheckpointForm } from './fork-form.ts';

export class CheckpointFilling<Form extends CheckpointForm> {
  form: Form;
  search = $state('');
  isAsking = $state(false);
  /** What the workstation has refused, by hyper-parameter; `refusal` is of no one of them. Both go with the next change. */
  refused = $state.raw<Readonly<Record<string, string>>>({});
  refusal = $state<string | null>(null);

  /** Counts the dialog's openings: what an earlier one asked for is no longer its business. */
  private opening = 0;

  constructor(form: Form) {
    this.form = $state.raw(form);
  }

  begin(form: Form): void {
    this.opening += 1;
    this.isAsking = false;
    this.search = '';
    this.change(form);
  }

  change(part: Partial<Form>): void {
    this.form = { ...this.form, ...part };
    this.refused = {};
    this.refusal = null;
  }

  /** @param text undefined takes back what was typed */
  type(name: string, text: string | undefined): void {
    this.change({ ...this.form, typed: retyped(this.form.typed, name, text) });
  }

  /** Makes a request, unless one is on its way. @param parameters those at which a refusal may be shown */
  async ask(request: () => Promise<void>, parameters: readonly ParameterDeclaration[]): Promise<void> {
    if (this.isAsking) return;
    this.isAsking = true;
    const { opening, form } = this;
    try {
      await request();
    } catch (error) {
      if (opening !== this.opening) return;
      const field = error instanceof WorkstationError ? error.field?.replace(/^(hyperparameters|changes)\./, '') : undefined;
      const message = messageOf(error);
      // A field that was changed meanwhile is not the one that was refused.
      if (form === this.form && field !== undefined && parameters.some(({ name }) => name === field)) this.refused = { [field]: message };
      else this.refusal = message;
    } finally {
      if (opening === this.opening) this.isAsking = false;
    }
  }
}
