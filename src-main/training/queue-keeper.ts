// The queue's keeper, a process: while runs wait and nobody looks, it notices trainers that were lost and starts what waits.
// One a data directory; it begins with whoever lets a run wait and ends once none does.
//   node queue-keeper.ts --data-dir DIR
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { databasePath } from '../store/data-directory.ts';
import { openStore, processIdentity, type Store, StoreError } from '../store/store.ts';
import { tendRuns } from './tend-runs.ts';

/** Milliseconds between two looks. */
const lookEvery = 1000;

const me = processIdentity();
const log = (line: string): void => {
  process.stdout.write(`${new Date().toISOString()} keeper ${me.pid}: ${line}\n`);
};

/** True where there is nothing left to watch. */
function look(store: Store): boolean {
  store.keepers.heartbeat(me);
  const { interrupted, started } = tendRuns(store);
  for (const run of interrupted) log(`the trainer of run ${run} was lost; the run is interrupted`);
  for (const run of started) log(`started run ${run}`);
  return store.keepers.leaveIfIdle(me);
}

async function watch(store: Store, signal: AbortSignal): Promise<void> {
  let trouble = '';
  // A data directory that was taken away is nobody's to watch.
  while (!signal.aborted && existsSync(databasePath(store.dataDirectory))) {
    try {
      if (look(store)) return log('no run waits any more');
      trouble = '';
    } catch (error) {
      if (error instanceof StoreError && error.code === 'superseded') return log(error.message);
      // A busy database, a full disk, a trainer that cannot be started: said once, and tried again.
      const message = error instanceof Error ? error.message : String(error);
      if (message !== trouble) log(message);
      trouble = message;
    }
    await sleep(lookEvery, undefined, { signal }).catch(() => undefined);
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { 'data-dir': { type: 'string' } } });
  const dataDirectory = values['data-dir'];
  if (dataDirectory === undefined) throw new Error('usage: queue-keeper --data-dir DIR');
  if (!existsSync(databasePath(dataDirectory))) return;
  const end = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, () => end.abort());
  // The terminal that started it may close.
  process.on('SIGHUP', () => {});
  const store = openStore(dataDirectory);
  try {
    if (!store.keepers.take(me)) return;
    log(`watches the queue: ${store.queue.list().length} waiting`);
    await watch(store, end.signal);
    store.keepers.leave(me);
  } finally {
    store.close();
  }
}

main().catch((error: unknown) => {
  log(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
