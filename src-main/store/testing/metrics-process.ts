// A process that opens an attempt and commits metrics until it is killed or has done `limit` flushes. It prints
// a line for each flush that was acknowledged: the last step in it.
// Arguments: data directory, run, start step, limit.
import { openStore, processIdentity } from '../store.ts';
import type { RunEnvironment } from '../../contract/runs.ts';

const [directory = '', run = '', startStep = '0', limit = '1'] = process.argv.slice(2);
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
const attempt = store.attempts.open(run, { startStep: Number(startStep), environment, ...processIdentity() });
const writer = store.metrics.writer(run, attempt);
let step = Number(startStep);
for (let flush = 0; flush < Number(limit); flush += 1) {
  for (let point = 0; point < 40; point += 1) {
    step += 1;
    writer.append(step, { 'mean-q': step * 2, entropy: -step });
  }
  writer.flush();
  // Written at once, so that what was printed is known to be committed.
  process.stdout.write(`${step}\n`);
  // A trainer does other things between flushes too.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
}
store.attempts.close(run, attempt);
store.close();
