// `npm run demo`: trains the run that ships in assets/demo and writes it there, without its checkpoints.
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { databasePath } from '../src-main/store/data-directory.ts';
import { openStore } from '../src-main/store/store.ts';

const root = path.resolve(import.meta.dirname, '..');
const scratch = path.join(root, 'out', 'demo');
const target = databasePath(path.join(root, 'assets', 'demo'));
/** Small enough to ship, long enough to run well. */
const request = [
  '--task',
  'half-cheetah',
  '--agent',
  'sac',
  '--seed',
  '1',
  '--steps',
  '60000',
  '--threads',
  '1',
  '--name',
  'demo: half-cheetah learns to run',
  '--set',
  'hidden=128,128',
  '--set',
  'evaluation-every=15000',
  '--set',
  'evaluation-episodes=5',
];

rmSync(scratch, { recursive: true, force: true });
const trained = spawnSync(process.execPath, [path.join(root, 'src-main/shells/cli/main.ts'), 'train', ...request, '--data-dir', scratch], {
  stdio: 'inherit',
});
if (trained.status !== 0) throw new Error('the demo run did not finish; assets/demo is unchanged');

const store = openStore(scratch);
const [run] = store.runs.list();
if (!run || run.state !== 'finished') throw new Error('the demo run is not in the database; assets/demo is unchanged');
store.runs.deleteCheckpoints(run.id);
store.close();

mkdirSync(path.dirname(target), { recursive: true });
rmSync(target, { force: true });
const connection = new Database(databasePath(scratch));
connection.prepare('VACUUM INTO ?').run(target);
connection.close();
console.log(`${target}: ${(statSync(target).size / 1e6).toFixed(1)} MB, last evaluation return ${run.lastReturn?.toFixed(0) ?? 'none'}`);
