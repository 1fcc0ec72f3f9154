// Options of tasks on the command line: stored with a run, shown, taken over by its evaluation and repetition, and replaced
// for an evaluation under a variant. On a real trainer and a real database.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseLines, runCli } from './testing.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'elbow-options-'));
const env = { ELBOW_DATA_DIR: folder };
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const small = ['--steps', '200', '--set', 'hidden=8', '--set', 'batch-size=8', '--set', 'warm-up=100', '--set', 'evaluation-episodes=1'];
let run = '';
beforeAll(async () => {
  const options = ['--set-task', 'time-limit=30', '--set-task', 'gravity-scale=0.5', '--set-task', 'mass-scale=1'];
  const { stdout, stderr } = await runCli(['train', '--task', 'inverted-pendulum', ...small, ...options, '--json'], { env });
  expect(stderr).toBe('');
  run = parseLines(stdout).at(-1)?.['run'] as string;
});

describe('a run whose task has options', () => {
  it('stores those that differ from their defaults, is named after them, and shows them', async () => {
    const [detail] = parseLines((await runCli(['runs', 'show', run, '--json'], { env })).stdout);
    expect(detail).toMatchObject({
      state: 'finished',
      configuration: { task: 'inverted-pendulum', taskOptions: { 'time-limit': 30, 'gravity-scale': 0.5 } },
    });
    expect((detail?.['configuration'] as { taskOptions: object }).taskOptions).not.toHaveProperty('mass-scale');
    expect((await runCli(['runs', 'show', run], { env })).stdout).toMatch(/task options +time-limit=30, gravity-scale=0.5\n/);
  });

  it('is evaluated with them, and under a variant with that laid over them', async () => {
    const evaluate = async (...more: string[]): Promise<Record<string, unknown> | undefined> =>
      parseLines((await runCli(['runs', 'evaluate', run, '--episodes', '3', '--json', ...more], { env })).stdout).at(-1);
    const [own, again, other] = [
      await evaluate(),
      await evaluate('--variant', 'gravity-scale=0.5'),
      await evaluate('--variant', 'gravity-scale=3', '--variant', 'time-limit=20'),
    ];
    expect(own).toMatchObject({ kind: 'result', taskOptions: { 'time-limit': 30, 'gravity-scale': 0.5 } });
    expect(again).toEqual(own);
    expect(other).toMatchObject({ taskOptions: { 'time-limit': 20, 'gravity-scale': 3 } });
    expect(Math.max(...(own?.['lengths'] as number[]))).toBeLessThanOrEqual(30);
    expect(Math.max(...(other?.['lengths'] as number[]))).toBeLessThanOrEqual(20);
    expect(other?.['returns']).not.toEqual(own?.['returns']);
    const { stdout } = await runCli(['runs', 'evaluate', run, '--episodes', '1', '--variant', 'action-delay=2'], { env });
    expect(stdout.split('\n')[0]).toMatch(/, time-limit=30, gravity-scale=0.5, action-delay=2$/);
  });

  it('hands them to its repetition', async () => {
    const [made] = parseLines((await runCli(['runs', 'repeat', run, '--json'], { env })).stdout);
    const [detail] = parseLines((await runCli(['runs', 'show', made?.['run'] as string, '--json'], { env })).stdout);
    expect(detail).toMatchObject({ configuration: { taskOptions: { 'time-limit': 30, 'gravity-scale': 0.5 } } });
  });
});

describe.concurrent('a wrong option', () => {
  it.each<[string[], RegExp]>([
    [['gravity-scale=-1'], /gravity-scale must be a number from 0 to 10; "-1" was given/i],
    [['gravity=2'], /"gravity" is called gravity-scale here/],
    [['healthy-reward=1'], /has no option "healthy-reward"/],
    [['gravity-scale'], /--set-task takes name=value, such as --set-task gravity-scale=0.8/],
    [['gravity-scale=1', 'gravity-scale=2'], /--set-task gravity-scale is given twice/],
  ])('%j makes no run', async (options, message) => {
    const { code, stderr } = await runCli(
      ['train', '--task', 'inverted-pendulum', '--queue', ...options.flatMap((one) => ['--set-task', one])],
      { env },
    );
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });

  it('is refused with --resume', async () => {
    const { code, stderr } = await runCli(['train', '--resume', run, '--set-task', 'gravity-scale=2'], { env });
    expect(code).toBe(2);
    expect(stderr).toMatch(/--set-task cannot be given with it/);
  });

  it.each<[string, RegExp]>([
    ['gravity-scale=99', /--variant: gravity-scale must be a number from 0 to 10/],
    ['wind=1', /--variant: inverted-pendulum has no option "wind"/],
    ['wind', /--variant takes name=value/],
  ])('--variant %s evaluates nothing', async (variant, message) => {
    const { code, stderr } = await runCli(['runs', 'evaluate', run, '--variant', variant], { env });
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });
});
