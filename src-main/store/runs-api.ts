// What the store offers for runs, a part of api.ts.
import type { EngineChoice } from '../contract/engine-choice.ts';
import type { ParameterValues } from '../contract/parameters.ts';
import type { DeletedRun, RunConfiguration, RunDetail, RunState, RunSummary } from '../contract/runs.ts';
import type { RunWait } from '../contract/run-wait.ts';
import type { Store } from './api.ts';
import type { Checkpoint, Thinned } from './records-api.ts';

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

export interface Purged {
  runs: string[];
  /** On the disk, of files and of the database. */
  freedBytes: number;
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

/** Pieces that have been packed, of all that are to be. */
export interface Shrinking {
  done: number;
  total: number;
}

/** Bytes of the run's rows in the file, and what was done. */
export interface Shrunk {
  before: number;
  after: number;
  /** Rollouts and models that were packed. */
  packed: number;
  thinned: Thinned;
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
  /** Those deleted softly and not removed yet, the last ones first, and how many there are in all. */
  deleted(most: number): { runs: DeletedRun[]; count: number };
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
  /**
   * Removes rows and folders of these runs, deleted ones or not. None of them where one is refused. What a fork shares
   * with one stays. Takes little room on the disk. @throws not-found, conflict where a trainer holds one of them
   */
  purge(runs: readonly string[]): Purged;
  /**
   * Only where the store is open for reading because the disk is full: removes files of runs that are to be purged
   * (`checkpoints`: all but the log), so that it can be opened for writing. Returns the bytes freed.
   * @throws not-found, conflict where a trainer holds one of them
   */
  dropFiles(runs: readonly string[], which: 'all' | 'checkpoints'): number;
  /** Sets the total number of environment steps and logs an `extended` event. @throws conflict while a trainer holds it */
  extend(run: string, totalSteps: number, requester?: string | null): void;
  /** Sets what computes it from its next attempt on; `engine` null leaves the choice to the trainer. */
  setDevice(run: string, device: { device: string; threads: number; engine: EngineChoice | null }): void;
  /**
   * Takes a run that no trainer holds back to a checkpoint: later rows are superseded, later edits dropped, and `changes`
   * is an edit that is due there, whose id is returned. The state stays; `queue.enqueue` comes next.
   * @throws conflict where a trainer holds it, or the checkpoint is gone
   */
  rollBack(run: string, rollBack: RollBack): number | null;
  /** Removes checkpoints and all files but logs from the run's folder; curves and rollouts stay. Returns the bytes freed. */
  deleteCheckpoints(run: string): number;
  /**
   * Packs what earlier schemas wrote and thins by the rule (thinning-rule.ts), in small transactions. Run the generator to its
   * end; with `isDryRun` nothing is changed. `Store.reclaim` then gives the room back to the disk.
   * @throws conflict while a trainer holds the run, disk-full where there is no room to work in
   */
  shrink(run: string, options: { budgetBytes: number | null; isDryRun: boolean }): Generator<Shrinking, Shrunk>;
  /** DATA/runs/ID. It may not exist yet. */
  directory(run: string): string;
  /** Imports a whole run, rows and folder; takes a new id where the old one is taken. Returns the id here. */
  copyFrom(source: Store, run: string, options?: { isDemo?: boolean }): string;
  /** What trainers wait for since it cannot be stored, by run. It changes without a revision: a full disk cannot take one. */
  waiting(): Map<string, RunWait>;
  /** The present revision, to begin `changedSince` from now on. */
  revision(): number;
  /** What changed since an earlier call; 0 gives everything. Costs one row's read when nothing did. */
  changedSince(revision: number): Changes;
}
