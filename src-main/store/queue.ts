// The queue: runs beyond the machine's share wait here, and whoever has room claims the next.
import type { QueueEntry } from '../contract/runs.ts';
import type { IsAlive, QueueApi } from './api.ts';
import { checkInteger, checkLine } from './checks.ts';
import type { Connection } from './connection.ts';
import { StoreError } from './errors.ts';
import { processIsAlive } from './process-identity.ts';

/** A trainer says that it is there within a few seconds; after this, what should have started it is taken to have failed. */
const claimMilliseconds = 30_000;

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
    });
  }

  #insert(run: string, rank: number): void {
    this.#connection.run('INSERT INTO queue (run, rank, enqueued_at) VALUES (?, ?, ?) ON CONFLICT (run) DO NOTHING', run, rank, Date.now());
    this.#connection.run(
      "UPDATE runs SET state = 'queued', state_reason = NULL, finished_at = NULL, claimed_at = NULL, claimed_by = NULL WHERE id = ?",
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

  claim({ share, claimant, isAlive = processIsAlive }: { share: number; claimant: string; isAlive?: IsAlive }): string | null {
    checkInteger('share', share);
    checkLine('claimant', claimant, 200);
    return this.#connection.write(() => {
      const now = Date.now();
      for (const { id, claimed_at, claimed_by } of this.#claims()) {
        const trainer = readTrainer(claimed_by);
        if (trainer !== null && isAlive(trainer.pid, trainer.bootId)) continue;
        // Also where the clock was set back since.
        if (Math.abs(now - claimed_at) > claimMilliseconds) this.#putBack(id);
      }
      const holders = this.#connection.all<{ pid: number; boot_id: string }>('SELECT pid, boot_id FROM attempts WHERE ended_at IS NULL');
      const busy = this.#claims().length + holders.filter((holder) => isAlive(holder.pid, holder.boot_id)).length;
      if (busy >= share) return null;
      const next = this.#connection.get<{ run: string }>('SELECT run FROM queue ORDER BY rank LIMIT 1');
      if (!next) return null;
      this.#connection.run('DELETE FROM queue WHERE run = ?', next.run);
      this.#connection.run(
        "UPDATE runs SET state = 'running', state_reason = 'starting', claimed_at = ?, claimed_by = ? WHERE id = ?",
        now,
        claimant,
        next.run,
      );
      this.#connection.touch(next.run, 'summary');
      this.#connection.touchQueue();
      return next.run;
    });
  }

  takeClaim(run: string, { pid, bootId, isAlive = processIsAlive }: { pid: number; bootId: string; isAlive?: IsAlive }): void {
    checkInteger('pid', pid, 1);
    checkLine('bootId', bootId, 200);
    this.#connection.write(() => {
      this.#connection.touch(run, 'data');
      const claim = this.#claims().find(({ id }) => id === run);
      const other =
        readTrainer(claim?.claimed_by ?? null) ??
        this.#connection.get<Trainer>('SELECT pid, boot_id AS bootId FROM attempts WHERE run = ? AND ended_at IS NULL', run);
      if (other && !(other.pid === pid && other.bootId === bootId) && isAlive(other.pid, other.bootId)) {
        throw new StoreError(
          'conflict',
          `Run ${run} is being trained by process ${other.pid} already. Stop it there first, or watch it in the window.`,
        );
      }
      if (claim) this.#connection.run('UPDATE runs SET claimed_by = ? WHERE id = ?', `trainer ${pid} ${bootId}`, run);
    });
  }

  unclaim(run: string): void {
    this.#connection.write(() => {
      if (this.#claims().some(({ id }) => id === run)) this.#putBack(run);
    });
  }

  #claims(): { id: string; claimed_at: number; claimed_by: string | null }[] {
    return this.#connection.all(
      "SELECT id, claimed_at, claimed_by FROM runs WHERE state IN ('running', 'paused') AND claimed_at IS NOT NULL",
    );
  }

  #putBack(run: string): void {
    const first = this.#connection.get<{ rank: number | null }>('SELECT min(rank) AS rank FROM queue');
    this.#insert(run, (first?.rank ?? 0) - 1);
    this.#connection.touch(run, 'summary');
  }
}

interface Trainer {
  pid: number;
  bootId: string;
}

/** The trainer that has taken a claim; null where only its claimant is known yet. */
function readTrainer(claimedBy: string | null): Trainer | null {
  const [, pid, bootId] = /^trainer (\d+) (.+)$/.exec(claimedBy ?? '') ?? [];
  return pid === undefined || bootId === undefined ? null : { pid: Number(pid), bootId };
}
