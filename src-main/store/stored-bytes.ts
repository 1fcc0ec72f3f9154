// What a run's rows take in the database's file, and what of that its evaluations could give up.
import type { Connection } from './connection.ts';
import { currentEvaluations } from './current-rows.ts';
import { bytesPerPoint } from './metrics-writer.ts';
import { bytesInFile } from './packing.ts';
import type { Part, StoredEvaluation } from './thinning-rule.ts';

export interface Stored extends StoredEvaluation {
  /** Ids of its recorded episodes. */
  rollouts: Record<Extract<Part, 'bestEpisode' | 'otherEpisodes'>, number[]>;
}

/** Sizes that blobs are going to have, where they differ from those that they have: of a rollout by its id, of a model by `modelKey`. */
export interface NewSizes {
  rollouts: ReadonlyMap<number, number>;
  models: ReadonlyMap<string, number>;
}
export const modelKey = (evaluation: number, kind: string): string => `${kind} ${evaluation}`;

/** All evaluations of the run, ascending in step, superseded ones included. */
export function readStored(connection: Connection, run: string, sizes?: NewSizes): Stored[] {
  const rollouts = Map.groupBy(
    connection
      .all<{ id: number; evaluation: number; packed: number | null; columns: number | null }>(
        `SELECT rollouts.id, evaluation, (SELECT length(data) FROM rollout_data WHERE rollout = rollouts.id) AS packed,
           (SELECT sum(length(data)) FROM rollout_columns WHERE rollout = rollouts.id) AS columns
         FROM rollouts JOIN evaluations ON evaluations.id = evaluation
         WHERE run = ? AND thinned_at IS NULL ORDER BY return DESC, rollouts.id`,
        run,
      )
      .map(({ id, evaluation, packed, columns }) => ({
        id,
        evaluation,
        bytes: bytesInFile(sizes?.rollouts.get(id) ?? packed ?? columns ?? 0),
      })),
    ({ evaluation }) => evaluation,
  );
  type Row = Pick<Stored, 'id' | 'meanReturn' | 'policy' | 'critics'> & { isCurrent: number };
  const modelBytes = (kind: string): string =>
    `coalesce((SELECT length(onnx) FROM evaluation_models WHERE evaluation = evaluations.id AND kind = '${kind}'), 0)`;
  return connection
    .all<Row>(
      `SELECT id, mean_return AS meanReturn, id IN (SELECT id FROM ${currentEvaluations} WHERE run = ?) AS isCurrent,
         ${modelBytes('policy')} AS policy, ${modelBytes('critics')} AS critics
       FROM evaluations WHERE run = ? ORDER BY step, attempt`,
      run,
      run,
    )
    .map(({ id, meanReturn, isCurrent, ...models }) => {
      const [best, ...others] = rollouts.get(id) ?? [];
      const sizeOf = (kind: 'policy' | 'critics'): number => bytesInFile(sizes?.models.get(modelKey(id, kind)) ?? models[kind]);
      return {
        id,
        meanReturn,
        isCurrent: isCurrent === 1,
        policy: sizeOf('policy'),
        critics: sizeOf('critics'),
        bestEpisode: best?.bytes ?? 0,
        otherEpisodes: others.reduce((sum, { bytes }) => sum + bytes, 0),
        rollouts: { bestEpisode: best === undefined ? [] : [best.id], otherEpisodes: others.map(({ id: other }) => other) },
      };
    });
}

/** Bytes of the run's rows, counted anew: what `row_bytes` follows from then on. */
export function countRowBytes(connection: Connection, run: string, evaluations: readonly Stored[]): number {
  const always = connection.get<{ points: number; returns: number; starts: number; priors: number }>(
    `SELECT (SELECT coalesce(sum(point_count), 0) FROM metric_series WHERE run = $run) AS points,
       (SELECT coalesce(sum(length(returns) + length(lengths)), 0) FROM evaluations WHERE run = $run) AS returns,
       (SELECT coalesce(sum(length(initial_state) + length(initial_task_state)), 0)
          FROM rollouts JOIN evaluations ON evaluations.id = evaluation WHERE run = $run) AS starts,
       (SELECT coalesce(sum(length(data)), 0) FROM fitted_priors WHERE run = $run) AS priors`,
    { run },
  );
  const { points = 0, returns = 0, starts = 0, priors = 0 } = always ?? {};
  return evaluations.reduce(
    (sum, one) => sum + one.policy + one.critics + one.bestEpisode + one.otherEpisodes,
    points * bytesPerPoint + returns + starts + priors,
  );
}
