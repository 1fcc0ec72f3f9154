// Attempts: which process holds a run, and from which step on its rows count.
import type { AttemptSummary, RunEnvironment } from '../contract/runs.ts';
import type { AttemptsApi, NewAttempt, Trainer } from './api.ts';
import { checkInteger, checkLine } from './checks.ts';
import { beatColumns, type Claim, noteSilence, selectClaims, trainerOf } from './claims.ts';
import { currentCheckpoints } from './current-rows.ts';
import { fromJson } from './columns.ts';
import type { Connection } from './connection.ts';
import { dropPendingEdits } from './edits.ts';
import { StoreError } from './errors.ts';
import { updateEvaluationColumns } from './evaluations.ts';
import { type Beat, beatNow, describeHolder, judgeHolder } from './liveness.ts';
import type { Judge } from './process-identity.ts';
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

interface OpenRow extends Beat {
  run: string;
  attempt: number;
  silentSeconds: number | null;
}

const selectOpen = `
  SELECT attempts.run AS run, attempt, ${beatColumns}, silent_seconds AS silentSeconds
  FROM attempts JOIN runs ON runs.id = attempts.run WHERE ended_at IS NULL`;

/** Runs said to be held that nobody holds, claims apart: their trainer never came so far. */
const selectOrphans = `
  SELECT id AS run FROM runs WHERE state IN ('running', 'paused') AND claimed_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM attempts WHERE attempts.run = runs.id AND ended_at IS NULL)`;

export class Attempts implements AttemptsApi {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  open(run: string, attempt: NewAttempt, judge?: Judge): number {
    const startStep = checkInteger('startStep', attempt.startStep);
    const pid = checkInteger('pid', attempt.pid, 1);
    const bootId = checkLine('bootId', attempt.bootId, 200);
    return this.#connection.write(() => {
      this.#connection.touch(run, 'summary');
      const row = this.#connection.get<{ deleted_at: number | null }>('SELECT deleted_at FROM runs WHERE id = ?', run);
      if (row?.deleted_at !== null) throw new StoreError('conflict', `Run ${run} was deleted and cannot be trained. Restore it first.`);
      const former = this.holder(run);
      if (former && !(former.pid === pid && former.bootId === bootId) && judgeHolder(former, judge).condition !== 'lost')
        throw new StoreError('conflict', describeHolder(former, run, judge));
      const { at: now, uptime } = beatNow();
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
        `INSERT INTO attempts (run, attempt, start_step, last_step, started_at, environment, pid, boot_id, heartbeat_at, heartbeat_uptime)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        run,
        number,
        startStep,
        startStep,
        now,
        JSON.stringify(attempt.environment),
        pid,
        bootId,
        now,
        uptime,
      );
      this.#connection.run(
        `UPDATE runs SET state = 'running', state_reason = NULL, started_at = coalesce(started_at, ?), finished_at = NULL, environment_steps = ?,
           claimed_at = NULL, claimed_by = NULL, last_error = NULL, launches = 0, silent_seconds = NULL WHERE id = ?`,
        now,
        startStep,
        run,
      );
      if (this.#connection.run('DELETE FROM queue WHERE run = ?', run).changes > 0) this.#connection.touchQueue();
      updateEvaluationColumns(this.#connection, run);
      return number;
    });
  }

  /** Ends whatever attempt is open, and drops what its trainer was asked for and did not do. The calendar may have been set back since it began. */
  #end(run: string, now: number): void {
    this.#connection.run('UPDATE attempts SET ended_at = max(?, started_at) WHERE run = ? AND ended_at IS NULL', now, run);
    this.#connection.run('UPDATE commands SET settled_at = max(?, requested_at) WHERE run = ? AND settled_at IS NULL', now, run);
    this.#connection.run('UPDATE runs SET silent_seconds = NULL WHERE id = ?', run);
    dropPendingEdits(this.#connection, run, now);
  }

  heartbeat(run: string, attempt: number): void {
    this.#connection.write(() => {
      this.#connection.requireCurrentAttempt(run, attempt);
      const { at, uptime } = beatNow();
      this.#connection.run(
        'UPDATE attempts SET heartbeat_at = ?, heartbeat_uptime = ? WHERE run = ? AND attempt = ?',
        at,
        uptime,
        run,
        attempt,
      );
      noteSilence(this.#connection, run, null);
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

  reapDead(judge?: Judge): string[] {
    const lost = (): { run: string; pid: number | null }[] => [
      ...this.#connection.all<OpenRow>(selectOpen).filter((row) => judgeHolder(row, judge).condition === 'lost'),
      ...this.#connection.all<{ run: string }>(selectOrphans).map(({ run }) => ({ run, pid: null })),
    ];
    if (lost().length === 0) return [];
    // Looked at again within the transaction: another process may have reaped or resumed one meanwhile.
    return this.#connection.write(() =>
      lost().flatMap(({ run, pid }) =>
        this.#interrupt(run, (step) => {
          const trainer = `its trainer${pid === null ? '' : ` (process ${pid})`}`;
          return `${trainer} vanished at about step ${step}: killed, crashed or the power went`;
        })
          ? [run]
          : [],
      ),
    );
  }

  noteSilence(judge?: Judge): string[] {
    const claims = this.#connection.all<Claim>(selectClaims).flatMap((claim) => {
      const trainer = trainerOf(claim);
      return trainer === null ? [] : [{ ...trainer, run: claim.id, silentSeconds: claim.silentSeconds }];
    });
    const news = [...this.#connection.all<OpenRow>(selectOpen), ...claims].flatMap((trainer) => {
      const { condition, silentSeconds } = judgeHolder(trainer, judge);
      const noted = condition === 'silent' ? Math.round(silentSeconds) : null;
      return noted === trainer.silentSeconds ? [] : [{ trainer, noted }];
    });
    if (news.length === 0) return [];
    return this.#connection.write(() => {
      for (const { trainer, noted } of news) {
        const now = this.trainer(trainer.run);
        if (now?.pid === trainer.pid && now.bootId === trainer.bootId) noteSilence(this.#connection, trainer.run, noted);
      }
      return news.map(({ trainer }) => trainer.run);
    });
  }

  interrupt(run: string, cause: string): void {
    checkLine('cause', cause, 1000);
    this.#connection.write(() => this.#interrupt(run, (step) => `${cause} at about step ${step}`));
  }

  /** Within a write. False where no trainer was said to hold the run: only what was left of one is tidied up. */
  #interrupt(run: string, describe: (step: number) => string): boolean {
    const now = Date.now();
    this.#end(run, now);
    measureFiles(this.#connection, run);
    this.#connection.touch(run, 'summary');
    const held = this.#connection.get<{ steps: number }>(
      "SELECT environment_steps AS steps FROM runs WHERE id = ? AND state IN ('running', 'paused')",
      run,
    );
    if (held === undefined) return false;
    const newest =
      this.#connection.get<{ step: number | null }>(`SELECT max(step) AS step FROM ${currentCheckpoints} WHERE run = ?`, run)?.step ?? null;
    const from = newest === null ? 'the start, since it has no checkpoint' : `its checkpoint at step ${newest}`;
    this.#connection.run(
      `UPDATE runs SET state = 'interrupted', state_reason = ?, finished_at = max(?, coalesce(started_at, 0)), steps_per_second = NULL,
         eta_seconds = NULL, claimed_at = NULL, claimed_by = NULL WHERE id = ?`,
      `${describe(held.steps)}. It can be continued from ${from}.`,
      now,
      run,
    );
    return true;
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

  holder(run: string): (Beat & { attempt: number }) | null {
    return (
      this.#connection.get<Beat & { attempt: number }>(
        `SELECT attempt, ${beatColumns} FROM attempts WHERE run = ? AND ended_at IS NULL`,
        run,
      ) ?? null
    );
  }

  trainer(run: string): Trainer | null {
    const holder = this.holder(run);
    if (holder !== null) return holder;
    const claim = this.#connection.get<Claim>(`${selectClaims} AND id = ?`, run);
    const trainer = claim === undefined ? null : trainerOf(claim);
    return trainer === null ? null : { ...trainer, attempt: null };
  }
}
