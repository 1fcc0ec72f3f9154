// What a run came to, as `--json` gives it: the fields are part of the command line's promise.
import { z } from 'zod';
import type { RunState, RunSummary } from '../../contract/runs.ts';
import type { Store } from '../../store/store.ts';
import { newestSuccess } from '../../workstation/newest-metrics.ts';

export interface Outcome {
  run: string;
  status: RunState;
  /** Of a run that ended otherwise than planned what was kept and what to do, else why it is in that state; null where there is nothing to say. */
  reason: string | null;
  environmentSteps: number;
  /** Null where no checkpoint says it: before the first, or once they were deleted. */
  gradientSteps: number | null;
  /** Mean return of the last evaluation. */
  evaluationReturn: number | null;
  /** Share of its episodes that were a success; null where the task counts none. */
  evaluationSuccess: number | null;
  /** Over all the time that trainers have spent on the run. */
  environmentStepsPerSecond: number | null;
  /** SHA-256 over all parameters and optimiser state, of the newest checkpoint. */
  stateHash: string | null;
}

/** What the trainer notes with each checkpoint. */
const checkpointDetails = z.object({ gradientSteps: z.int(), stateHash: z.string() });

export function readOutcome(store: Store, summary: RunSummary): Outcome {
  const checkpoint = store.checkpoints.newest(summary.id);
  const details = checkpointDetails.safeParse(checkpoint?.details);
  const { environmentSteps, activeSeconds } = summary;
  return {
    run: summary.id,
    status: summary.state,
    reason: reasonOf(store, summary),
    environmentSteps,
    gradientSteps: details.success ? details.data.gradientSteps : null,
    evaluationReturn: summary.lastReturn,
    evaluationSuccess: newestSuccess(store, summary),
    environmentStepsPerSecond: activeSeconds > 0 ? environmentSteps / activeSeconds : null,
    stateHash: details.success ? details.data.stateHash : null,
  };
}

function reasonOf(store: Store, { id, state, stateReason }: RunSummary): string | null {
  if (state !== 'failed' && state !== 'interrupted') return stateReason;
  return store.runs.get(id).lastError ?? stateReason ?? 'its log says more';
}
