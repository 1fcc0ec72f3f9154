// Ends a trainer that does not respond: exactly the process that holds the run, after its identity was looked at again.
import { setTimeout as delay } from 'node:timers/promises';
import { judgeProcess, type Store, StoreError } from '../store/store.ts';

/** Milliseconds that a trainer is given after SIGTERM, and the system to end it after SIGKILL. */
const patience = { term: 5000, kill: 5000 };
const lookEvery = 50;

/** signal: that ended it; null where it was gone already, or runs where nothing can be sent to it. */
export interface Ended {
  pid: number;
  signal: 'SIGTERM' | 'SIGKILL' | null;
}

/**
 * Sends SIGTERM (write a checkpoint and stop), and SIGKILL to one that is still there 5 s later. A run that its trainer did
 * not end itself becomes `interrupted`; one whose process cannot be reached from here is taken from it, so that the trainer
 * ends itself the next time it writes.
 * @throws StoreError conflict where no trainer holds the run, or the process cannot be ended
 */
export async function endTrainer(store: Store, run: string, requester: string): Promise<Ended> {
  const trainer = store.attempts.trainer(run);
  if (trainer === null) {
    const { state } = store.runs.summary(run);
    throw new StoreError('conflict', `Run ${run} is ${state}: no trainer holds it that could be ended.`);
  }
  const { pid, bootId, attempt } = trainer;
  const signal = await endProcess(pid, bootId);
  store.transaction(() => {
    const now = store.attempts.trainer(run);
    // It may have stopped as it was asked to, or somebody may have continued the run.
    if (now === null || now.pid !== pid || now.bootId !== bootId) return;
    const how = signal === null ? 'was given up' : `was ended with ${signal}`;
    if (attempt !== null) {
      const step = store.runs.summary(run).environmentSteps;
      store.events.append(run, attempt, {
        step,
        kind: 'stopped',
        message: `Its trainer (process ${pid}) ${how} by ${requester}.`,
        requester,
      });
    }
    store.attempts.interrupt(run, `its trainer (process ${pid}) ${how} by ${requester}`);
  });
  return { pid, signal };
}

async function endProcess(pid: number, bootId: string): Promise<Ended['signal']> {
  let sent: Ended['signal'] = null;
  for (const [signal, milliseconds] of [
    ['SIGTERM', patience.term],
    ['SIGKILL', patience.kill],
  ] as const) {
    // Nobody else's process is ended: the pid may be another one's by now.
    if (judgeProcess(pid, bootId) !== 'alive') return sent;
    try {
      process.kill(pid, signal);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ESRCH') return sent;
      throw new StoreError('conflict', `Process ${pid} cannot be ended from here (${code ?? String(error)}): it may be another user's.`);
    }
    sent = signal;
    const end = performance.now() + milliseconds;
    while (performance.now() < end) {
      await delay(lookEvery);
      if (judgeProcess(pid, bootId) === 'dead') return sent;
    }
  }
  throw new StoreError(
    'conflict',
    `Process ${pid} does not end, even by SIGKILL: the system itself waits for something, such as a disk. The run stays with it.`,
  );
}
