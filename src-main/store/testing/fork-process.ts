// A process that forks a run at its newest checkpoint again and again until it is killed, and prints each fork's id.
// Arguments: data directory, run, and the files that the checkpoint needs.
import { openStore } from '../store.ts';

const [directory = '', run = '', ...files] = process.argv.slice(2);
const store = openStore(directory);
const checkpoint = store.checkpoints.newest(run);
while (checkpoint) {
  process.stdout.write(`${store.runs.fork({ run, checkpoint, files, configuration: store.runs.configuration(run), name: 'a fork' })}\n`);
}
