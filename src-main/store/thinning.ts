// Gives up what the rule says of a run's stored evaluations, so that the run keeps within its budget.
import type { Thinned } from './api.ts';
import type { Connection } from './connection.ts';
import { readStored, type Stored } from './stored-bytes.ts';
import { chooseThinned } from './thinning-rule.ts';

/** The share of the budget that is aimed at, so that not every later evaluation needs a look at all of them. */
const aim = 0.98;

export const nothingThinned: Thinned = { bytes: 0, rollouts: 0, policies: 0 };

/** Ids of the evaluations whose policies and critics, and of the rollouts whose columns, are to go, and the bytes of all that. */
export interface ThinningPlan {
  policy: number[];
  critics: number[];
  rollouts: number[];
  bytes: number;
}

/**
 * Within a write. Nothing where the run's rows and what is about to be added fit in the budget.
 * @param adding bytes that are written next; the newest evaluation's row is there already
 */
export function thinRun(connection: Connection, run: string, budgetBytes: number, adding = 0): Thinned {
  const present = connection.get<{ bytes: number }>('SELECT row_bytes AS bytes FROM runs WHERE id = ?', run)?.bytes ?? 0;
  if (present + adding <= budgetBytes) return nothingThinned;
  return giveUp(connection, run, planThinning(connection, run, readStored(connection, run), { budgetBytes, present, adding }));
}

/** @param sizes `present`: bytes of the run's rows, the evaluations' included */
export function planThinning(
  connection: Connection,
  run: string,
  evaluations: readonly Stored[],
  { budgetBytes, present, adding = 0 }: { budgetBytes: number; present: number; adding?: number },
): ThinningPlan {
  const plan: ThinningPlan = { policy: [], critics: [], rollouts: [], bytes: 0 };
  if (present + adding <= budgetBytes) return plan;
  const thinnable = evaluations.reduce((sum, one) => sum + one.policy + one.critics + one.bestEpisode + one.otherEpisodes, 0);
  // The live policy is overwritten again and again and not counted, but it takes room.
  const live = connection.get<{ bytes: number }>('SELECT length(onnx) AS bytes FROM live_snapshots WHERE run = ?', run)?.bytes ?? 0;
  const given = chooseThinned(evaluations, aim * budgetBytes - adding - live - (present - thinnable));
  for (const one of evaluations) {
    for (const part of given.get(one.id) ?? []) {
      plan.bytes += one[part];
      if (part === 'policy' || part === 'critics') plan[part].push(one.id);
      else plan.rollouts.push(...one.rollouts[part]);
    }
  }
  return plan;
}

/** Within a write. */
export function giveUp(connection: Connection, run: string, plan: ThinningPlan): Thinned {
  for (const kind of ['policy', 'critics'] as const) {
    connection.run(
      'DELETE FROM evaluation_models WHERE kind = ? AND evaluation IN (SELECT value FROM json_each(?))',
      kind,
      JSON.stringify(plan[kind]),
    );
  }
  const rollouts = JSON.stringify(plan.rollouts);
  for (const table of ['rollout_data', 'rollout_columns']) {
    connection.run(`DELETE FROM ${table} WHERE rollout IN (SELECT value FROM json_each(?))`, rollouts);
  }
  connection.run('UPDATE rollouts SET thinned_at = ? WHERE id IN (SELECT value FROM json_each(?))', Date.now(), rollouts);
  connection.run('UPDATE runs SET row_bytes = max(0, row_bytes - ?) WHERE id = ?', Math.ceil(plan.bytes), run);
  return summaryOf(plan);
}

export function summaryOf({ bytes, rollouts, policy }: ThinningPlan): Thinned {
  return { bytes, rollouts: rollouts.length, policies: policy.length };
}
