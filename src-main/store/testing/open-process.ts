// A process that opens a store that may not exist yet, stores a run and prints its id. Argument: data directory.
import { openStore } from '../store.ts';

const [directory = ''] = process.argv.slice(2);
const store = openStore(directory);
const run = store.runs.create({
  configuration: { task: 'reacher', agent: 'sac', seed: process.pid, device: 'cpu', threads: 1, hyperparameters: { steps: 10 } },
  name: `of ${process.pid}`,
});
process.stdout.write(`${run}\n`);
store.close();
