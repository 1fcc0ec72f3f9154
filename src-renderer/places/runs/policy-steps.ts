// Which policies a run keeps: those that evaluations stored, besides its newest.
import type { AppState } from '../../app-state.svelte.ts';

/** Environment steps of the evaluations that kept their policy, the newest first; undefined where that could not be read, which has been said then. */
export async function readPolicySteps(app: AppState, run: string): Promise<number[] | undefined> {
  const spread = await app.tryCall('runs.evaluations', { run, fromStep: null, toStep: null, most: 500 });
  return spread?.evaluations
    .filter(({ hasPolicy }) => hasPolicy)
    .map(({ step }) => step)
    .reverse();
}
