// Trainers at work and the room for more.
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
      return line(
        `${run.name} (${run.id.slice(0, 8)})`,
        holder ? `${run.state}, process ${holder.pid}, attempt ${holder.attempt}` : `${run.state}, its trainer is starting`,
        'ok',
      );
    }),
    ...describeOutstanding(store),
  ];
}

/** A trainer answers at the end of its step, or of the evaluation that it is in. */
const patienceMs = 120_000;

function describeOutstanding(store: Store): DoctorLine[] {
  return store.commands.outstanding().map(({ run, action, requester, requestedAt }) => {
    const waited = Date.now() - requestedAt;
    const value = `${action} of run ${run}, asked by ${requester} ${Math.max(0, Math.round(waited / 1000))} s ago`;
    return waited < patienceMs
      ? line('asked of a trainer', value)
      : line(
          'asked of a trainer',
          value,
          'warning',
          'Its trainer has not answered for long. It may be in a long evaluation; else its log (Runs, Log) may say why.',
        );
  });
}

function describeShare(): DoctorLine {
  try {
    return line('trainers at once', `${trainerShare()} (ELBOW_TRAINERS changes it)`, 'ok');
  } catch (error) {
    return line('trainers at once', 'unknown', 'missing', error instanceof Error ? error.message : String(error));
  }
}
