// Taking runs away: softly (restorable), or only their checkpoints. run-purge.ts takes them away for good.
import { existsSync, lstatSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Connection } from './connection.ts';
import { runDirectory, runLogName } from './data-directory.ts';
import { StoreError } from './errors.ts';

/** All or none. @throws StoreError not-found, conflict (a trainer holds one) */
export function softDelete(connection: Connection, runs: readonly string[]): string[] {
  return connection.write(() => {
    const deleted: string[] = [];
    for (const run of new Set(runs)) {
      connection.touch(run, 'summary');
      refuseHeld(connection, run, 'deleted');
      const { changes } = connection.run(
        "UPDATE runs SET deleted_at = ?, state = CASE state WHEN 'queued' THEN 'stopped' ELSE state END WHERE id = ? AND deleted_at IS NULL",
        Date.now(),
        run,
      );
      if (connection.run('DELETE FROM queue WHERE run = ?', run).changes > 0) connection.touchQueue();
      if (changes > 0) deleted.push(run);
    }
    return deleted;
  });
}

/** Brings deleted runs back. A run that waited in the queue comes back stopped. @throws StoreError not-found */
export function restore(connection: Connection, runs: readonly string[]): string[] {
  return connection.write(() => {
    const restored: string[] = [];
    for (const run of new Set(runs)) {
      connection.touch(run, 'summary');
      if (connection.run('UPDATE runs SET deleted_at = NULL WHERE id = ? AND deleted_at IS NOT NULL', run).changes > 0) restored.push(run);
    }
    return restored;
  });
}

/**
 * Removes a run's checkpoints: their rows first, so that none ever points at a missing file, then everything
 * in the run's folder but the log. Returns the bytes freed.
 */
export function deleteCheckpoints(connection: Connection, run: string): number {
  const freed = removeWithFiles(connection, run, 'checkpoints', () => {
    connection.touch(run, 'summary');
    refuseHeld(connection, run, 'stripped of its checkpoints');
    connection.run('DELETE FROM checkpoints WHERE run = ?', run);
  });
  connection.write(() => {
    measureFiles(connection, run);
    connection.touch(run, 'summary');
  });
  return freed;
}

/**
 * Removes rows, then the files that they stand for. Where the disk has no room even for that, the files go first, under
 * the lock that whoever wants to train the run needs too. Returns the bytes freed.
 */
export function removeWithFiles(connection: Connection, run: string, which: WhichFiles, removeRows: () => void): number {
  let freed = 0;
  try {
    connection.write(removeRows);
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== 'disk-full') throw error;
    freed += connection.write(() => {
      refuseHeld(connection, run, 'deleted');
      return removeFiles(connection, run, which);
    });
    connection.write(removeRows);
  }
  return freed + connection.translated(() => removeFiles(connection, run, which));
}

/** `checkpoints`: all but the log. */
type WhichFiles = 'all' | 'checkpoints';

/** Removes what lies in a run's folder. Returns the bytes freed. */
export function removeFiles(connection: Connection, run: string, which: WhichFiles): number {
  const directory = runDirectory(connection.dataDirectory, run);
  let freed = 0;
  for (const name of existsSync(directory) ? readdirSync(directory) : []) {
    if (which === 'checkpoints' && name === runLogName) continue;
    freed += bytesBelow(join(directory, name), 'none');
    rmSync(join(directory, name), { recursive: true, force: true });
  }
  if (which === 'all') rmSync(directory, { recursive: true, force: true });
  return freed;
}

/** Notes how much the files in a run's folder take. Within a write. */
export function measureFiles(connection: Connection, run: string): void {
  const bytes = bytesBelow(runDirectory(connection.dataDirectory, run), 'all');
  connection.run('UPDATE runs SET file_bytes = ? WHERE id = ?', bytes, run);
}

/**
 * What cannot be read, or is deleted meanwhile by the run's trainer, counts as nothing.
 * @param ofShared what to count for a file that a fork or its parent has too: deleting it here frees nothing
 */
function bytesBelow(path: string, ofShared: 'all' | 'none'): number {
  try {
    const found = lstatSync(path);
    if (found.isDirectory()) return readdirSync(path).reduce((sum, name) => sum + bytesBelow(join(path, name), ofShared), 0);
    return ofShared === 'none' && found.nlink > 1 ? 0 : found.size;
  } catch {
    return 0;
  }
}

/** @throws StoreError not-found; conflict while a trainer holds the run or is about to */
export function refuseHeld(connection: Connection, run: string, what: string): void {
  const row = connection.get<{ state: string; name: string }>('SELECT state, name FROM runs WHERE id = ?', run);
  if (row === undefined)
    throw new StoreError('not-found', `There is no run with the id ${JSON.stringify(run)} in ${connection.dataDirectory}`);
  if (row.state === 'running' || row.state === 'paused') {
    throw new StoreError('conflict', `Run ${run} (${row.name}) is ${row.state} and cannot be ${what}. Stop it first. Nothing was changed.`);
  }
}
