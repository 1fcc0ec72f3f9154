// Taking runs away for good, also on a disk that is full: in steps that each need little room and soon give some back.
import { statSync } from 'node:fs';
import { checkAmount } from './checks.ts';
import type { Connection } from './connection.ts';
import { databasePath } from './data-directory.ts';
import { StoreError } from './errors.ts';
import { refuseHeld, removeWithFiles } from './run-removal.ts';
import type { Purged } from './runs-api.ts';
import { reclaimPages } from './shrink.ts';
import { translateError } from './translate-errors.ts';

/** Removes rows and folders of these runs. Files that a fork or its parent has too stay there. @throws StoreError not-found, conflict, disk-full */
export function purgeRuns(connection: Connection, runs: readonly string[]): Purged {
  const wanted = [...new Set(runs)];
  // Before anything is taken away: all or none are refused.
  for (const run of wanted) refuseHeld(connection, run, 'deleted for good');
  const before = databaseBytes(connection.dataDirectory);
  let freedBytes = 0;
  for (const run of wanted) freedBytes += purgeRun(connection, run);
  if (wanted.length > 0) shrink(connection);
  return { runs: wanted, freedBytes: freedBytes + Math.max(0, before - databaseBytes(connection.dataDirectory)) };
}

/** Removes for good what was deleted longer ago than this. */
export function purgeDeleted(connection: Connection, olderThanMs: number): string[] {
  const age = checkAmount('olderThanMs', olderThanMs) ?? 0;
  const old = connection.all<{ id: string }>('SELECT id FROM runs WHERE deleted_at <= ?', Date.now() - age);
  return purgeRuns(
    connection,
    old.map(({ id }) => id),
  ).runs;
}

/** First it is deleted softly and loses its checkpoints, a few rows; then its files; then all its rows. The bytes that its files took. */
function purgeRun(connection: Connection, run: string): number {
  const freed = removeWithFiles(connection, run, 'all', () => {
    refuseHeld(connection, run, 'deleted for good');
    connection.touch(run, 'summary');
    connection.run(
      "UPDATE runs SET deleted_at = coalesce(deleted_at, ?), state = CASE state WHEN 'queued' THEN 'stopped' ELSE state END WHERE id = ?",
      Date.now(),
      run,
    );
    connection.run('DELETE FROM checkpoints WHERE run = ?', run);
    if (connection.run('DELETE FROM queue WHERE run = ?', run).changes > 0) connection.touchQueue();
  });
  connection.write(() => {
    connection.run('INSERT OR IGNORE INTO removed_runs (id, revision) VALUES (?, ?)', run, connection.nextRevision());
    connection.run('DELETE FROM runs WHERE id = ?', run);
  });
  shortenLog(connection);
  return freed;
}

function databaseBytes(dataDirectory: string): number {
  const path = databasePath(dataDirectory);
  return [path, `${path}-wal`].reduce((sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0), 0);
}

/** Gives the database's empty pages back to the disk, as far as there is room to do it; what stays is used again. */
function shrink(connection: Connection): void {
  try {
    const pieces = reclaimPages(connection);
    while (pieces.next().done !== true);
  } catch (error) {
    if (!isForLackOfRoom(error, connection)) throw error;
  }
}

/** Moves what the log holds into the database, and empties it. While somebody reads, that waits for the next time. */
function shortenLog(connection: Connection): void {
  try {
    connection.database.pragma('wal_checkpoint(TRUNCATE)');
  } catch (error) {
    if (!isForLackOfRoom(error, connection)) throw translateError(error, connection.dataDirectory);
  }
}

function isForLackOfRoom(error: unknown, connection: Connection): boolean {
  const translated = translateError(error, connection.dataDirectory);
  return translated instanceof StoreError && (translated.code === 'disk-full' || translated.code === 'locked');
}
