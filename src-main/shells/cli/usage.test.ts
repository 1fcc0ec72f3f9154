// Everything that can be typed wrongly: each gets one clear message, exit code 2, and changes nothing.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore } from '../../store/store.ts';
import { runCli } from './testing.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'elbow-usage-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const onReacher = ['train', '--task', 'reacher'];

describe.concurrent('wrong command lines', () => {
  it.for<[string[], RegExp]>([
    [['trian'], /Unknown command 'trian'\n\(Did you mean train\?\)/],
    [['train'], /which task\? .*--task half-cheetah/i],
    [['train', '--task'], /Option '--task <id>' argument missing/],
    [['train', '--tsak', 'reacher'], /Unknown option '--tsak'\n\(Did you mean --task\?\)/],
    [['train', '--task', 'reachr'], /no task named "reachr"; the nearest: reacher/],
    [[...onReacher, '--agent', 'sax'], /no agent named "sax"; the nearest: sac/],
    [[...onReacher, '--device', 'cpuu'], /no device named "cpuu"; the nearest: cpu/],
    [[...onReacher, '--steps', '0'], /--steps must be a whole number from 1 to 1,000,000,000; "0" was given/],
    [[...onReacher, '--steps', '1.5'], /--steps must be/],
    [[...onReacher, '--steps', '-3'], /--steps must be|argument missing|Unknown option/],
    [[...onReacher, '--steps', 'many'], /--steps must be .*"many" was given/],
    [[...onReacher, '--steps', '1e308'], /--steps must be/],
    [[...onReacher, '--seed', 'x'], /--seed must be a whole number from 0/],
    [[...onReacher, '--seed', '9007199254740993'], /--seed must be/],
    [[...onReacher, '--seed', '1', '--seeds', '1-3'], /'--seed <n>' cannot be used with option '--seeds <list>'/],
    [[...onReacher, '--seeds', '3-1'], /seeds are whole numbers .*runs backwards/i],
    [[...onReacher, '--seeds', '1,1'], /given twice/],
    [[...onReacher, '--seeds', '1-1000000000'], /at most/],
    [[...onReacher, '--seeds', 'a'], /seeds are whole numbers .*"a" was given/i],
    [[...onReacher, '--threads', '0'], /--threads must be a whole number from 1 to 256/],
    [[...onReacher, '--threads', '255'], /threads must be a whole number from 1 to \d+/i],
    [[...onReacher, '--name', ' '], /--name needs at least one character/],
    [[...onReacher, '--name', 'x'.repeat(200)], /name.*120 characters/i],
    [[...onReacher, '--set', 'batch-size'], /--set takes name=value, .*"batch-size" was given/],
    [[...onReacher, '--set', '=3'], /--set takes name=value/],
    [[...onReacher, '--set', 'batch-size='], /--set takes name=value/],
    [[...onReacher, '--set', 'batchSize=3'], /"batchSize" is written batch-size here/],
    [[...onReacher, '--set', '§=3'], /lower case with hyphens.*"§"/],
    [[...onReacher, '--set', 'gamma=0.9'], /^"gamma" is called discount here\.\n$/],
    [[...onReacher, '--set', 'n_envs=8'], /There is nothing like "n_envs" here: a run steps one environment; .*--seeds/],
    [[...onReacher, '--set', 'time-limit=8'], /"time-limit" is an option of the task \(--set-task time-limit=…\), and none of sac/],
    [[...onReacher, '--set-task', 'max_episode_steps=8'], /"max_episode_steps" is called time-limit here/],
    [[...onReacher, '--set-task', 'gamma=0.9'], /"gamma" is called discount here, a hyper-parameter of the agent \(--set discount=…\)/],
    [[...onReacher, '--set', 'batch-siz=3'], /no hyper-parameter of sac named "batch-siz"; the nearest: batch-size/],
    [[...onReacher, '--set', 'batch-size=0'], /batch-size must be a whole number from 1 to 65,536; "0" was given/i],
    [[...onReacher, '--set', 'batch-size=1,5'], /batch-size must be/i],
    [
      [...onReacher, '--set', 'entropy-target=2'],
      /entropy-target must be at most 1\.367271 nats on reacher.*no tanh-Gaussian has more entropy; 2 was given/i,
    ],
    [
      [...onReacher, '--agent', 'virel', '--set', 'temperature-rule=fixed', '--set', 'temperature=-1'],
      /temperature must be a number from 1e-6 to 10,000: a weight of 0 or less .*; "-1" was given/i,
    ],
    [
      [...onReacher, '--set', 'prior=constant', '--set', 'prior-scale=0'],
      /prior-scale must be one number .* each from 0\.01 to 10: a scale of 0 has no density.*; "0" was given/i,
    ],
    [[...onReacher, '--set', 'prior=behaviour'], /prior-run has to be given/i],
    [[...onReacher, '--set', 'prior=behaviour', '--set', 'prior-run=nothing'], /no run "nothing"/i],
    [[...onReacher, '--set', 'discount=NaN'], /discount must be a number from 0 to 1/i],
    [[...onReacher, '--set', 'temperature-rule=hot'], /temperature-rule must be one of learned, fixed/i],
    [[...onReacher, '--set', `hidden=${'256,'.repeat(20)}`], /hidden must be/i],
    [[...onReacher, '--set', 'batch-size=8', '--set', 'batch-size=9'], /batch-size is given twice/],
    [[...onReacher, '--steps', '10', '--set', 'steps=20'], /steps are given twice/],
    [[...onReacher, '--data-dir', ''], /--data-dir needs a folder/],
    [['train', '--resume', 'nothing'], /no run "nothing"/i],
    [['train', '--resume', 'x', '--task', 'reacher'], /--task cannot be given with it/],
    [['train', '--resume', 'x', '--set', 'batch-size=3'], /--set cannot be given with it/],
    [['train', '--resume', 'x', '--seed', '3'], /--seed cannot be given with it/],
    [['runs', 'shwo', 'x'], /Unknown command 'shwo'\n\(Did you mean show\?\)/],
    [['runs', 'show'], /Missing required argument 'run'/],
    [['runs', 'show', 'nothing'], /no run "nothing"/i],
    [['runs', 'delete', 'nothing'], /no run "nothing"/i],
    [['runs', 'restore', 'nothing'], /nothing/],
    [['runs', 'evaluate', 'nothing'], /no run "nothing"/i],
    [['runs', 'evaluate', 'x', '--episodes', '0'], /--episodes must be a whole number from 1 to 10,000/],
    [['runs', 'evaluate', 'x', '--seed', 'one'], /--seed must be/],
    [['runs', 'evaluate', 'x', '--step', '-1'], /--step must be|argument missing/],
    [['runs', 'export-policy', 'x'], /Required option '--out <file>' not specified/],
    [['runs', 'export-policy', 'x', '--out', 'policy.onnx', '--step', '-1'], /--step must be|argument missing/],
    [['runs', 'export-policy', 'nothing', '--out', 'policy.onnx'], /no run "nothing"/i],
    [['runs', 'list', 'all'], /Too many arguments/],
    [['runs', 'set', 'x'], /Missing required argument 'name=value'/],
    [['runs', 'set', 'x', 'entropy-target'], /Set RUN takes name=value, such as set RUN entropy-target=-3; "entropy-target" was given/],
    [['runs', 'set', 'x', 'entropy-target='], /Set RUN takes name=value/],
    [['runs', 'set', 'x', 'entropyTarget=3'], /no run "x"/i],
    [['runs', 'set', 'x', '3=3'], /Set RUN names are written in lower case with hyphens, such as entropy-target/],
    [['runs', 'set', 'x', 'a=1', 'a=2'], /Set RUN a is given twice/],
    [['runs', 'set', 'nothing', 'entropy-target=-3'], /no run "nothing"/i],
    [['runs', 'undo', 'nothing'], /no run "nothing"/i],
    [['runs', 'undo', 'x', '0'], /EDIT must be a whole number from 1/],
    [['runs', 'undo', 'x', 'newest'], /EDIT must be a whole number/],
    [['runs', 'edits', 'nothing'], /no run "nothing"/i],
    [['runs', 'fork', 'nothing'], /no run "nothing"/i],
    [['runs', 'fork', 'x', '--step', 'newest'], /--step must be a whole number/],
    [['runs', 'fork', 'x', '--steps', '0'], /--steps must be a whole number from 1/],
    [['runs', 'fork', 'x', '--set', 'batch-size'], /--set takes name=value/],
    [['runs', 'fork', 'x', '--steps', '10', '--set', 'steps=20'], /steps are given twice/],
    [['runs', 'repeat', 'nothing'], /no run "nothing"/i],
    [['agents', 'sax'], /no agent named "sax"; the nearest: sac/],
    [['tasks', '--verbose'], /Unknown option '--verbose'/],
  ])('%j', async ([given, message]) => {
    const own = path.join(folder, given.join('_').replaceAll('/', '').slice(0, 120));
    const { code, stderr, stdout } = await runCli(given, { env: { ELBOW_DATA_DIR: own } });
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(stdout).toBe('');
    expect(code).toBe(2);
    if (existsSync(path.join(own, 'elbow.sqlite'))) {
      const store = openStore(own, { readonly: true });
      expect(store.runs.list()).toEqual([]);
      store.close();
    }
  });
});

it('tells a program what was wrong, also where the options themselves were', async () => {
  const { code, stdout, stderr } = await runCli(['train', '--tsak', 'reacher', '--json']);
  expect(code).toBe(2);
  expect(JSON.parse(stdout)).toEqual({ kind: 'error', message: expect.stringContaining("nknown option '--tsak'") as string, exitCode: 2 });
  expect(stderr).toMatch(/^Unknown option '--tsak'/);
});

describe.concurrent('help', () => {
  it.for([
    ['--help'],
    ['train', '--help'],
    ['runs', '--help'],
    ['runs', 'evaluate', '--help'],
    ['runs', 'export-policy', '--help'],
    ['help', 'train'],
  ])('%j is no error', async (given) => {
    const { code, stdout } = await runCli(given);
    expect(stdout).toMatch(/^Usage: npm run /);
    expect(code).toBe(0);
  });
});
