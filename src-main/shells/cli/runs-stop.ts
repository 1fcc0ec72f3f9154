// `npm run runs -- stop RUN`: asks a run's trainer to stop, takes a waiting run out of the queue, or ends a trainer that does
// not respond.
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunSummary } from '../../contract/runs.ts';
import { exitCodes, type ExitCode } from './failure.ts';
import { hasEnded } from './follow.ts';
import { describeSilence, formatCount } from './format.ts';
import { createOutput, type Output } from './output.ts';
import { type CommonOptions, openSession, resolveRun, type Session } from './session.ts';

export interface StopOptions extends CommonOptions {
  now?: boolean;
}

const pollMs = 200;

export async function stopRun(given: string, options: StopOptions): Promise<ExitCode> {
  const output = createOutput(options.json === true);
  const session = await openSession(options);
  try {
    const { store, workstation } = session;
    const run = resolveRun(store, given);
    const { state } = store.runs.summary(run);
    if (state === 'queued') await workstation.call('queue.cancel', { run });
    else if (options.now === true) {
      const { pid, signal } = await workstation.call('runs.end', { run });
      output.line(
        signal === null
          ? `Process ${pid}, which trained run ${run}, is gone or cannot be reached from here. The run was taken from it; if it lives, it ends itself.`
          : `Ended process ${pid}, which trained run ${run}, with ${signal}.`,
      );
    } else {
      await workstation.call('runs.control', { run, action: 'stop' });
      if (!(await waitForEnd(session, run, output))) return exitCodes.failed;
    }
    report(output, store.runs.summary(run));
    return exitCodes.done;
  } finally {
    await session.close();
  }
}

/** False where the trainer does not respond. */
async function waitForEnd({ store }: Session, run: string, output: Output): Promise<boolean> {
  output.line('Stopping: a checkpoint is written first. Ctrl-C leaves; what was asked for stands.');
  for (;;) {
    const summary = store.runs.summary(run);
    if (hasEnded(summary.state)) return true;
    if (summary.silentSeconds !== null) {
      const advice = `Run ${run} is ${describeSilence(summary.silentSeconds)}. End its process with: npm run runs -- stop ${run} --now`;
      output.line(advice);
      output.json({ kind: 'error', message: advice, exitCode: exitCodes.failed });
      return false;
    }
    await sleep(pollMs);
  }
}

function report(output: Output, { id, name, state, stateReason, environmentSteps, totalSteps }: RunSummary): void {
  const reason = stateReason === null ? '' : `: ${stateReason}`;
  output.line(`Run ${id} (${name}) is ${state} at step ${formatCount(environmentSteps)} of ${formatCount(totalSteps)}${reason}`);
  output.json({ kind: 'stopped', run: id, status: state, stateReason, environmentSteps, totalSteps });
}
