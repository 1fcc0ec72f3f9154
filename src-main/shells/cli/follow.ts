// Follows runs through the database until each has ended. The trainers are processes of their own: leaving
// here does not stop them, so Ctrl-C asks them to, through the same requests as the window's buttons.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Workstation } from '../../contract/requests.ts';
import type { RunState, RunSummary } from '../../contract/runs.ts';
import type { Store } from '../../store/store.ts';
import type { Output } from './output.ts';
import { describeProgress, progressRecord, readProgress } from './progress.ts';

const pollMs = 400;
/** Between two lines where none can be rewritten. */
const lineMs = 5000;
/**
 * Ctrl-C may arrive twice: from the terminal's process group, and forwarded by npm. Only a later one counts
 * as a second.
 */
const interruptPauseMs = 800;

export interface Followed {
  /** Did Ctrl-C end it before the runs had ended? */
  leftEarly: boolean;
  /** Did Ctrl-C ask the runs to stop? */
  interrupted: boolean;
  summaries: RunSummary[];
}

export interface FollowOptions {
  store: Store;
  workstation: Workstation;
  runs: readonly string[];
  share: number;
  output: Output;
}

export async function followRuns(options: FollowOptions): Promise<Followed> {
  const { store, output, runs } = options;
  const wake = new AbortController();
  let interruptedAt: number | null = null;
  let leftEarly = false;
  const interrupt = (): void => {
    const now = performance.now();
    if (interruptedAt === null) {
      interruptedAt = now;
      void stopRuns(options);
    } else if (now - interruptedAt > interruptPauseMs) {
      leftEarly = true;
      wake.abort();
    }
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);

  let lastLineAt = -Infinity;
  let lastStates = '';
  let turn = 0;
  try {
    for (;;) {
      const summaries = runs.map((run) => store.runs.summary(run));
      const open = summaries.filter(({ state }) => !hasEnded(state));
      if (open.length === 0 || leftEarly) return { leftEarly, interrupted: interruptedAt !== null, summaries };
      const states = summaries.map(({ id, state, queuePosition, waiting }) => `${id} ${state} ${queuePosition} ${waiting?.what}`).join();
      const now = performance.now();
      if (output.isTerminal && !output.isJson) {
        // One line for all: with several seeds under way they take turns.
        const active = open.filter(({ state }) => state !== 'queued');
        const shown = active.length > 0 ? active : open;
        const run = shown[Math.floor(turn / 5) % shown.length];
        turn += 1;
        if (run) output.progress(describeProgress(readProgress(store, run.id), options.share, runs.length > 1));
      } else if (now - lastLineAt >= lineMs || states !== lastStates) {
        lastLineAt = now;
        for (const { id } of open) {
          const progress = readProgress(store, id);
          output.json(progressRecord(progress));
          output.progress(describeProgress(progress, options.share, runs.length > 1));
        }
      }
      lastStates = states;
      await sleep(pollMs, undefined, { signal: wake.signal }).catch(() => undefined);
    }
  } finally {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  }
}

export function hasEnded(state: RunState): boolean {
  return state !== 'queued' && state !== 'running' && state !== 'paused';
}

/** Asks every trainer to checkpoint and stop, and takes what still waits out of the queue. */
async function stopRuns({ store, workstation, runs, output }: FollowOptions): Promise<void> {
  output.line('Stopping: a checkpoint is written first. Ctrl-C again leaves at once; the trainer then stops by itself.');
  const states = runs.map((run) => ({ run, state: store.runs.summary(run).state })).filter(({ state }) => !hasEnded(state));
  // What waits goes first: a trainer that stops would make room for it.
  states.sort((a, b) => Number(b.state === 'queued') - Number(a.state === 'queued'));
  for (const { run, state } of states) {
    try {
      if (state === 'queued') await workstation.call('queue.cancel', { run });
      else await workstation.call('runs.control', { run, action: 'stop' });
    } catch (error) {
      // It may have been claimed, or have ended, a moment ago.
      if (hasEnded(store.runs.summary(run).state)) continue;
      await workstation.call('runs.control', { run, action: 'stop' }).catch(() => {
        output.line(`Run ${run} could not be asked to stop: ${error instanceof Error ? error.message : String(error)}`);
      });
    }
  }
}
