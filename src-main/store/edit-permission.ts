// May this run be edited, or be given edits to make again? Refusals that say why not and what to do instead.
import type { RunState } from '../contract/runs.ts';
import type { Connection } from './connection.ts';
import { StoreError } from './errors.ts';

const fork = 'or fork it from a checkpoint with other settings';
const advice: Record<Exclude<RunState, 'running' | 'paused'>, string> = {
  queued: 'Ask again once it runs.',
  stopped: `Continue it first, ${fork}.`,
  interrupted: `Continue it first, ${fork}.`,
  failed: `Continue it first, ${fork}.`,
  finished: `Give it more steps and continue it, ${fork}.`,
};

interface StateRow {
  state: RunState;
  started: number | null;
  deleted: number | null;
}

function stateOf(connection: Connection, run: string): StateRow {
  const row = connection.get<StateRow>('SELECT state, started_at AS started, deleted_at AS deleted FROM runs WHERE id = ?', run);
  if (!row) throw new StoreError('not-found', `There is no run with the id ${JSON.stringify(run)} in ${connection.dataDirectory}`);
  if (row.deleted !== null) throw new StoreError('conflict', `Run ${run} was deleted and cannot be edited. Restore it first.`);
  return row;
}

/** @throws StoreError not-found, conflict where no trainer holds the run or is about to */
export function requireEditable(connection: Connection, run: string): void {
  const { state, started } = stateOf(connection, run);
  if (state === 'running' || state === 'paused') return;
  const [what, instead] = state === 'stopped' && started === null ? ['has not started', 'Start it first.'] : [`is ${state}`, advice[state]];
  throw new StoreError('conflict', `Run ${run} ${what}: an edit needs a trainer that runs. ${instead} Nothing was changed.`);
}

/** @throws StoreError not-found, conflict where a trainer has held the run */
export function requireNotStarted(connection: Connection, run: string): void {
  if (stateOf(connection, run).started === null) return;
  throw new StoreError(
    'conflict',
    `Run ${run} has started already: edits to be made again can only be given to a new run. Nothing was changed.`,
  );
}
