// A process that asks for edits of a run one after another, as a window whose slider is dragged does, and prints how
// many milliseconds that took. Arguments: data directory, run, its name as a requester, number of edits.
import { openStore } from '../store.ts';

const [directory = '', run = '', requester = '', count = '1'] = process.argv.slice(2);
const store = openStore(directory);
const start = performance.now();
for (let value = 1; value <= Number(count); value += 1) store.edits.request(run, { changes: { temperature: value }, requester });
process.stdout.write(`${performance.now() - start}\n`);
store.close();
