// Attempts: which process holds a run, and from which step on its rows count.
import type { AttemptSummary, RunEnvironment } from '../contract/runs.ts';
import type { AttemptsApi, IsAlive, NewAttempt } from './api.ts';
import { checkInteger, checkLine } from './checks.ts';
import { currentCheckpoints } from './current-rows.ts';
import { fromJson } from './columns.ts';
import type { Connection } from './connection.ts';
import { dropPendingEdits } from './edits.ts';
import { StoreError } from './errors.ts';
import { updateEvaluationColumns } from './evaluations.ts';
import { processIsAlive } from './process-identity.ts';
import { measureFiles } from './run-removal.ts';

interface AttemptRow {
  attempt: number;
  start_step: number;
  started_at: number;
  ended_at: number | null;
  last_step: number;
  superseded_after: number | null;
  environment: string;
}

interface HeldRow {
  run: string;
  state: string;
  steps: number;
  pid: number | null;
  bootId: string | null;
}

/** Runs with an open attempt, and runs said to be held that have none, claims apart: their trainer never came so far. */
const heldRows = `
  SELECT runs.id AS run, state, environment_steps AS steps, pid, boot_id AS bootId
  FROM runs LEFT JOIN attempts ON attempts.run = runs.id AND ended_at IS NULL
  WHERE pid IS NOT NULL OR (state IN ('running', 'paused') AND claimed_at IS NULL)`;

export class Attempts implements AttemptsApi {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  open(run: string, attempt: NewAttempt, isAlive: IsAlive = processIsAlive): number {
    const startStep = checkInteger('startStep', attempt.startStep);
    const pid = checkInteger('pid', attempt.pid, 1);
    const bootId = checkLine('bootId', attempt.bootId, 200);
    return this.#connection.write(() => {
      this.#connection.touch(run, 'summary');
      const row = this.#connection.get<{ deleted_at: number | null }>('SELECT deleted_at FROM runs WHERE id = ?', run);
      if (row?.deleted_at !== null) throw new StoreError('conflict', `Run ${run} was deleted and cannot be trained. Restore it first.`);
      const former = this.holder(run);
      if (former && !(former.pid === pid && former.bootId === bootId) && isAlive(former.pid, former.bootId)) {
        throw new StoreError(
          'conflict',
          `Run ${run} is being trained by process ${former.pid} already. Stop it there first, or watch it in the window.`,
        );
      }
      const now = Date.now();
      if (former) this.#end(run, now);
      this.#connection.run(
        'UPDATE attempts SET superseded_after = min(coalesce(superseded_after, ?), ?) WHERE run = ?',
        startStep,
        startStep,
        run,
      );
      const newest = this.#connection.get<{ attempt: number | null }>('SELECT max(attempt) AS attempt FROM attempts WHERE run = ?', run);
      const number = (newest?.attempt ?? 0) + 1;
      this.#connection.run(
        `INSERT INTO attempts (run, attempt, start_step, last_step, started_at, environment, pid, boot_id, heartbeat_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        run,
        number,
        startStep,
        startStep,
        now,
        JSON.stringify(attempt.environment),
        pid,
        bootId,
        now,
      );
      this.#connection.run(
        `UPDATE runs SET state = 'running', state_reason = NULL, started_at = coalesce(started_at, ?), finished_at = NULL, environment_steps = ?,
           claimed_at = NULL, claimed_by = NULL, last_error = NULL WHERE id = ?`,
        now,
        startStep,
        run,
      );
      if (this.#connection.run('DELETE FROM queue WHERE run = ?', run).changes > 0) this.#connection.touchQueue();
      updateEvaluationColumns(this.#connection, run);
      return number;
    });
  }

  /** Ends whatever attempt is open, and drops what its trainer was asked for and did not do. */
  #end(run: string, now: number): void {
    this.#connection.run('UPDATE attempts SET ended_at = ? WHERE run = ? AND ended_at IS NULL', now, run);
    this.#connection.run('UPDATE commands SET settled_at = ? WHERE run = ? AND settled_at IS NULL', now, run);
    dropPendingEdits(this.#connection, run, now);
  }

  heartbeat(run: string, attempt: number): void {
    this.#connection.write(() => {
      this.#connection.requireCurrentAttempt(run, attempt);
      const { changes } = this.#connection.run(
        'UPDATE attempts SET heartbeat_at = ? WHERE run = ? AND attempt = ? AND ended_at IS NULL',
        Date.now(),
        run,
        attempt,
      );
      if (changes === 0) throw new StoreError('conflict', `Attempt ${attempt} of run ${run} has ended. What it stored is kept.`);
    });
  }

  close(run: string, attempt: number): void {
    this.#connection.write(() => {
      this.#connection.requireCurrentAttempt(run, attempt);
      this.#end(run, Date.now());
      measureFiles(this.#connection, run);
      this.#connection.touch(run, 'summary');
    });
  }

  reapDead(isAlive: IsAlive = processIsAlive): string[] {
    const lost = (): HeldRow[] =>
      this.#connection.all<HeldRow>(heldRows).filter(({ pid, bootId }) => pid === null || !isAlive(pid, bootId ?? ''));
    if (lost().length === 0) return [];
    return this.#connection.write(() => {
      const interrupted: string[] = [];
      // Looked at again within the transaction: another process may have reaped or resumed one meanwhile.
      for (const { run, state, pid, steps } of lost()) {
        this.#end(run, Date.now());
        measureFiles(this.#connection, run);
        this.#connection.touch(run, 'summary');
        if (state !== 'running' && state !== 'paused') continue;
        const newest =
          this.#connection.get<{ step: number | null }>(`SELECT max(step) AS step FROM ${currentCheckpoints} WHERE run = ?`, run)?.step ??
          null;
        const reason =
          `its trainer${pid === null ? '' : ` (process ${pid})`} vanished at about step ${steps}: killed, crashed or the power went. ` +
          `It can be continued from ${newest === null ? 'the start, since it has no checkpoint' : `its checkpoint at step ${newest}`}.`;
        this.#connection.run(
          `UPDATE runs SET state = 'interrupted', state_reason = ?, finished_at = ?, steps_per_second = NULL, eta_seconds = NULL WHERE id = ?`,
          reason,
          Date.now(),
          run,
        );
        interrupted.push(run);
      }
      return interrupted;
    });
  }

  list(run: string): AttemptSummary[] {
    return this.#connection.all<AttemptRow>('SELECT * FROM attempts WHERE run = ? AND attempt > 0 ORDER BY attempt', run).map((row) => ({
      attempt: row.attempt,
      startStep: row.start_step,
      startedAt: row.started_at,
      endedAt: row.ended_at,
      lastStep: row.last_step,
      supersededAfter: row.superseded_after !== null && row.last_step > row.superseded_after ? row.superseded_after : null,
      // Written by open alone.
      environment: fromJson(row.environment) as RunEnvironment,
    }));
  }

  holder(run: string): { attempt: number; pid: number; bootId: string; heartbeatAt: number } | null {
    return (
      this.#connection.get<{ attempt: number; pid: number; bootId: string; heartbeatAt: number }>(
        'SELECT attempt, pid, boot_id AS bootId, heartbeat_at AS heartbeatAt FROM attempts WHERE run = ? AND ended_at IS NULL',
        run,
      ) ?? null
    );
  }
}
