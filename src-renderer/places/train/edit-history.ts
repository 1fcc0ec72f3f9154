// All edits of the run that is looked at: its details bring the newest 100, older ones are asked for.
import type { RequestOf, ResponseOf } from '../../../src-main/contract/requests.ts';
import type { RunDetail, RunEdit } from '../../../src-main/contract/runs.ts';
import { withPage } from '../runs/edit-list.ts';

type AskForEdits = (request: RequestOf<'runs.edits'>) => Promise<ResponseOf<'runs.edits'>>;
/** The most that the workstation gives in one answer. */
const pageSize = 10_000;

/** Every edit of a run, oldest first. */
export async function allEdits(run: string, ask: AskForEdits): Promise<RunEdit[]> {
  let known: RunEdit[] = [];
  for (;;) {
    const before = known[0]?.id ?? null;
    const { edits, count } = await ask({ run, before, limit: pageSize });
    known = [...edits, ...known];
    if (edits.length === 0 || known.length >= count) return known;
  }
}

export interface KnownEdits {
  /** Oldest first; without the older ones until they have come. */
  edits: readonly RunEdit[];
  /** Are these all? */
  isComplete: boolean;
  /** Why the older ones could not be read. */
  error: string | null;
}

export class EditHistory {
  known: KnownEdits = { edits: [], isComplete: false, error: null };
  private isAsking = false;
  private newest: Pick<RunDetail, 'id' | 'edits' | 'editCount'> | null = null;
  private readonly ask: AskForEdits;
  private readonly onchange: (known: KnownEdits) => void;

  constructor(ask: AskForEdits, onchange: (known: KnownEdits) => void) {
    this.ask = ask;
    this.onchange = onchange;
  }

  /** Call it with each new state of the run's details. */
  async take(detail: Pick<RunDetail, 'id' | 'edits' | 'editCount'>): Promise<void> {
    this.newest = detail;
    this.show(this.known.edits, this.known.error);
    // An older one that still waited may have been applied since.
    const listed = detail.edits[0]?.id ?? 0;
    const isStale = this.known.edits.some(({ id, state }) => id < listed && state === 'pending');
    if (this.isAsking || (this.known.isComplete && !isStale)) return;
    this.isAsking = true;
    try {
      this.show(await allEdits(detail.id, this.ask), null);
    } catch (error) {
      this.show(this.known.edits, error instanceof Error ? error.message : String(error));
    } finally {
      this.isAsking = false;
    }
    // What came meanwhile may begin beyond the answer's end.
    if (this.newest !== detail && this.known.error === null) await this.take(this.newest);
  }

  private show(known: readonly RunEdit[], error: string | null): void {
    if (this.newest === null) return;
    const edits = withPage(known, this.newest.edits, null);
    this.known = { edits, isComplete: edits.length >= this.newest.editCount, error };
    this.onchange(this.known);
  }
}
