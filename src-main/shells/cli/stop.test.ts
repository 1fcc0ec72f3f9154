// Runs whose trainer was killed, hangs or is to stop, as the command line shows and ends them: real trainers.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { judgeProcess, openStore, type Store } from '../../store/store.ts';
import { until } from '../../training/test-run.ts';
import { parseLines, runCli } from './testing.ts';

let folder = '';
let store: Store;
let env: NodeJS.ProcessEnv = {};
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'elbow-stop-'));
  store = openStore(folder);
  env = { ELBOW_DATA_DIR: folder, ELBOW_TRAINERS: '1' };
});
afterAll(async () => {
  await until('the end of the keeper', () => !store.keepers.isKept());
  store.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

const small = ['--set', 'hidden=16,16', '--set', 'batch-size=16', '--set', 'warm-up=100'];
async function queue(): Promise<string> {
  const { stdout } = await runCli(['train', '--task', 'inverted-pendulum', '--steps', '10000000', ...small, '--queue', '--json'], { env });
  return String(parseLines(stdout).at(-1)?.['run']);
}
const trainerOf = (run: string) =>
  until(`the trainer of ${run}`, () => (store.runs.summary(run).environmentSteps > 0 ? store.attempts.trainer(run) : null), 60);

describe('a trainer that was killed with nobody watching', () => {
  it.each(['list', 'show'])('is noticed by runs %s, which starts the next run', async (command) => {
    const run = await queue();
    const { pid, bootId } = await trainerOf(run);
    process.kill(pid, 'SIGKILL');
    await until('its death', () => judgeProcess(pid, bootId) === 'dead');
    // Stored as a window does that is closed at this moment: nothing has been started.
    const next = store.runs.create({ configuration: store.runs.configuration(run), name: 'next' });
    store.queue.enqueue(next);
    expect(store.runs.summary(run).state, 'nobody has looked yet').toBe('running');
    const { code, stdout } = await runCli(['runs', command, ...(command === 'show' ? [run] : [])], { env });
    expect(code).toBe(0);
    expect(stdout).toContain('interrupted');
    expect(store.runs.summary(next).state).toBe('running');
    await trainerOf(next);

    const stopped = await runCli(['runs', 'stop', next, '--json'], { env });
    expect(parseLines(stopped.stdout).at(-1)).toMatchObject({ kind: 'stopped', run: next, status: 'stopped' });
    expect(store.checkpoints.newest(next)).not.toBeNull();
  });
});

describe('runs stop', () => {
  it('takes a waiting run out of the queue, and with --now ends the process that does not respond', async () => {
    const [run, waiting] = [await queue(), await queue()];
    const { pid, bootId } = await trainerOf(run);
    const left = await runCli(['runs', 'stop', waiting, '--json'], { env });
    expect(parseLines(left.stdout)).toMatchObject([
      { kind: 'stopped', run: waiting, status: 'stopped', stateReason: 'taken out of the queue' },
    ]);
    process.kill(pid, 'SIGSTOP');
    const { code, stdout } = await runCli(['runs', 'stop', run, '--now'], { env });
    expect(code).toBe(0);
    expect(stdout).toContain(`Ended process ${pid}, which trained run ${run}, with SIGKILL.`);
    expect(stdout).toMatch(/is interrupted at step [\d,]+ of 10,000,000: its trainer .* was ended with SIGKILL by command line/);
    expect(judgeProcess(pid, bootId)).toBe('dead');
    const again = await runCli(['runs', 'stop', run, '--now'], { env });
    expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('no trainer holds it') as string });
  });
});
