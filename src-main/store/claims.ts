// What the run's row keeps of its trainer: who was given it from the queue and has not opened an attempt yet, and its silence.
import type { Connection } from './connection.ts';
import type { Beat } from './liveness.ts';
import type { ProcessIdentity } from './process-identity.ts';

export interface Claim {
  id: string;
  claimedAt: number;
  claimedUptime: number | null;
  claimedBy: string | null;
  silentSeconds: number | null;
}

export const selectClaims = `
  SELECT id, claimed_at AS claimedAt, claimed_uptime AS claimedUptime, claimed_by AS claimedBy, silent_seconds AS silentSeconds
  FROM runs WHERE state IN ('running', 'paused') AND claimed_at IS NOT NULL`;

/** Of the attempts table, as a Beat. */
export const beatColumns = 'pid, boot_id AS bootId, heartbeat_at AS heartbeatAt, heartbeat_uptime AS heartbeatUptime';

/** `claimed_by`, once the trainer is there itself. */
export function signature({ pid, bootId }: ProcessIdentity): string {
  return `trainer ${pid} ${bootId}`;
}

/** The trainer that has taken a claim; null where only its claimant is known yet. */
export function trainerOf({ claimedBy, claimedAt, claimedUptime }: Claim): Beat | null {
  const [, pid, bootId] = /^trainer (\d+) (.+)$/.exec(claimedBy ?? '') ?? [];
  if (pid === undefined || bootId === undefined) return null;
  return { pid: Number(pid), bootId, heartbeatAt: claimedAt, heartbeatUptime: claimedUptime };
}

/** Seconds for which the run's trainer has said nothing, null where it responds. Within a write. */
export function noteSilence(connection: Connection, run: string, seconds: number | null): void {
  const sql = 'UPDATE runs SET silent_seconds = ? WHERE id = ? AND silent_seconds IS NOT ?';
  if (connection.run(sql, seconds, run, seconds).changes > 0) connection.touch(run, 'summary');
}
