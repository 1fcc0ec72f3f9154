// The one judge of whoever holds something in the database (a run, a claim, the queue): is it at work, silent, or lost?
// The process decides where it can be looked at, its heartbeat where it cannot.
import { type Judge, judgeProcess, sharesClock } from './process-identity.ts';

export interface Beat {
  pid: number;
  bootId: string;
  /** Milliseconds since 1970. */
  heartbeatAt: number;
  /** Seconds on the boot's monotonic clock; null where an earlier Elbow wrote the row. */
  heartbeatUptime: number | null;
}

/** silent: there, as far as can be told, and says nothing: it hangs, was suspended, or computes at length. */
export type Condition = 'working' | 'silent' | 'lost';

/** After a silence of so many seconds a holder is shown as not responding. */
export const silentAfter = 30;
/** A holder that cannot be looked at (another boot, container or machine) is lost after a silence of so many seconds. */
export const lostAfter = 300;

/** Now, as rows keep it: by the calendar, and on a clock that nobody sets and that rests while the machine sleeps. */
export function beatNow(): { at: number; uptime: number } {
  return { at: Date.now(), uptime: Number(process.hrtime.bigint()) / 1e9 };
}

export function judgeHolder(holder: Beat, judge: Judge = judgeProcess): { condition: Condition; silentSeconds: number } {
  const liveness = judge(holder.pid, holder.bootId);
  const silentSeconds = secondsSince(holder);
  if (liveness === 'dead' || (liveness === 'unknown' && silentSeconds > lostAfter)) return { condition: 'lost', silentSeconds };
  return { condition: silentSeconds > silentAfter ? 'silent' : 'working', silentSeconds };
}

function secondsSince({ bootId, heartbeatAt, heartbeatUptime }: Beat): number {
  const now = beatNow();
  if (heartbeatUptime !== null && heartbeatUptime <= now.uptime && sharesClock(bootId)) return now.uptime - heartbeatUptime;
  // Also where the calendar was set back since.
  return Math.abs(now.at - heartbeatAt) / 1000;
}

/** Why a second process may not take what this one holds. */
export function describeHolder({ pid, bootId }: Pick<Beat, 'pid' | 'bootId'>, run: string, judge: Judge = judgeProcess): string {
  if (judge(pid, bootId) === 'alive')
    return `Run ${run} is being trained by process ${pid} already. Stop it there first, or watch it in the window.`;
  return (
    `Run ${run} is held by process ${pid} of another container, boot or machine, and it cannot be told from here whether that lives. ` +
    `Stop it there first. If you know that it is gone: npm run runs -- stop ${run} --now. After ${lostAfter / 60} minutes of silence it counts as lost.`
  );
}
