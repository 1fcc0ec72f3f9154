// What the store offers, in one place. All calls are synchronous; every call may throw a StoreError. A run is
// named by its full id, except in `runs.resolve`. Times are milliseconds since 1970.
import type { EditsApi, FittedPriorsApi, HistogramsApi } from './edits-api.ts';
import type { ModelsApi } from './models-api.ts';
import type { CheckpointsApi, CommandsApi, EvaluationsApi, EventsApi, MetricsApi, RolloutsApi, SnapshotsApi } from './records-api.ts';
import type { AttemptsApi, KeepersApi, QueueApi } from './processes-api.ts';
import type { RunsApi } from './runs-api.ts';

export type * from './edits-api.ts';
export type * from './models-api.ts';
export type * from './processes-api.ts';
export type * from './records-api.ts';
export type * from './runs-api.ts';

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
  readonly keepers: KeepersApi;
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
  readonly models: ModelsApi;
  /** Everything in `fn` is committed together or not at all. */
  transaction<T>(fn: () => T): T;
  /**
   * The same store, for the trainer that holds the run: each write, whatever it writes, is refused with `superseded` once
   * the attempt has ended or was replaced. That is looked at within the write's own transaction.
   */
  heldBy(run: string, attempt: number): Store;
  /** A number that changes when another connection commits. */
  dataVersion(): number;
  storage(): StorageReport;
  /** SQLite's integrity check: what is wrong, one line each; empty where nothing is. Reads the whole file. */
  check(): string[];
  /** Gives pages that nothing uses back to the disk, piece by piece; yields, and returns, the bytes so far. Run it to its end. */
  reclaim(): Generator<number, number>;
  close(): void;
}
