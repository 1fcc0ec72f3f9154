// Trainers at work and the room for more.
import { describeWait, waitTitle } from '../../contract/run-wait.ts';
import type { DoctorLine } from '../../contract/requests.ts';
import type { Store } from '../../store/store.ts';
import { trainerShare } from '../../training/launch.ts';
import { line } from './line.ts';

export function describeTrainers(store: Store): DoctorLine[] {
  const held = store.runs.list().filter((run) => run.state === 'running' || run.state === 'paused');
  const waiting = store.queue.list().length;
  return [
    describeShare(),
    line('waiting', waiting === 0 ? 'no run' : `${waiting} ${waiting === 1 ? 'run' : 'runs'}`),
    ...held.map((run) => {
      const holder = store.attempts.holder(run.id);
      const label = `${run.name} (${run.id.slice(0, 8)})`;
      if (run.waiting !== null) {
        const advice = 'It goes on by itself once that is stored. "npm run runs -- purge" makes room on the disk.';
        return line(label, `${waitTitle(run.waiting)}: ${describeWait(run.waiting)}`, 'warning', advice);
      }
      const value = holder ? `${run.state}, process ${holder.pid}, attempt ${holder.attempt}` : `${run.state}, its trainer is starting`;
      if (run.silentSeconds === null) return line(label, value, 'ok');
      const advice = `It may be suspended, hang or compute something long. This ends its process: npm run runs -- stop ${run.id} --now`;
      return line(label, `${value}, not responding for ${run.silentSeconds} s`, 'warning', advice);
    }),
    ...describeOutstanding(store),
  ];
}

/** A trainer answers at the end of its step, or of the evaluation that it is in. */
const patienceMs = 120_000;

function describeOutstanding(store: Store): DoctorLine[] {
  return store.commands.outstanding().map(({ run, action, requester, requestedAt }) => {
    // The calendar may have been set since: no duration is shown.
    const value = `${action} of run ${run}, asked by ${requester} at ${new Date(requestedAt).toLocaleString('en-GB')}`;
    // Also where the calendar was set back since.
    if (Math.abs(Date.now() - requestedAt) < patienceMs) return line('asked of a trainer', value);
    const advice = 'Its trainer has not answered for long. It may be in a long evaluation; else its log (Runs, Log) may say why.';
    return line('asked of a trainer', value, 'warning', advice);
  });
}

function describeShare(): DoctorLine {
  try {
    return line('trainers at once', `${trainerShare()} (ELBOW_TRAINERS changes it)`, 'ok');
  } catch (error) {
    return line('trainers at once', 'unknown', 'missing', error instanceof Error ? error.message : String(error));
  }
}
