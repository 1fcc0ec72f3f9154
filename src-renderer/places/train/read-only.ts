// Why the Live controls of a run are only to be read, and what to do instead.
import { continuationProblem, type RunDetail } from '../../../src-main/contract/runs.ts';

/** null while a trainer holds the run: then they can be turned. */
export function whyReadOnly(detail: Pick<RunDetail, 'state' | 'isDemo' | 'checkpoints' | 'events'>): string | null {
  const { state } = detail;
  if (state === 'running' || state === 'paused') return null;
  if (state === 'queued')
    return 'This run waits for a free place. What it begins with stands here; it can be turned as soon as the run has begun.';
  const what = {
    stopped: 'This run is stopped',
    interrupted: 'This run was interrupted',
    failed: 'This run failed',
    finished: 'This run is finished',
  }[state];
  const go = state === 'finished' ? 'give it more steps' : 'continue it';
  const fork = detail.checkpoints.length > 0 ? 'fork it from a checkpoint' : null;
  const ways = continuationProblem(detail) === null ? [go, fork] : [fork];
  const todo = ways.filter((way) => way !== null).join(', or ');
  return `${what}, so that these values are only to be read. ${todo === '' ? 'Start a new run like it to try others.' : `To try others, ${todo}.`}`;
}
