// The queue: runs beyond the machine's share wait here, and whoever has room claims the next.
import type { QueueEntry } from '../contract/runs.ts';
import type { QueueApi } from './api.ts';
import { checkInteger, checkLine } from './checks.ts';
import { beatColumns, type Claim, noteSilence, selectClaims, signature, trainerOf } from './claims.ts';
import type { Connection } from './connection.ts';
import { StoreError } from './errors.ts';
import { type Beat, beatNow, describeHolder, judgeHolder } from './liveness.ts';
import type { Judge, ProcessIdentity } from './process-identity.ts';

/** A trainer says that it is there within a few seconds; after this, what should have started it is taken to have failed. */
const claimMilliseconds = 30_000;
/** Starts in a row after which a run whose trainer never got to open an attempt is given up. */
const launchLimit = 3;
const launchText = (run: string): string =>
  `Its trainer was started three times and ended before it began; its log may say why. Nothing was lost. Once that is mended: npm run train -- --resume ${run}`;

export class Queue implements QueueApi {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  list(): QueueEntry[] {
    return this.#connection.all<QueueEntry>(
      `SELECT queue.run, row_number() OVER (ORDER BY rank) AS position, runs.name, enqueued_at AS enqueuedAt
       FROM queue JOIN runs ON runs.id = queue.run ORDER BY rank`,
    );
  }

  enqueue(run: string): void {
    this.#connection.write(() => {
      this.#connection.touch(run, 'summary');
      const row = this.#connection.get<{ state: string; deleted_at: number | null }>(
        'SELECT state, deleted_at FROM runs WHERE id = ?',
        run,
      );
      if (row?.deleted_at !== null)
        throw new StoreError('conflict', `Run ${run} was deleted and cannot wait in the queue. Restore it first.`);
      if (row.state === 'running' || row.state === 'paused') {
        throw new StoreError('conflict', `Run ${run} is ${row.state} already and cannot wait in the queue.`);
      }
      const last = this.#connection.get<{ rank: number | null }>('SELECT max(rank) AS rank FROM queue');
      this.#insert(run, (last?.rank ?? 0) + 1);
      this.#connection.run('UPDATE runs SET launches = 0 WHERE id = ?', run);
    });
  }

  #insert(run: string, rank: number): void {
    this.#connection.run('INSERT INTO queue (run, rank, enqueued_at) VALUES (?, ?, ?) ON CONFLICT (run) DO NOTHING', run, rank, Date.now());
    this.#connection.run(
      "UPDATE runs SET state = 'queued', state_reason = NULL, finished_at = NULL, claimed_at = NULL, claimed_by = NULL, silent_seconds = NULL WHERE id = ?",
      run,
    );
    this.#connection.touchQueue();
  }

  #requireWaiting(run: string): void {
    if (this.#connection.get('SELECT 1 FROM queue WHERE run = ?', run)) return;
    this.#connection.touch(run, 'data');
    throw new StoreError('conflict', `Run ${run} does not wait in the queue: it may have started or been taken out meanwhile.`);
  }

  move(run: string, position: number): void {
    checkInteger('position', position, 1);
    this.#connection.write(() => {
      this.#requireWaiting(run);
      const order = this.#connection.all<{ run: string }>('SELECT run FROM queue WHERE run <> ? ORDER BY rank', run).map((row) => row.run);
      order.splice(position - 1, 0, run);
      order.forEach((id, index) => this.#connection.run('UPDATE queue SET rank = ? WHERE run = ?', index + 1, id));
      this.#connection.touchQueue();
    });
  }

  cancel(run: string): void {
    this.#connection.write(() => {
      this.#requireWaiting(run);
      this.#connection.run('DELETE FROM queue WHERE run = ?', run);
      this.#connection.run(
        "UPDATE runs SET state = 'stopped', state_reason = 'taken out of the queue', finished_at = ? WHERE id = ?",
        Date.now(),
        run,
      );
      this.#connection.touch(run, 'summary');
      this.#connection.touchQueue();
    });
  }

  claim({ share, claimant, judge }: { share: number; claimant: string; judge?: Judge }): string | null {
    checkInteger('share', share);
    checkLine('claimant', claimant, 200);
    return this.#connection.write(() => {
      const { at, uptime } = beatNow();
      for (const claim of this.#claims()) {
        const trainer = trainerOf(claim);
        // Also where the calendar was set back since.
        const isOver =
          trainer === null ? Math.abs(at - claim.claimedAt) > claimMilliseconds : judgeHolder(trainer, judge).condition === 'lost';
        if (isOver) this.#putBack(claim.id);
      }
      const holders = this.#connection.all<Beat>(`SELECT ${beatColumns} FROM attempts WHERE ended_at IS NULL`);
      const busy = this.#claims().length + holders.filter((holder) => judgeHolder(holder, judge).condition !== 'lost').length;
      if (busy >= share) return null;
      const next = this.#nextToLaunch();
      if (next === null) return null;
      this.#connection.run('DELETE FROM queue WHERE run = ?', next);
      this.#connection.run(
        `UPDATE runs SET state = 'running', state_reason = 'starting', launches = launches + 1, claimed_at = ?, claimed_uptime = ?,
           claimed_by = ? WHERE id = ?`,
        at,
        uptime,
        claimant,
        next,
      );
      this.#connection.touch(next, 'summary');
      this.#connection.touchQueue();
      return next;
    });
  }

  /**
   * The first run in the queue. A trainer that dies before it can say why (a crash below JavaScript) leaves its run waiting
   * again, and it would be started for ever: such a run fails instead.
   */
  #nextToLaunch(): string | null {
    for (;;) {
      const next = this.#connection.get<{ run: string; launches: number }>(
        'SELECT run, launches FROM queue JOIN runs ON runs.id = queue.run ORDER BY rank LIMIT 1',
      );
      if (next === undefined) return null;
      if (next.launches < launchLimit) return next.run;
      this.#connection.run('DELETE FROM queue WHERE run = ?', next.run);
      this.#connection.run(
        "UPDATE runs SET state = 'failed', state_reason = ?, last_error = ?, finished_at = ? WHERE id = ?",
        launchText(next.run),
        launchText(next.run),
        Date.now(),
        next.run,
      );
      this.#connection.touch(next.run, 'summary');
      this.#connection.touchQueue();
    }
  }

  takeClaim(run: string, { pid, bootId, judge }: ProcessIdentity & { judge?: Judge }): boolean {
    checkInteger('pid', pid, 1);
    checkLine('bootId', bootId, 200);
    return this.#connection.write(() => {
      this.#connection.touch(run, 'data');
      const claim = this.#claims().find(({ id }) => id === run);
      const other =
        (claim && trainerOf(claim)) ??
        this.#connection.get<Beat>(`SELECT ${beatColumns} FROM attempts WHERE run = ? AND ended_at IS NULL`, run);
      if (other && !(other.pid === pid && other.bootId === bootId) && judgeHolder(other, judge).condition !== 'lost')
        throw new StoreError('conflict', describeHolder(other, run, judge));
      if (claim) this.#renew(run, { pid, bootId });
      return claim !== undefined;
    });
  }

  renewClaim(run: string, trainer: ProcessIdentity): void {
    this.#connection.write(() => {
      const claimedBy = this.#claims().find(({ id }) => id === run)?.claimedBy;
      if (claimedBy !== signature(trainer))
        throw new StoreError('superseded', `Run ${run} was taken from process ${trainer.pid}, which was about to train it.`);
      this.#renew(run, trainer);
    });
  }

  #renew(run: string, trainer: ProcessIdentity): void {
    const { at, uptime } = beatNow();
    this.#connection.run(
      'UPDATE runs SET claimed_by = ?, claimed_at = ?, claimed_uptime = ? WHERE id = ?',
      signature(trainer),
      at,
      uptime,
      run,
    );
    noteSilence(this.#connection, run, null);
  }

  unclaim(run: string): void {
    this.#connection.write(() => {
      if (!this.#claims().some(({ id }) => id === run)) return;
      this.#putBack(run);
      // Nothing was started.
      this.#connection.run('UPDATE runs SET launches = max(0, launches - 1) WHERE id = ?', run);
    });
  }

  #claims(): Claim[] {
    return this.#connection.all<Claim>(selectClaims);
  }

  #putBack(run: string): void {
    const first = this.#connection.get<{ rank: number | null }>('SELECT min(rank) AS rank FROM queue');
    this.#insert(run, (first?.rank ?? 0) - 1);
    this.#connection.touch(run, 'summary');
  }
}
