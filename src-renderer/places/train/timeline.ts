// What the timeline shows of a run: the episodes worth replaying, the events worth a mark.
import type { EvaluationSummary, RunEvent } from '../../../src-main/contract/runs.ts';
import type { ChartMark } from '../../charts/plot.ts';

/** The best recorded episode of an evaluation, or null where none is kept. */
export function bestRollout(evaluation: EvaluationSummary): EvaluationSummary['rollouts'][number] | null {
  const kept = evaluation.rollouts.filter(({ isKept }) => isKept);
  return kept.reduce<EvaluationSummary['rollouts'][number] | null>(
    (best, one) => (best === null || one.return > best.return ? one : best),
    null,
  );
}

/** Events besides those that the timeline draws anyway (its start, its checkpoints), oldest first. */
export function notableEvents(events: readonly RunEvent[]): RunEvent[] {
  return events.filter(({ kind }) => kind !== 'started' && kind !== 'checkpoint').toSorted((a, b) => a.step - b.step || a.id - b.id);
}

/** Names that are shorter on a chart. */
const shortNames: readonly (readonly [RegExp, string])[] = [
  [/\bresidual-scale\b/g, 'c'],
  [/ → /g, '→'],
];
const longestLabel = 44;

/** "entropy-target −6→−3 nats": an edit's message as it stands beside its line. */
export function editLabel(message: string): string {
  const short = shortNames.reduce((text, [long, word]) => text.replaceAll(long, word), message);
  return short.length > longestLabel ? `${short.slice(0, longestLabel - 1)}…` : short;
}

/** Places on the line that are too close to tell apart share one mark of each kind, the newest. */
export function thinned<T extends { step: number }>(marks: readonly T[], totalSteps: number, kindOf: (mark: T) => string = () => ''): T[] {
  const slots = 200;
  const bySlot = new Map(marks.map((mark) => [`${kindOf(mark)} ${Math.round((mark.step / Math.max(totalSteps, 1)) * slots)}`, mark]));
  return [...bySlot.values()];
}

/** The events that are drawn on every chart: those after which the curve may look different. */
export function chartMarks(events: readonly RunEvent[]): ChartMark[] {
  const labels: Partial<Record<RunEvent['kind'], string>> = {
    resumed: 'resumed',
    extended: 'extended',
    device: 'another device',
    'rolled-back': 'rolled back',
    warning: '!',
  };
  return events.flatMap((event) => {
    const label = event.kind === 'edit' ? editLabel(event.message) : labels[event.kind];
    // At step 0 a device was chosen, not changed.
    if (label === undefined || (event.kind === 'device' && event.step === 0)) return [];
    return [{ x: event.step, label, ...(event.kind === 'edit' || event.kind === 'warning' ? {} : { colour: 'var(--faint)' }) }];
  });
}

/** The same of events that no longer count: faint. */
export function supersededMarks(events: readonly RunEvent[]): ChartMark[] {
  return chartMarks(events).map((mark) => ({ ...mark, label: `${mark.label}, superseded`, colour: 'var(--faint)' }));
}
