// One connection: cached statements, transactions, translated errors, and the counters by which pollers see
// what changed.
import type { Database, Statement } from 'better-sqlite3';
import { StoreError } from './errors.ts';
import { translateError } from './translate-errors.ts';

export type Row = Record<string, unknown>;

export class Connection {
  readonly database: Database;
  readonly dataDirectory: string;
  readonly isReadonly: boolean;
  readonly #statements = new Map<string, Statement>();
  readonly #afterCommit: (() => void)[] = [];
  readonly #fence: { run: string; attempt: number } | null;

  /** @param fence every write is refused once this attempt no longer holds the run */
  constructor(database: Database, dataDirectory: string, isReadonly: boolean, fence: { run: string; attempt: number } | null = null) {
    this.database = database;
    this.dataDirectory = dataDirectory;
    this.isReadonly = isReadonly;
    this.#fence = fence;
  }

  #prepare(sql: string): Statement {
    let statement = this.#statements.get(sql);
    if (!statement) {
      statement = this.database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  /** Result types are the caller's word for what its SQL selects; tables are STRICT, so SQLite keeps it. */
  get<T>(sql: string, ...parameters: unknown[]): T | undefined {
    return this.translated(() => this.#prepare(sql).get(...parameters) as T | undefined);
  }

  all<T>(sql: string, ...parameters: unknown[]): T[] {
    return this.translated(() => this.#prepare(sql).all(...parameters) as T[]);
  }

  /** Returns the number of rows changed and the id of the row inserted. */
  run(sql: string, ...parameters: unknown[]): { changes: number; id: number } {
    return this.translated(() => {
      const { changes, lastInsertRowid } = this.#prepare(sql).run(...parameters);
      return { changes, id: Number(lastInsertRowid) };
    });
  }

  /** All that `fn` reads belongs to one moment. */
  read<T>(fn: () => T): T {
    return this.translated(() => this.database.transaction(fn).deferred());
  }

  /** What `fn` writes is committed together or not at all. Inside another, it is a part of it. */
  write<T>(fn: () => T): T {
    if (this.isReadonly) {
      throw new StoreError('read-only', `${this.dataDirectory} was opened for reading only, so that nothing can be changed there`);
    }
    // IMMEDIATE: a transaction that turns from reading to writing can fail with BUSY_SNAPSHOT whatever the timeout.
    const mark = this.#afterCommit.length;
    const isOutermost = !this.database.inTransaction;
    let result: T;
    try {
      const fence = isOutermost ? this.#fence : null;
      const fenced = (): T => {
        if (fence !== null) this.requireCurrentAttempt(fence.run, fence.attempt);
        return fn();
      };
      result = this.translated(() => this.database.transaction(fenced).immediate());
    } catch (error) {
      this.#afterCommit.length = mark;
      throw error;
    }
    if (isOutermost) for (const callback of this.#afterCommit.splice(0)) callback();
    return result;
  }

  /** Within a write: `callback` runs once everything is committed, and never if it is not. */
  afterCommit(callback: () => void): void {
    this.#afterCommit.push(callback);
  }

  /** Runs `fn`; errors of SQLite and the file system become StoreErrors. */
  translated<T>(fn: () => T): T {
    try {
      return fn();
    } catch (error) {
      throw translateError(error, this.dataDirectory);
    }
  }

  nextRevision(): number {
    const row = this.get<{ value: number }>("UPDATE counters SET value = value + 1 WHERE name = 'revision' RETURNING value");
    return row?.value ?? 0;
  }

  /**
   * Marks a run as changed: in its summary, or only in its data. Within a write.
   * @throws StoreError not-found
   */
  touch(run: string, what: 'summary' | 'data'): void {
    const revision = this.nextRevision();
    const { changes } =
      what === 'summary'
        ? this.run('UPDATE runs SET revision = ?, summary_revision = ? WHERE id = ?', revision, revision, run)
        : this.run('UPDATE runs SET revision = ? WHERE id = ?', revision, run);
    if (changes === 0) throw new StoreError('not-found', `There is no run with the id ${JSON.stringify(run)} in ${this.dataDirectory}`);
  }

  /** Marks the queue and every waiting run (their positions are in their summaries) as changed. Within a write. */
  touchQueue(): void {
    const revision = this.nextRevision();
    this.run("UPDATE counters SET value = ? WHERE name = 'queue'", revision);
    this.run('UPDATE runs SET revision = ?, summary_revision = ? WHERE id IN (SELECT run FROM queue)', revision, revision);
  }

  /**
   * Refuses rows of an attempt that does not exist, has ended, or that a later one has replaced.
   * @throws StoreError not-found, superseded
   */
  requireCurrentAttempt(run: string, attempt: number): void {
    const row = this.get<{ newest: number | null; found: number; endedAt: number | null }>(
      `SELECT max(attempt) AS newest, coalesce(sum(attempt = ?), 0) AS found, max(CASE WHEN attempt = ? THEN ended_at END) AS endedAt
       FROM attempts WHERE run = ?`,
      attempt,
      attempt,
      run,
    );
    if (!row?.found)
      throw new StoreError(
        'not-found',
        `There is no attempt ${attempt} of a run with the id ${JSON.stringify(run)} in ${this.dataDirectory}`,
      );
    if (row.newest === attempt && row.endedAt === null) return;
    const why =
      row.newest === attempt
        ? 'has ended: the run was closed, or taken for lost'
        : `was replaced by attempt ${row.newest}: another trainer continues the run`;
    throw new StoreError(
      'superseded',
      `Attempt ${attempt} of run ${run} ${why}. What attempt ${attempt} stored before is kept; nothing more of it is stored.`,
    );
  }
}
