// A process that claims from the queue until nothing is left for it, "trains" each run for a moment, and prints
// the number of trainers that it saw alive while it trained. Arguments: data directory, share.
import { openStore, processIdentity } from '../store.ts';
import type { RunEnvironment } from '../../contract/runs.ts';

const [directory = '', share = '1'] = process.argv.slice(2);
const environment: RunEnvironment = {
  elbowVersion: '0',
  gitState: null,
  packages: {},
  node: process.version,
  platform: process.platform,
  cpu: '',
  cpuCount: 1,
  gpu: null,
  device: 'cpu',
  threads: 1,
  modelHash: '',
  host: '',
};
const store = openStore(directory);
const pause = (milliseconds: number): void => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
while (store.queue.list().length > 0) {
  const run = store.queue.claim({ share: Number(share), claimant: `process ${process.pid}` });
  if (run === null) {
    pause(1);
    continue;
  }
  const attempt = store.attempts.open(run, { startStep: 0, environment, ...processIdentity() });
  pause(3);
  process.stdout.write(`${run} ${store.runs.list().filter((other) => other.state === 'running').length}\n`);
  store.transaction(() => {
    store.runs.setState(run, 'finished');
    store.attempts.close(run, attempt);
  });
}
store.close();
