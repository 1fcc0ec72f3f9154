// Brings a database up to date: each migration in one transaction, `user_version` with it. A database that
// already holds something is backed up first.
import { existsSync, renameSync, rmSync } from 'node:fs';
import type { Database } from 'better-sqlite3';
import { StoreError } from './errors.ts';

export interface Migration {
  /** The schema version that it leads to: one more than the migration before. */
  version: number;
  up(database: Database): void;
}

/** PRAGMA application_id of Elbow's databases: "ELBO". */
export const applicationId = 0x454c424f;

export function schemaVersion(database: Database): number {
  return Number(database.pragma('user_version', { simple: true }));
}

/**
 * @param path the database's file, beside which the backup is put; null for a copy, which needs none
 * @throws StoreError newer-version where the database is newer than the last migration; nothing is changed then
 */
export function migrate(database: Database, migrations: readonly Migration[], path: string | null): void {
  const newest = migrations.at(-1)?.version ?? 0;
  const found = schemaVersion(database);
  const shownPath = path ?? 'The database';
  refuseNewer(found, newest, shownPath);
  if (path !== null && found > 0 && found < newest) backUp(database, `${path}.before-version-${newest}`);
  for (const migration of migrations) {
    database
      .transaction(() => {
        // Read within the transaction: another process may have migrated meanwhile.
        const version = schemaVersion(database);
        refuseNewer(version, newest, shownPath);
        if (version >= migration.version) return;
        migration.up(database);
        database.pragma(`user_version = ${migration.version}`);
        database.pragma(`application_id = ${applicationId}`);
      })
      .immediate();
  }
}

export function refuseNewer(found: number, newest: number, path: string): void {
  if (found <= newest) return;
  throw new StoreError(
    'newer-version',
    `${path} was written by a newer Elbow: its schema has version ${found}, this Elbow knows versions up to ${newest}. ` +
      'Nothing was changed. Update Elbow, or choose another data directory with --data-dir.',
  );
}

/** A whole copy, written under a temporary name first. Earlier backups are kept. */
function backUp(database: Database, base: string): void {
  let target = base;
  for (let count = 2; existsSync(target); count += 1) target = `${base}-${count}`;
  const partial = `${target}.partial-${process.pid}`;
  rmSync(partial, { force: true });
  try {
    database.prepare('VACUUM INTO ?').run(partial);
    renameSync(partial, target);
  } finally {
    rmSync(partial, { force: true });
  }
}
