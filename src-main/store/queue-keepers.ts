// Who starts waiting runs while nobody looks: one process, its place claimed like a run.
import type { KeepersApi } from './api.ts';
import { beatColumns } from './claims.ts';
import type { Connection } from './connection.ts';
import { StoreError } from './errors.ts';
import { type Beat, beatNow, judgeHolder } from './liveness.ts';
import type { Judge, ProcessIdentity } from './process-identity.ts';

export class QueueKeepers implements KeepersApi {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  isKept(judge?: Judge): boolean {
    const keeper = this.#connection.get<Beat>(`SELECT ${beatColumns} FROM queue_keeper`);
    // One that hangs is of no use to anybody: its place may be taken, and it ends when it wakes.
    return keeper !== undefined && judgeHolder(keeper, judge).condition === 'working';
  }

  take({ pid, bootId }: ProcessIdentity, judge?: Judge): boolean {
    return this.#connection.write(() => {
      if (this.isKept(judge)) return false;
      const { at, uptime } = beatNow();
      this.#connection.run(
        'INSERT OR REPLACE INTO queue_keeper (id, pid, boot_id, heartbeat_at, heartbeat_uptime) VALUES (1, ?, ?, ?, ?)',
        pid,
        bootId,
        at,
        uptime,
      );
      return true;
    });
  }

  heartbeat({ pid, bootId }: ProcessIdentity): void {
    const { at, uptime } = beatNow();
    const sql = 'UPDATE queue_keeper SET heartbeat_at = ?, heartbeat_uptime = ? WHERE pid = ? AND boot_id = ?';
    if (this.#connection.write(() => this.#connection.run(sql, at, uptime, pid, bootId)).changes > 0) return;
    throw new StoreError('superseded', 'Another process watches the queue now.');
  }

  leaveIfIdle(keeper: ProcessIdentity): boolean {
    return this.#connection.write(() => {
      if (this.#connection.get('SELECT 1 FROM queue LIMIT 1') !== undefined) return false;
      // A claim that nobody takes over goes back into the queue.
      if (this.#connection.get("SELECT 1 FROM runs WHERE state = 'running' AND claimed_at IS NOT NULL LIMIT 1") !== undefined) return false;
      this.leave(keeper);
      return true;
    });
  }

  leave({ pid, bootId }: ProcessIdentity): void {
    this.#connection.write(() => this.#connection.run('DELETE FROM queue_keeper WHERE pid = ? AND boot_id = ?', pid, bootId));
  }
}
