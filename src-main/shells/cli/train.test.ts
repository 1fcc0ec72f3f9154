// The command line on a real trainer and a real database: a short run from its start to its evaluation.
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore } from '../../store/store.ts';
import { parseLines, runCli, startCli } from './testing.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'elbow-train-'));
  chmodSync(folder, 0o755);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const small = ['--set', 'hidden=16,16', '--set', 'batch-size=16', '--set', 'warm-up=100', '--set', 'evaluation-episodes=2'];
const resultKeys = [
  'kind',
  'run',
  'status',
  'reason',
  'environmentSteps',
  'gradientSteps',
  'evaluationReturn',
  'evaluationSuccess',
  'environmentStepsPerSecond',
  'stateHash',
];

describe('a short run', () => {
  let env: NodeJS.ProcessEnv = {};
  let run = '';
  let firstHash = '';
  beforeAll(async () => {
    env = { ELBOW_DATA_DIR: path.join(folder, 'short') };
    const { code, stdout, stderr } = await runCli(
      ['train', '--task', 'inverted-pendulum', '--steps', '400', '--seed', '3', '--name', 'first try', ...small, '--json'],
      { env },
    );
    expect(stderr).toBe('');
    expect(code).toBe(0);
    const lines = parseLines(stdout);
    const last = lines.at(-1);
    expect(Object.keys(last ?? {})).toEqual(resultKeys);
    expect(last).toMatchObject({
      kind: 'result',
      status: 'finished',
      environmentSteps: 400,
      gradientSteps: 300,
      stateHash: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    });
    expect(last?.['evaluationReturn']).toBeGreaterThan(0);
    expect(last?.['environmentStepsPerSecond']).toBeGreaterThan(0);
    for (const line of lines.slice(0, -1)) expect(line).toMatchObject({ kind: 'progress', run: last?.['run'], totalSteps: 400 });
    run = last?.['run'] as string;
    firstHash = last?.['stateHash'] as string;
  });

  it('lands in the data directory that the environment names, and nothing is found in another', async () => {
    const here = parseLines((await runCli(['runs', 'list', '--json'], { env })).stdout);
    expect(here).toMatchObject([{ id: run, name: 'first try', task: 'inverted-pendulum', agent: 'sac', seed: 3, state: 'finished' }]);
    const elsewhere = await runCli(['runs', 'list', '--data-dir', path.join(folder, 'elsewhere')], { env });
    expect(elsewhere).toMatchObject({ code: 0, stdout: expect.stringContaining('No run is stored here yet') as string });
  });

  it('is shown, by the beginning of its id or by its name, in aligned columns without colour', async () => {
    for (const given of [run.slice(0, 5), 'first try']) {
      const { code, stdout } = await runCli(['runs', 'show', given], { env });
      expect(code).toBe(0);
      expect(stdout).toContain(firstHash);
      expect(stdout).toMatch(/batch-size +16\n/);
      expect(stdout).not.toContain('\u001b');
    }
    const [head = '', row = ''] = (await runCli(['runs', 'list'], { env })).stdout.split('\n');
    expect(row.indexOf('first try')).toBe(head.indexOf('name'));
    expect(row.indexOf('inverted-pendulum')).toBe(head.indexOf('task'));
    const [detail] = parseLines((await runCli(['runs', 'show', run, '--json'], { env })).stdout);
    expect(detail).toMatchObject({
      id: run,
      run,
      status: 'finished',
      gradientSteps: 300,
      configuration: { seed: 3, hyperparameters: { hidden: [16, 16] } },
    });
  });

  it('suggests the run that was meant', async () => {
    const { code, stderr } = await runCli(['runs', 'show', `${run.slice(0, -1)}_`], { env });
    expect(stderr).toContain(`${run} (first try)`);
    expect(code).toBe(2);
  });

  it('is evaluated again and again to the same returns; sampled actions give others', async () => {
    const evaluate = async (...given: string[]) => {
      const { code, stdout, stderr } = await runCli(['runs', 'evaluate', run, '--episodes', '3', '--seed', '5', '--json', ...given], {
        env,
      });
      expect(stderr).toBe('');
      expect(code).toBe(0);
      return parseLines(stdout).at(-1) as {
        returns: number[];
        mean: number;
        min: number;
        max: number;
        standardDeviation: number;
        step: number;
      };
    };
    const [first, again, atStep, sampled] = [
      await evaluate(),
      await evaluate(),
      await evaluate('--step', '400'),
      await evaluate('--sampled'),
    ];
    expect(first).toMatchObject({ step: 400, sampled: false, seed: 5, episodes: 3 });
    expect(again).toEqual(first);
    expect(atStep.returns).toEqual(first.returns);
    expect(sampled.returns).not.toEqual(first.returns);
    expect(first.mean).toBeCloseTo(first.returns.reduce((sum, value) => sum + value, 0) / 3, 10);
    expect([first.min, first.max]).toEqual([Math.min(...first.returns), Math.max(...first.returns)]);
    const missing = await runCli(['runs', 'evaluate', run, '--step', '7'], { env });
    expect(missing).toMatchObject({ code: 2, stderr: expect.stringMatching(/no policy at step 7.*400/) as string });
  });

  it('is extended by --resume with more steps', async () => {
    const { code, stdout } = await runCli(['train', '--resume', run, '--steps', '500', '--json'], { env });
    expect(code).toBe(0);
    expect(parseLines(stdout).at(-1)).toMatchObject({ run, status: 'finished', environmentSteps: 500, gradientSteps: 400 });
    expect(parseLines(stdout).at(-1)?.['stateHash']).not.toBe(firstHash);
  });

  it('is not continued once its checkpoints are deleted, and stays finished', async () => {
    const store = openStore(env['ELBOW_DATA_DIR'] ?? '');
    store.runs.deleteCheckpoints(run);
    const { code, stdout } = await runCli(['train', '--resume', run, '--steps', '600', '--json'], { env });
    expect(code).toBe(1);
    expect(parseLines(stdout)).toMatchObject([
      { kind: 'error', message: expect.stringMatching(/checkpoints have been deleted.*new run.*Nothing was changed/) as string },
    ]);
    expect(store.runs.summary(run)).toMatchObject({ state: 'finished', totalSteps: 500 });
    store.close();
  });

  it('is deleted, restored and deleted again', async () => {
    expect(await runCli(['runs', 'delete', run], { env })).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`npm run runs -- restore ${run}`) as string,
    });
    expect(await runCli(['runs', 'restore', run], { env })).toMatchObject({ code: 0, stdout: `Restored run ${run} (first try).\n` });
    expect((await runCli(['runs', 'delete', run, '--json'], { env })).stdout).toBe(`{"kind":"deleted","run":"${run}"}\n`);
    expect((await runCli(['runs', 'list', '--json'], { env })).stdout).toBe('');
    expect((await runCli(['runs', 'list', '--deleted'], { env })).stdout).toMatch(new RegExp(`^run .* deleted\\n${run} .*\\nFor 30 days`));
    expect((await runCli(['runs', 'show', run], { env })).code).toBe(2);
  });
});

describe('Ctrl-C and the queue', () => {
  it('stops with a checkpoint, says how to continue, and what waited does not start', async () => {
    const env = { ELBOW_DATA_DIR: path.join(folder, 'interrupted'), ELBOW_TRAINERS: '1' };
    const child = startCli(['train', '--task', 'inverted-pendulum', '--steps', '1000000', '--seeds', '1-2', ...small], { env });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (part: string) => (text += part));
    await expect.poll(() => text, { timeout: 90_000, interval: 100 }).toMatch(/[1-9][\d,]* of 1,000,000 steps/);
    expect(text).toContain("waits at place 1 of the queue: this machine's share of 1 trainer is taken");
    // As from a terminal through npm: twice at once counts once.
    child.kill('SIGINT');
    child.kill('SIGINT');
    const code = await new Promise((resolve) => child.once('close', resolve));
    expect(code).toBe(0);
    const store = openStore(env.ELBOW_DATA_DIR);
    const runs = store.runs.list().sort((a, b) => a.seed - b.seed);
    expect(runs.map(({ state }) => state)).toEqual(['stopped', 'stopped']);
    expect(runs[1]?.environmentSteps).toBe(0);
    expect(store.checkpoints.newest(runs[0]?.id ?? '')?.step).toBe(runs[0]?.environmentSteps);
    store.close();
    for (const { id } of runs) expect(text).toContain(`npm run train -- --resume ${id}`);
  });

  it('leaves at once on a second Ctrl-C, with the fields of a result so far', async () => {
    const env = { ELBOW_DATA_DIR: path.join(folder, 'left'), ELBOW_TRAINERS: '1' };
    const child = startCli(['train', '--task', 'inverted-pendulum', '--steps', '1000000', ...small, '--json'], { env });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (part: string) => (text += part));
    const closed = new Promise((resolve) => child.once('close', resolve));
    await expect.poll(() => text, { timeout: 90_000, interval: 100 }).toMatch(/"environmentSteps":[1-9]/);
    const store = openStore(env.ELBOW_DATA_DIR);
    const run = store.runs.list()[0]?.id ?? '';
    const { pid = 0 } = store.attempts.holder(run) ?? {};
    // A trainer that cannot answer: the second Ctrl-C finds the run still going on.
    process.kill(pid, 'SIGSTOP');
    try {
      child.kill('SIGINT');
      await expect
        .poll(() => store.commands.pending(run), { timeout: 60_000 })
        .toMatchObject([{ action: 'stop', requester: 'command line' }]);
      await new Promise((resolve) => setTimeout(resolve, 1000));
      child.kill('SIGINT');
      expect(await closed).toBe(1);
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    const last = parseLines(text).at(-1) ?? {};
    expect(last).toMatchObject({ kind: 'left', run, status: 'running' });
    expect(Object.keys(last)).toEqual(expect.arrayContaining(resultKeys));
    expect(last['environmentSteps']).toBeGreaterThan(0);
    await expect.poll(() => store.runs.summary(run).state, { timeout: 60_000 }).toBe('stopped');
    store.close();
  });

  it('--queue returns at once and names the place', async () => {
    const env = { ELBOW_DATA_DIR: path.join(folder, 'queued'), ELBOW_TRAINERS: '1' };
    const { code, stdout } = await runCli(
      ['train', '--task', 'inverted-pendulum', '--steps', '200', '--seeds', '1,2', ...small, '--queue', '--json'],
      { env },
    );
    expect(code).toBe(0);
    const lines = parseLines(stdout);
    expect(lines).toMatchObject([
      { kind: 'queued', status: 'running', seed: 1, queuePosition: null },
      {
        kind: 'queued',
        status: 'queued',
        seed: 2,
        queuePosition: 1,
        environmentSteps: 0,
        gradientSteps: null,
        evaluationReturn: null,
        stateHash: null,
      },
    ]);
    for (const line of lines) expect(Object.keys(line)).toEqual(expect.arrayContaining(resultKeys));
    // Nobody is there to start the second one but the first one's trainer.
    const store = openStore(env.ELBOW_DATA_DIR);
    await expect
      .poll(() => store.runs.list().map(({ state }) => state), { timeout: 100_000, interval: 200 })
      .toEqual(['finished', 'finished']);
    store.close();
  });
});

describe('a data directory that cannot be used', () => {
  it('of a newer version is refused by every command, and left alone', async () => {
    const newer = path.join(folder, 'newer');
    openStore(newer).close();
    const database = new Database(path.join(newer, 'elbow.sqlite'));
    database.pragma('user_version = 999');
    database.close();
    for (const given of [
      ['runs', 'list'],
      ['runs', 'show', 'x'],
      ['train', '--task', 'reacher'],
    ]) {
      const { code, stderr } = await runCli([...given, '--data-dir', newer]);
      expect(stderr).toMatch(/written by a newer Elbow.*999.*Nothing was changed.*Update Elbow/s);
      expect(code).toBe(1);
    }
    // The doctor says it among everything else, broken over lines.
    const doctor = await runCli(['doctor', '--data-dir', newer]);
    expect(doctor).toMatchObject({ code: 1, stderr: '' });
    expect(doctor.stdout.replace(/\s+/g, ' ')).toMatch(/WARNING data directory \S+: it is there, .*written by a newer Elbow.*Update Elbow/);
    const { stdout } = await runCli(['runs', 'show', 'x', '--json', '--data-dir', newer]);
    expect(parseLines(stdout)).toMatchObject([{ kind: 'error', exitCode: 1 }]);
  });

  it('that is read-only still lists its runs, and starts none', async () => {
    for (const [name, hasDatabase] of [
      ['read-only', true],
      ['read-only-empty', false],
    ] as const) {
      const readOnly = path.join(folder, name);
      mkdirSync(readOnly);
      if (hasDatabase) openStore(readOnly).close();
      chmodSync(readOnly, 0o555);
      const train = await runCli(['train', '--task', 'reacher', '--data-dir', readOnly], { unprivileged: true });
      expect(train.stderr).toMatch(/cannot be written.*--data-dir/s);
      // Never a promise to show what is not there.
      expect([/Stored runs are shown/.test(train.stderr), /No run is stored there either/.test(train.stderr)]).toEqual([
        hasDatabase,
        !hasDatabase,
      ]);
      expect(train.code).toBe(1);
      const list = await runCli(['runs', 'list', '--data-dir', readOnly], { unprivileged: true });
      expect(list).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('No run is stored here yet') as string });
    }
  });
});

it('shows the share of successes where the task counts them', async () => {
  const env = { ELBOW_DATA_DIR: path.join(folder, 'success') };
  const { code, stdout } = await runCli(['train', '--task', 'fetch-reach', '--steps', '120', '--name', 'arm', ...small], { env });
  expect(code).toBe(0);
  expect(stdout).toMatch(/finished: 120 of 120 .*, evaluation return -[\d.]+, success [\d.]+ %, entropy /);
  expect((await runCli(['runs', 'show', 'arm'], { env })).stdout).toMatch(
    /mean return +lowest +highest +success +episodes +kept\n +120 .* [\d.]+ % +\d+ +\d+ rollouts, policy\n/,
  );
  const [detail] = parseLines((await runCli(['runs', 'show', 'arm', '--json'], { env })).stdout);
  expect(detail?.['evaluationSuccess']).toBeGreaterThanOrEqual(0);
});

it('says before the start and in its result that a run within its warm-up learns nothing', async () => {
  const env = { ELBOW_DATA_DIR: path.join(folder, 'warm-up') };
  const train = ['train', '--task', 'inverted-pendulum', '--steps', '60', ...small];
  const { code, stdout } = await runCli(train, { env });
  expect(code).toBe(0);
  const [before = '', after = ''] = [stdout.indexOf('Nothing will be learned'), stdout.lastIndexOf('finished:')].map((at) =>
    stdout.slice(at),
  );
  expect(before).toMatch(/^Nothing will be learned: the run ends at step 60, and its warm-up lasts for 100 steps/);
  expect(after).toMatch(/Nothing was learned: its 60 steps lie within the warm-up of 100/);
  const lines = parseLines((await runCli([...train, '--json'], { env })).stdout);
  expect(lines[0]).toMatchObject({ kind: 'warning', message: expect.stringMatching(/^Nothing will be learned/) });
  const result = lines.at(-1);
  expect(result).toMatchObject({ status: 'finished', gradientSteps: 0, reason: expect.stringMatching(/^Nothing was learned/) });
  const store = openStore(env.ELBOW_DATA_DIR);
  const { events, stateReason } = store.runs.get(String(result?.['run']));
  store.close();
  expect(stateReason).toBe(result?.['reason']);
  expect(events.filter(({ kind }) => kind === 'warning').map(({ message }) => message)).toEqual([lines[0]?.['message']]);
  expect(events.at(-1)).toMatchObject({ kind: 'finished', message: expect.stringContaining('Nothing was learned') });
});

it('refuses a replay buffer beyond the machine’s memory and stores nothing', async () => {
  const env = { ELBOW_DATA_DIR: path.join(folder, 'memory') };
  const { code, stderr } = await runCli(['train', '--task', 'humanoid', '--steps', '1000000000', '--set', 'buffer-size=100000000'], {
    env,
  });
  expect(code).toBe(2);
  expect(stderr).toMatch(/Buffer-size 100,000,000 does not fit: .*286 GB .*the largest that fits is [0-9,]+ transitions/);
  expect(parseLines((await runCli(['runs', 'list', '--json'], { env })).stdout)).toEqual([]);
});
