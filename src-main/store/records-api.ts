// What the store offers for what trainers record and are asked for, a part of api.ts: metrics, events, commands, evaluations,
// snapshots and checkpoints.
import type { CheckpointSummary, ControlAction, EvaluationSummary, RunEvent } from '../contract/runs.ts';
import type { MetricSeries, PolicySnapshot, Rollout } from '../contract/series.ts';

export interface MetricsWriter {
  /**
   * Takes values of one environment step, in memory. Steps must not fall. Values that are not finite are left
   * out of the curve and counted.
   */
  append(step: number, values: Readonly<Record<string, number>>): void;
  /** Commits what was appended. After a failure everything is kept, and the next flush tries again. */
  flush(): void;
}

export interface MetricsQuery {
  metrics: readonly string[];
  /** Environment steps, both inclusive; null is open. */
  fromStep: number | null;
  toStep: number | null;
  maxPoints: number;
  includeSuperseded: boolean;
}

export interface MetricsApi {
  /** One per attempt, in the process that holds it. */
  writer(run: string, attempt: number): MetricsWriter;
  /** A series for each metric asked for, in that order, empty where it has no points. */
  query(run: string, query: MetricsQuery): { series: MetricSeries[]; superseded: (MetricSeries & { attempt: number })[] };
  names(run: string): string[];
  /** How many values were not finite and therefore are in no curve. */
  nonFinite(run: string): { metric: string; attempt: number; count: number; firstStep: number; lastStep: number }[];
}

export interface EventsApi {
  append(run: string, attempt: number, event: Pick<RunEvent, 'step' | 'kind' | 'message' | 'requester'>): number;
  list(run: string): RunEvent[];
}

export interface Command {
  id: number;
  run: string;
  action: ControlAction;
  requester: string;
  requestedAt: number;
}

export interface CommandsApi {
  /** Asks the run's trainer for something. @throws conflict where no trainer holds or is about to hold the run */
  request(run: string, action: ControlAction, requester: string): number;
  /** In the order of asking. */
  pending(run: string): Command[];
  done(id: number, step: number): void;
  /** Everything that trainers have been asked for and have not done yet. */
  outstanding(): Command[];
}

/** A recorded episode, before it has an id. */
export type RolloutInput = Omit<Rollout, 'id' | 'run' | 'task' | 'attempt' | 'step'> & {
  kind: 'best' | 'median' | 'worst' | 'extra';
};

export interface EvaluationInput {
  step: number;
  /** Undiscounted return and length of every episode. */
  returns: Float64Array;
  lengths: Int32Array;
  policyOnnx: Uint8Array | null;
  criticsOnnx: Uint8Array | null;
  rollouts: readonly RolloutInput[];
}

/** Steps are inclusive; null is open. */
export interface EvaluationSpread {
  fromStep: number | null;
  toStep: number | null;
  /** 1 to 10,000. */
  most: number;
}

export interface EvaluationsApi {
  /**
   * In one transaction. Does not add the `evaluation-return` point: that is the metrics writer's.
   * @param budgetBytes of the run's rows: where they would go beyond it, earlier evaluations are thinned (thinning-rule.ts); null: no bound
   */
  add(run: string, attempt: number, evaluation: EvaluationInput, budgetBytes?: number | null): Thinned;
  /** Ascending in step, one a step, without superseded ones unless asked for. */
  list(run: string, options?: { includeSuperseded?: boolean }): EvaluationSummary[];
  /** The last ones of those that count, ascending in step; as quick however many there are. @param limit 1 to 10,000 */
  newest(run: string, limit: number): EvaluationSummary[];
  /** Those that count of these steps, ascending; where there are more than `most`, the newest of each of `most` equal stretches. */
  spread(run: string, spread: EvaluationSpread): { evaluations: EvaluationSummary[]; count: number };
}

/** What was given up to keep within a budget. */
export interface Thinned {
  bytes: number;
  rollouts: number;
  policies: number;
}

export interface RolloutsApi {
  /** @throws not-found, also where it was thinned, naming the nearest step that has one */
  get(id: number): Rollout;
}

export interface SnapshotsApi {
  /** Overwrites the former one. */
  setLive(run: string, attempt: number, step: number, onnx: Uint8Array): void;
  /** @throws not-found where the run has none yet */
  getLive(run: string): PolicySnapshot;
  /** The policy of the evaluation at this step. @throws not-found, naming the steps that have one */
  getEvaluation(run: string, step: number): PolicySnapshot;
  /** The critics of the evaluation at this step, with its `created at`. @throws not-found */
  critics(run: string, step: number): PolicySnapshot;
}

export interface Checkpoint extends CheckpointSummary {
  id: number;
  run: string;
  /** Relative to the run's folder, with forward slashes. */
  path: string;
  /** Hexadecimal. */
  sha256: string;
  /** The writer's own JSON. */
  details: unknown;
}

export interface CheckpointsApi {
  add(run: string, attempt: number, checkpoint: Omit<Checkpoint, 'id' | 'run' | 'attempt'>): void;
  /** The newest that is not superseded; null where there is none. */
  newest(run: string): Checkpoint | null;
  /** Newest first, without superseded ones. */
  list(run: string): Checkpoint[];
  /** Forgets all but the newest `keep`, superseded ones included, and returns what it forgot: the caller deletes the files. */
  removeOlder(run: string, keep: number): Checkpoint[];
}
