// The store's door: opens the database of a data directory. api.ts says what can be done with it.
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { StorageReport, Store } from './api.ts';
import { Attempts } from './attempts.ts';
import { Checkpoints } from './checkpoints.ts';
import { Commands } from './commands.ts';
import { registerConnection } from './connection-of.ts';
import { Connection } from './connection.ts';
import { databasePath, freeBytes, isNetworkFileSystem } from './data-directory.ts';
import { Edits } from './edits.ts';
import { StoreError } from './errors.ts';
import { Evaluations } from './evaluations.ts';
import { Events } from './events.ts';
import { FittedPriors } from './fitted-priors.ts';
import { Histograms } from './histograms.ts';
import { Metrics } from './metrics.ts';
import { schemaVersion } from './migrate.ts';
import { Models } from './models.ts';
import { openForReading, openForWriting, type OpenedDatabase } from './open-database.ts';
import { Queue } from './queue.ts';
import { QueueKeepers } from './queue-keepers.ts';
import { Rollouts } from './rollouts.ts';
import { Runs } from './runs.ts';
import { reclaimPages } from './shrink.ts';
import { Snapshots } from './snapshots.ts';
import { translateError } from './translate-errors.ts';

export * from './api.ts';
export { resolveDataDirectory } from './data-directory.ts';
export { StoreError, type StoreErrorCode } from './errors.ts';
export { silentAfter } from './liveness.ts';
export { judgeProcess, processIdentity } from './process-identity.ts';

/**
 * Opens the store in this directory, making it where it does not exist and bringing an older one up to date.
 * With `readonly`, nothing is written there and a missing database is an error.
 * @throws StoreError newer-version, read-only, disk-full, corrupt, locked, invalid, not-found
 */
export function openStore(dataDirectory: string, options: { readonly?: boolean } = {}): Store {
  const directory = resolve(dataDirectory);
  const isReadonly = options.readonly ?? false;
  try {
    const opened = isReadonly ? openForReading(directory) : openForWriting(directory);
    return new SqliteStore(opened, new Connection(opened.database, directory, isReadonly));
  } catch (error) {
    throw translateError(error, directory);
  }
}

class SqliteStore implements Store {
  readonly dataDirectory: string;
  readonly isReadonly: boolean;
  readonly runs: Runs;
  readonly queue: Queue;
  readonly keepers: QueueKeepers;
  readonly attempts: Attempts;
  readonly metrics: Metrics;
  readonly events: Events;
  readonly commands: Commands;
  readonly edits: Edits;
  readonly evaluations: Evaluations;
  readonly rollouts: Rollouts;
  readonly snapshots: Snapshots;
  readonly histograms: Histograms;
  readonly fittedPriors: FittedPriors;
  readonly checkpoints: Checkpoints;
  readonly models: Models;
  readonly #connection: Connection;
  readonly #opened: OpenedDatabase;

  constructor(opened: OpenedDatabase, connection: Connection) {
    const { dataDirectory, isReadonly } = connection;
    this.dataDirectory = dataDirectory;
    this.isReadonly = isReadonly;
    this.runs = new Runs(connection, this);
    this.queue = new Queue(connection);
    this.keepers = new QueueKeepers(connection);
    this.attempts = new Attempts(connection);
    this.metrics = new Metrics(connection);
    this.events = new Events(connection);
    this.commands = new Commands(connection);
    this.edits = new Edits(connection);
    this.evaluations = new Evaluations(connection);
    this.rollouts = new Rollouts(connection);
    this.snapshots = new Snapshots(connection);
    this.histograms = new Histograms(connection);
    this.fittedPriors = new FittedPriors(connection);
    this.checkpoints = new Checkpoints(connection);
    this.models = new Models(connection, dataDirectory);
    this.#connection = connection;
    this.#opened = opened;
    registerConnection(this, connection);
  }

  heldBy(run: string, attempt: number): Store {
    const { database, dataDirectory, isReadonly } = this.#connection;
    return new SqliteStore(this.#opened, new Connection(database, dataDirectory, isReadonly, { run, attempt }));
  }

  transaction<T>(fn: () => T): T {
    return this.#connection.write(fn);
  }

  dataVersion(): number {
    return this.#connection.get<{ data_version: number }>('PRAGMA data_version')?.data_version ?? 0;
  }

  storage(): StorageReport {
    const path = databasePath(this.dataDirectory);
    const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;
    return {
      dataDirectory: this.dataDirectory,
      databasePath: path,
      databaseBytes: sizeOf(path),
      walBytes: sizeOf(`${path}-wal`),
      freeBytes: freeBytes(this.dataDirectory),
      isNetworkFileSystem: isNetworkFileSystem(this.dataDirectory),
      schemaVersion: schemaVersion(this.#connection.database),
      sqliteVersion: this.#connection.get<{ version: string }>('SELECT sqlite_version() AS version')?.version ?? '',
    };
  }

  check(): string[] {
    return this.#connection
      .all<{ integrity_check: string }>('PRAGMA integrity_check')
      .map((row) => row.integrity_check)
      .filter((line) => line !== 'ok');
  }

  reclaim(): Generator<number, number> {
    return reclaimPages(this.#connection);
  }

  close(): void {
    const { database } = this.#connection;
    if (!database.open) return;
    try {
      if (!this.isReadonly) database.pragma('optimize');
    } catch (error) {
      // Only statistics for the query planner, and a full disk must not keep the store from closing.
      if (!(translateError(error, this.dataDirectory) instanceof StoreError)) throw error;
    } finally {
      database.close();
      this.#opened.cleanUp();
    }
  }
}
