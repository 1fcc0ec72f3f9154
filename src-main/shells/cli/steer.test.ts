// Steering from the command line: the real one, on a run that this process holds and whose edits it applies.
import { describe, expect, it, vi } from 'vitest';
import { benchOfFile } from '../../workstation/testing.ts';
import { parseLines, runCli, type CliResult } from './testing.ts';

const bench = benchOfFile();
const held = bench.hold({ hyperparameters: { steps: 5000 } });

const runs = (...given: string[]): Promise<CliResult> =>
  runCli(['runs', ...given], { env: { ELBOW_DATA_DIR: bench.folder, ELBOW_TRAINERS: '1' } });

/** Applies what the command asks for, as a trainer at this step does. */
async function applyingAt(step: number, command: Promise<CliResult>): Promise<CliResult> {
  const timer = setInterval(() => {
    if (bench.store.edits.pending(held.run).length > 0) bench.apply(held, step);
  }, 20);
  try {
    return await command;
  } finally {
    clearInterval(timer);
  }
}

describe('set, undo and edits', () => {
  it('says what will change, waits, and takes it back', async () => {
    const set = await applyingAt(1200, runs('set', held.run, 'entropy-target=-3'));
    expect(set.stderr).toBe('');
    expect(set.stdout).toMatch(
      /entropy target −6 → −3 nats: σ about 0\.09 → 0\.15, the policy widens, temperature likely rises\.\n {2}applied at step 1,200\n$/,
    );
    expect(set.code).toBe(0);

    const undo = await applyingAt(1300, runs('undo', 'held', '--json'));
    expect(parseLines(undo.stdout)).toMatchObject([
      {
        kind: 'edit',
        run: held.run,
        state: 'applied',
        appliedStep: 1300,
        changes: { 'entropy-target': -6 },
        previous: { 'entropy-target': -3 },
        requester: 'command line',
        effect: expect.stringContaining('the policy narrows') as string,
      },
    ]);
    expect(undo.code).toBe(0);
    expect((await runs('undo', held.run)).stderr).toMatch(/no applied edit that is not taken back already/);
    expect(await runs('undo', held.run, '77')).toMatchObject({ code: 2, stderr: expect.stringContaining('has no edit 77') as string });
  });

  it('asks and goes on with --no-wait, and refuses what is wrong with the reason', async () => {
    const asked = await runs('set', held.run, 'actor-learning-rate=1e-4', 'actor-paused=true', '--no-wait');
    expect(asked).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('asked for; the trainer applies it between two steps') as string,
    });
    const wrong = await runs('set', held.run, 'entropy-target=5');
    expect(wrong).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(/at most 4\.101813 nats .*no tanh-Gaussian has more entropy; 5 was given/) as string,
    });
    bench.apply(held, 1400);
  });

  it('fails where the trainer refuses', async () => {
    const command = runs('set', held.run, 'entropy-target=-2', '--json');
    await vi.waitFor(() => expect(bench.store.edits.pending(held.run)).toHaveLength(1), { timeout: 60_000 });
    bench.store.edits.refuse(bench.store.edits.pending(held.run)[0]?.id ?? 0, 'the device has gone');
    const { code, stdout, stderr } = await command;
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^Edit \d+ of run \w+ was refused: the device has gone\n$/)]);
    expect(parseLines(stdout).map(({ kind, state }) => [kind, state])).toEqual([
      ['edit', 'refused'],
      ['error', undefined],
    ]);
  });

  it('lists them, and show says what differs now', async () => {
    const { stdout } = await runs('edits', held.run);
    expect(stdout.split('\n')[0]).toMatch(/^edit {2}asked for +by +change +state +step$/);
    expect(stdout).toMatch(/command line {2}entropy-target −6 → −3 nats +applied +1,200\n/);
    expect(stdout).toMatch(/entropy-target −3 → −6 nats \(takes back \d+\) +applied +1,300\n/);
    expect(stdout).toMatch(/actor-learning-rate 0\.0003 → 0\.0001, actor-paused off → on +applied +1,400\n/);
    expect(stdout).toMatch(/entropy-target=-2 +refused: the device has gone +–\n/);
    expect(parseLines((await runs('edits', held.run, '--json')).stdout)).toHaveLength(4);
    const shown = (await runs('show', held.run)).stdout;
    expect(shown).toMatch(/edited +.*4 edits; npm run runs -- edits/);
    expect(shown).toMatch(/actor-paused +false +true\n/);
    expect(shown).toMatch(/name +at the start +now\n/);
  });

  it('has nothing to list of a run that nobody turned', async () => {
    const other = bench.hold();
    expect((await runs('edits', other.run)).stdout).toMatch(/^Nothing was turned while run/);
    expect((await runs('show', other.run)).stdout).not.toMatch(/edited|at the start/);
  });
});

describe('repeat and fork', () => {
  it('repeats with the same edits, in the queue', async () => {
    const { code, stdout } = await runs('repeat', held.run, '--json');
    expect(code).toBe(0);
    const [made] = parseLines(stdout);
    expect(made).toMatchObject({
      kind: 'repeated',
      original: held.run,
      name: 'held-repeat',
      parent: null,
      totalSteps: 5000,
      queuePosition: 1,
    });
    expect(bench.store.edits.pending(String(made?.['run'])).map(({ dueStep }) => dueStep)).toEqual([1200, 1300, 1400]);
    bench.store.queue.cancel(String(made?.['run']));
  });

  it('refuses to fork where there is no checkpoint', async () => {
    expect(await runs('fork', held.run, '--set', 'entropy-target=-2')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/has no checkpoint yet to fork from.*No run was made/) as string,
    });
  });
});

it('says how a deleted run is brought back', async () => {
  const run = bench.store.runs.create({ configuration: bench.store.runs.configuration(held.run), name: 'gone' });
  bench.store.runs.softDelete([run]);
  for (const command of ['show', 'edits', 'fork', 'delete']) {
    expect(await runs(command, run), command).toMatchObject({
      code: 2,
      stderr: `Run ${run} was deleted. Bring it back with: npm run runs -- restore ${run}\n`,
    });
  }
});

it('shows one agent alone', async () => {
  const one = await runCli(['agents', 'sac', '--json']);
  expect((JSON.parse(one.stdout) as { id: string }[]).map(({ id }) => id)).toEqual(['sac']);
  expect((await runCli(['agents', 'td3'])).stdout).toMatch(/^td3 /);
  expect(await runCli(['agents', 'sca'])).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/no agent named "sca"; the nearest: sac/) as string,
  });
});
