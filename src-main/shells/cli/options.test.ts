// How arguments are read before anything knows their names.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore } from '../../store/store.ts';
import { smallRun } from '../../training/test-run.ts';
import { spreadAssignments } from './options.ts';
import { runCli } from './testing.ts';

describe('spreadAssignments', () => {
  it.each<[string, string]>([
    ['rollback run --set a=1 b=2', 'rollback run --set a=1 --set b=2'],
    ['rollback --set a=1 b=2 run', 'rollback --set a=1 --set b=2 run'],
    ['train --set a=1 --set-task b=2 c=3 --steps 5', 'train --set a=1 --set-task b=2 --set-task c=3 --steps 5'],
    ['evaluate run --variant a=1 b=-2', 'evaluate run --variant a=1 --variant b=-2'],
    ['fork run --set a --steps 5', 'fork run --set a --steps 5'],
    ['set run a=1 b=2', 'set run a=1 b=2'],
    ['fork --set a=1 -- b=2', 'fork --set a=1 -- b=2'],
    ['train --set a=1 --name=x b=2', 'train --set a=1 --name=x b=2'],
  ])('reads %s as %s', (given, spread) => expect(spreadAssignments(given.split(' '))).toEqual(spread.split(' ')));
});

describe('the command line', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'elbow-options-'));
  const names = ['-5', '-x', '--json', 'a=b'];
  const ids = new Map<string, string>();
  beforeAll(() => {
    const store = openStore(folder);
    for (const name of names) ids.set(name, store.runs.create({ configuration: smallRun(), name }));
    store.close();
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  const runs = (...given: string[]) => runCli(['runs', ...given], { env: { ELBOW_DATA_DIR: folder, ELBOW_TRAINERS: '1' } });

  it.each(names)('reaches a run named %s', async (name) => {
    expect((await runs('show', '--', name)).stdout).toContain(ids.get(name));
    expect(await runs('delete', '--', name)).toMatchObject({ code: 0 });
    expect(await runs('restore', ids.get(name) ?? '')).toMatchObject({ code: 0 });
  });
  it('reaches a run whose name is a number below 0 as it is', async () => {
    expect((await runs('show', '-5')).stdout).toContain(ids.get('-5'));
    expect((await runs('set', '-5', 'entropy-target=-3')).stderr).toContain(`Run ${ids.get('-5')}`);
  });
  it('says how to reach one that looks like an option', async () => {
    expect(await runs('show', '-x')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(
        /^Unknown option '-x'\n\(a run whose name begins with a hyphen is given after --: npm run runs -- show -- NAME\)/,
      ) as string,
    });
  });
  it('takes several values after one --set', async () => {
    const wrong = await runs('rollback', '--set', 'discount=0.9', 'batch-siz=3', '--', '-x');
    expect(wrong.stderr).not.toMatch(/too many|missing required/i);
    const queued = await runCli(
      [
        'train',
        '--task',
        'reacher',
        '--queue',
        '--name',
        'q',
        '--set',
        'discount=0.9',
        'batch-size=32',
        '--set-task',
        'gravity-scale=0.5',
        'time-limit=40',
      ],
      { env: { ELBOW_DATA_DIR: folder, ELBOW_TRAINERS: '1' } },
    );
    expect(queued).toMatchObject({ code: 0, stderr: '' });
    const { stdout } = await runs('show', 'q', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      configuration: {
        hyperparameters: { discount: 0.9, 'batch-size': 32 },
        taskOptions: { 'gravity-scale': 0.5, 'time-limit': 40 },
      },
    });
  });
});
