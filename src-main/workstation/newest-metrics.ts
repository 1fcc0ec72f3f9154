// The newest recorded values of a run's metrics.
import type { RunSummary } from '../contract/runs.ts';
import type { Store } from '../store/store.ts';
import { findTaskDeclaration } from '../tasks/declarations.ts';

/** The last point of each metric that has one, looked for where the run is now, so that a long run costs no more than a short one. */
export function newestOf(store: Store, run: string, metrics: readonly string[]): Record<string, number> {
  const { environmentSteps } = store.runs.summary(run);
  for (const fromStep of [Math.max(0, environmentSteps - 2000), null]) {
    const { series } = store.metrics.query(run, { metrics, fromStep, toStep: null, maxPoints: 1000, includeSuperseded: false });
    const values = Object.fromEntries(
      series.flatMap(({ metric, mean }) => (mean.length === 0 ? [] : [[metric, mean[mean.length - 1] as number]])),
    );
    if (fromStep === 0 || Object.keys(values).length > 0) return values;
  }
  return {};
}

/** Share of the last evaluation's episodes that were a success; null before the first, and where the task counts none. */
export function newestSuccess(store: Store, { id, task }: Pick<RunSummary, 'id' | 'task'>): number | null {
  if (findTaskDeclaration(task)?.success === undefined) return null;
  return newestOf(store, id, ['evaluation-success'])['evaluation-success'] ?? null;
}
