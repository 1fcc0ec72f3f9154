// Run by full-disk.test.ts inside a mount namespace of its own: trains on a disk that fills up and is freed
// again. Prints the outcome as JSON.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openStore } from '../store/store.ts';
import { launchTrainer, runLogPath } from './launch.ts';
import { outcomeOf, smallRun, until } from './test-run.ts';

const dataDirectory = process.argv[2] as string;
const store = openStore(dataDirectory);
const run = store.runs.create({ configuration: smallRun({ steps: 1500, 'checkpoint-minutes': 0.001 }), name: 'full disk' });
launchTrainer({ dataDirectory, run });
const log = (): string => readFileSync(runLogPath(dataDirectory, run), 'utf8');
await until('its first steps', () => store.runs.summary(run).environmentSteps > 0);

const filler = join(dataDirectory, 'filler');
for (let size = 1 << 20, blocks = 0; size >= 1; blocks += 1) {
  try {
    writeFileSync(`${filler}-${blocks}`, Buffer.alloc(size));
  } catch {
    size = Math.floor(size / 4);
  }
}
await until('its complaint', () => log().includes('could not be stored'));
const stepsWhenFull = store.runs.summary(run).environmentSteps;
for (let block = 0; block < 200; block += 1) rmSync(`${filler}-${block}`, { force: true });
await until(
  () => `its end; its log:\n${log()}`,
  () => store.runs.summary(run).state === 'finished',
  60,
);
process.stdout.write(JSON.stringify({ outcome: outcomeOf(store, run), log: log(), stepsWhenFull, damage: store.check() }));
store.close();
