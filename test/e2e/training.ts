// Real training for the browser tests, started on the command line as a person would.
import { spawn } from 'node:child_process';
import path from 'node:path';
import type { Store } from '../../src-main/store/store.ts';
import { until, type Elbow } from './support.ts';

const root = path.resolve(import.meta.dirname, '..', '..');

/** Networks and batches so small that a second of training is enough to see something. */
const small = ['hidden=16,16', 'batch-size=16', 'warm-up=100', 'evaluation-every=300', 'evaluation-episodes=4'];

/** Starts `npm run train` on inverted-pendulum; returns the run's id as soon as it is stored. */
export async function trainInverted(elbow: Elbow, name: string, steps: number): Promise<string> {
  const child = spawn(
    process.execPath,
    [
      'src-main/shells/cli/main.ts',
      'train',
      '--task',
      'inverted-pendulum',
      '--steps',
      String(steps),
      '--seed',
      '1',
      '--threads',
      '1',
      '--name',
      name,
      ...small.flatMap((setting) => ['--set', setting]),
      '--data-dir',
      elbow.dataDirectory,
    ],
    { cwd: root, stdio: 'ignore' },
  );
  child.unref();
  const find = (store: Store): string => {
    const found = store.runs.list().find((run) => run.name === name);
    if (found === undefined) throw new Error(`no run ${name} yet`);
    return found.id;
  };
  return until(() => find(elbow.store));
}
