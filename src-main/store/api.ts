// What the store offers, in one place. All calls are synchronous; every call may throw a StoreError. A run is
// named by its full id, except in `runs.resolve`. Times are milliseconds since 1970.
import type { EngineChoice } from '../contract/engine-choice.ts';
import type { ParameterValues } from '../contract/parameters.ts';
import type {
  AttemptSummary, CheckpointSummary, ControlAction, EvaluationSummary, QueueEntry, RunConfiguration, RunDetail, RunEnvironment,
  RunEvent, RunState, RunSummary,
} from '../contract/runs.ts';
import type { MetricSeries, PolicySnapshot, Rollout } from '../contract/series.ts';
import type { EditsApi, FittedPriorsApi, HistogramsApi } from './edits-api.ts';

export type * from './edits-api.ts';

/** Is the process that opened an attempt still there? */
export type IsAlive = (pid: number, bootId: string) => boolean;

export interface NewRun {
  configuration: RunConfiguration;
  name: string;
  parent?: { run: string; step: number } | null;
  isDemo?: boolean;
}

export interface Fork {
  /** The run that it continues from. */
  run: string;
  /** One of that run's `checkpoints.list`. */
  checkpoint: Checkpoint;
  /** What the checkpoint needs besides its own folder: paths relative to the run's folder. */
  files: readonly string[];
  /** Complete, like a new run's; `steps` beyond the checkpoint's. */
  configuration: RunConfiguration;
  name: string;
}

export interface RollBack {
  /** That of one of the run's `checkpoints.list`. */
  step: number;
  /** Edits of that very step that the checkpoint contains; the others of it, and all later ones, no longer count. */
  keptEdits: readonly number[];
  /** The hyper-parameters in force at the checkpoint, all of them. */
  values: ParameterValues;
  /** Values that are to be in force from there on; null: as they were. */
  changes: ParameterValues | null;
  requester: string;
}

export interface RunProgress {
  environmentSteps: number;
  stepsPerSecond: number | null;
  etaSeconds: number | null;
  activeSeconds: number;
}

/** How far a run's data has come: what the contract's run-data-changed event carries. */
export interface RunDataState {
  run: string;
  environmentSteps: number;
  snapshotStep: number | null;
  evaluationCount: number;
  eventCount: number;
}

export interface Changes {
  /** Give it to the next call. */
  revision: number;
  runs: RunSummary[];
  /** Runs deleted, softly or for good. */
  removed: string[];
  data: RunDataState[];
  queueChanged: boolean;
}

export interface RunsApi {
  /** Stores a new run in state stopped ("not started yet"); `queue.enqueue` or `attempts.open` comes next. Returns its id. */
  create(run: NewRun): string;
  /**
   * Stores a new run that continues from another one's checkpoint, in state stopped ("not started yet"), and returns its
   * id. It gets the checkpoint's files (which are never changed once written, so they are shared where the file system
   * allows), its row under attempt 0 with `forkedFrom` in the details, and the fitted priors; no curves and no edits.
   * All or nothing, also after a crash; not within another transaction.
   * @throws not-found, invalid, conflict where the checkpoint or one of its files is gone
   */
  fork(fork: Fork): string;
  /** A full id, a unique name or a unique beginning of an id. @throws not-found (with the nearest), ambiguous */
  resolve(text: string): string;
  get(run: string, options?: { newestEvaluations?: number }): RunDetail;
  /** Newest first, without the deleted ones. */
  list(): RunSummary[];
  summary(run: string): RunSummary;
  configuration(run: string): RunConfiguration;
  /** The hyper-parameters in force. */
  values(run: string): ParameterValues;
  setState(run: string, state: RunState, reason?: string | null): void;
  /** Sets the line beside the state, which stays as it is, with its claim. */
  setReason(run: string, reason: string | null): void;
  setProgress(run: string, progress: RunProgress): void;
  /** Sets the hyper-parameters in force, all of them; null: the configuration's. */
  setValues(run: string, values: ParameterValues | null): void;
  /** Keeps the message of the last error; the state is set apart. null clears it. */
  setError(run: string, message: string | null): void;
  rename(run: string, name: string): void;
  star(run: string, starred: boolean): void;
  annotate(run: string, note: string): void;
  /** All or none. Takes waiting runs out of the queue. @throws conflict where a trainer holds one of them */
  softDelete(runs: readonly string[]): string[];
  restore(runs: readonly string[]): string[];
  /** Removes rows and folders of runs that were deleted more than so many milliseconds ago. Returns their ids. */
  purgeDeleted(olderThanMs: number): string[];
  /** Sets the total number of environment steps and logs an `extended` event. @throws conflict while a trainer holds it */
  extend(run: string, totalSteps: number, requester?: string | null): void;
  /** Sets what computes it from its next attempt on; `engine` null leaves that to the trainer to settle. */
  setDevice(run: string, device: { device: string; threads: number; engine: EngineChoice | null }): void;
  /**
   * Takes a run that no trainer holds back to a checkpoint: later rows are superseded, later edits dropped, and `changes`
   * is an edit that is due there, whose id is returned. The state stays; `queue.enqueue` comes next.
   * @throws conflict where a trainer holds it, or the checkpoint is gone
   */
  rollBack(run: string, rollBack: RollBack): number | null;
  /** Removes checkpoints and all files but logs from the run's folder; curves and rollouts stay. Returns the bytes freed. */
  deleteCheckpoints(run: string): number;
  /** DATA/runs/ID. It may not exist yet. */
  directory(run: string): string;
  /** Imports a whole run, rows and folder; takes a new id where the old one is taken. Returns the id here. */
  copyFrom(source: Store, run: string, options?: { isDemo?: boolean }): string;
  /** The present revision, to begin `changedSince` from now on. */
  revision(): number;
  /** What changed since an earlier call; 0 gives everything. Costs one row's read when nothing did. */
  changedSince(revision: number): Changes;
}

export interface QueueApi {
  list(): QueueEntry[];
  /** To the end of the queue; the run becomes queued. @throws conflict while a trainer holds it */
  enqueue(run: string): void;
  /** 1 is next; a place beyond the end means the end. @throws conflict where it does not wait */
  move(run: string, position: number): void;
  /** Takes it out of the queue; the run becomes stopped. @throws conflict where it does not wait */
  cancel(run: string): void;
  /**
   * In one transaction: puts claims back (first in the queue) that no trainer took over within 30 s, counts
   * the trainers that live, and where they are fewer than `share`, makes the first waiting run `running` and
   * returns its id. The caller starts its trainer, which calls `attempts.open`.
   */
  claim(options: { share: number; claimant: string; isAlive?: IsAlive }): string | null;
  /**
   * The run's trainer says that it is there: from now on its claim, if there is one, holds while its process lives.
   * @throws conflict where another living process has the run
   */
  takeClaim(run: string, trainer: { pid: number; bootId: string; isAlive?: IsAlive }): void;
  /** Gives a claim back at once, e.g. when its trainer could not be spawned. */
  unclaim(run: string): void;
}

export interface NewAttempt {
  startStep: number;
  environment: RunEnvironment;
  pid: number;
  /** From `processIdentity()`. */
  bootId: string;
}

export interface AttemptsApi {
  /**
   * Makes the run `running`, held by this process, and returns the attempt's number (from 1). Rows of earlier
   * attempts after `startStep` are superseded from now on.
   * @throws conflict where another live process holds the run
   */
  open(run: string, attempt: NewAttempt, isAlive?: IsAlive): number;
  /** Says that the trainer lives; about once a second. */
  heartbeat(run: string, attempt: number): void;
  /**
   * Ends the attempt; requests to it that are not done are dropped, and so are pending edits that are not due at a
   * certain step. The run's state is set apart.
   */
  close(run: string, attempt: number): void;
  /** Runs whose trainer has vanished become `interrupted`, with the reason in words. Returns their ids. */
  reapDead(isAlive?: IsAlive): string[];
  /** From attempt 1 on: 0 stands for what a fork took over. */
  list(run: string): AttemptSummary[];
  /** The process that holds the run; null where none does. */
  holder(run: string): { attempt: number; pid: number; bootId: string; heartbeatAt: number } | null;
}

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
  /** In one transaction. Does not add the `evaluation-return` point: that is the metrics writer's. */
  add(run: string, attempt: number, evaluation: EvaluationInput): void;
  /** Ascending in step, one a step, without superseded ones unless asked for. */
  list(run: string, options?: { includeSuperseded?: boolean }): EvaluationSummary[];
  /** The last ones of those that count, ascending in step; as quick however many there are. @param limit 1 to 10,000 */
  newest(run: string, limit: number): EvaluationSummary[];
  /** Those that count of these steps, ascending; where there are more than `most`, the newest of each of `most` equal stretches. */
  spread(run: string, spread: EvaluationSpread): { evaluations: EvaluationSummary[]; count: number };
}

export interface RolloutsApi {
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

export interface StorageReport {
  dataDirectory: string;
  databasePath: string;
  databaseBytes: number;
  walBytes: number;
  /** null where the system does not tell. */
  freeBytes: number | null;
  /** SQLite's locks cannot be trusted on network file systems. */
  isNetworkFileSystem: boolean;
  schemaVersion: number;
  sqliteVersion: string;
}

export interface Store {
  readonly dataDirectory: string;
  readonly isReadonly: boolean;
  readonly runs: RunsApi;
  readonly queue: QueueApi;
  readonly attempts: AttemptsApi;
  readonly metrics: MetricsApi;
  readonly events: EventsApi;
  readonly commands: CommandsApi;
  readonly edits: EditsApi;
  readonly evaluations: EvaluationsApi;
  readonly rollouts: RolloutsApi;
  readonly snapshots: SnapshotsApi;
  readonly histograms: HistogramsApi;
  readonly fittedPriors: FittedPriorsApi;
  readonly checkpoints: CheckpointsApi;
  /** Everything in `fn` is committed together or not at all. */
  transaction<T>(fn: () => T): T;
  /** A number that changes when another connection commits. */
  dataVersion(): number;
  storage(): StorageReport;
  /** SQLite's integrity check: what is wrong, one line each; empty where nothing is. Reads the whole file. */
  check(): string[];
  close(): void;
}
