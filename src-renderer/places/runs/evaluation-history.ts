// The evaluations of the run that is looked at: its details bring the newest again and again, what lies before them is
// asked for once. Where there are very many, some of them stand for all, spread over the steps.
import type { RequestOf, ResponseOf } from '../../../src-main/contract/requests.ts';
import type { EvaluationSummary, RunDetail } from '../../../src-main/contract/runs.ts';

type AskForEvaluations = (request: RequestOf<'runs.evaluations'>) => Promise<ResponseOf<'runs.evaluations'>>;
type Details = Pick<RunDetail, 'id' | 'evaluations' | 'evaluationCount' | 'attempts'>;

export interface KnownEvaluations {
  /** Ascending in step; without those before the newest until they have come. */
  evaluations: readonly EvaluationSummary[];
  /** Why those could not be read. */
  error: string | null;
}

/** What is known once newer ones have come. @param newest without a gap, up to the last */
export function withNewest(known: readonly EvaluationSummary[], newest: readonly EvaluationSummary[]): EvaluationSummary[] {
  const from = newest[0]?.step ?? Infinity;
  return [...known.filter(({ step }) => step < from), ...newest];
}

/** The newest of each of `most` equal stretches of the steps, as the workstation spreads them; all where they are no more. */
export function spreadOver(evaluations: readonly EvaluationSummary[], most: number): EvaluationSummary[] {
  const first = evaluations[0]?.step ?? 0;
  const length = (evaluations.at(-1)?.step ?? 0) - first + 1;
  if (evaluations.length <= most) return [...evaluations];
  return [...new Map(evaluations.map((one) => [Math.floor(((one.step - first) * most) / length), one])).values()];
}

export class EvaluationHistory {
  known: KnownEvaluations = { evaluations: [], error: null };
  private isAsking = false;
  private newest: Details | null = null;
  /** Does what is known reach from the run's beginning to the newest without a gap? */
  private isJoined = false;
  /** Which steps of which attempts count: with others, what is known is void. */
  private counted = '';
  private readonly ask: AskForEvaluations;
  private readonly most: number;
  private readonly onchange: (known: KnownEvaluations) => void;

  /** @param most of them are asked for; up to twice as many are kept */
  constructor(most: number, ask: AskForEvaluations, onchange: (known: KnownEvaluations) => void) {
    this.most = most;
    this.ask = ask;
    this.onchange = onchange;
  }

  /** Call it with each new state of the run's details. */
  async take(detail: Details): Promise<void> {
    const counted = detail.attempts.map(({ attempt, supersededAfter }) => `${attempt} ${supersededAfter}`).join();
    const isSame = counted === this.counted;
    const known = isSame ? this.known.evaluations : [];
    const [first] = detail.evaluations;
    const isWhole = detail.evaluationCount <= detail.evaluations.length;
    this.isJoined = isWhole || (isSame && this.isJoined && first !== undefined && (known.at(-1)?.step ?? -1) >= first.step);
    this.newest = detail;
    this.counted = counted;
    this.show(isWhole ? [] : known, this.known.error);
    if (this.isJoined || this.isAsking) return;
    this.isAsking = true;
    try {
      const { evaluations } = await this.ask({ run: detail.id, fromStep: null, toStep: null, most: this.most });
      // Else the answer is of attempts that no longer count.
      if (this.counted === counted) {
        this.isJoined = (evaluations.at(-1)?.step ?? -1) >= (this.newest.evaluations[0]?.step ?? 0);
        this.show(evaluations, null);
      }
    } catch (error) {
      this.show(this.known.evaluations, error instanceof Error ? error.message : String(error));
    } finally {
      this.isAsking = false;
    }
    // What came meanwhile may be of other attempts, or begin beyond the answer's end.
    if (this.newest !== detail && this.known.error === null) await this.take(this.newest);
  }

  private show(known: readonly EvaluationSummary[], error: string | null): void {
    if (this.newest === null) return;
    const all = withNewest(known, this.newest.evaluations);
    this.known = { evaluations: all.length > 2 * this.most ? spreadOver(all, this.most) : all, error: this.isJoined ? null : error };
    this.onchange(this.known);
  }
}
