// A run whose numbers fail, from end to end: the real trainer stops it and keeps what there is to look at, and the real
// command line rolls it back.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore, type Store } from '../../store/store.ts';
import { readNewestRows } from '../../training/checkpoint/read.ts';
import { launchTrainer } from '../../training/launch.ts';
import { outcomeOf, smallRun, trainHere, until } from '../../training/test-run.ts';
import { parseLines, runCli, type CliResult } from './testing.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'elbow-rollback-'));
let store: Store;
let run: string;
beforeAll(async () => {
  store = openStore(folder);
  run = store.runs.create({ configuration: smallRun({ steps: 260 }), name: 'steep' });
  // Beyond what a person may ask for: the critics leave single precision in the first update with it.
  store.edits.schedule(run, [{ id: 1, changes: { 'critic-learning-rate': 1e30 }, undoes: null, requester: 'test', dueStep: 150 }]);
  launchTrainer({ dataDirectory: folder, run });
  await ended('failed');
}, 150_000);
afterAll(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

const rollback = (...given: string[]): Promise<CliResult> =>
  runCli(['runs', 'rollback', ...given], { env: { ELBOW_DATA_DIR: folder, ELBOW_TRAINERS: '1' } });
const ended = (state: string) =>
  until(
    () => `state ${state} of the run; it is ${store.runs.summary(run).state}: ${store.runs.get(run).lastError}`,
    () => store.runs.summary(run).state === state && store.attempts.holder(run) === null,
    50,
  );
const failure = (): string => store.runs.get(run).lastError ?? '';
/** Everything that a refused request must leave as it is. */
const stored = () => [store.runs.get(run), store.edits.list(run, { limit: 100 }), store.checkpoints.list(run), store.queue.list()];

describe('a run whose update left the finite numbers', () => {
  it('says which tensor, at which step, why, what was kept and what to do', () => {
    expect(failure()).toMatch(
      /^\S+ of the sac update became (NaN|-?Infinity) at environment step 151.*: the update was not applied\. All that it was given is finite; the largest number besides the state is 1e\+30, the control critic-learning-rate\./,
    );
    expect(failure()).toContain(
      "Kept: the last 100 transitions and all that the program was given, in failures/step-151-attempt-1.jsonl of the run's folder.",
    );
    expect(failure()).toContain('The last good state, before that step, is kept as the checkpoint at step 150.');
    expect(failure()).toMatch(
      /Roll back to a checkpoint with other live settings \(npm run runs -- rollback \w+ --set NAME=VALUE\), or fork from it.*With nothing changed the same steps follow, and it fails at step 151 again\./,
    );
    const detail = store.runs.get(run);
    expect(detail).toMatchObject({ state: 'failed', environmentSteps: 150 });
    expect(detail.checkpoints.map(({ step }) => step)).toEqual([150]);
    expect(detail.events.at(-1)).toMatchObject({ kind: 'failed', step: 151, message: failure() });
  });

  it('keeps the last transitions and the batch in a file that reads back exactly', () => {
    const lines = parseLines(readFileSync(path.join(store.runs.directory(run), 'failures/step-151-attempt-1.jsonl'), 'utf8'));
    expect(lines[0]).toMatchObject({
      kind: 'failure',
      format: 1,
      run,
      attempt: 1,
      step: 151,
      what: expect.stringMatching(/ of the sac update$/) as string,
      task: 'inverted-pendulum',
      program: 'sac update',
      observation: ['cart position', 'pole angle', 'cart velocity', 'pole angular velocity'],
      given: [],
    });
    expect(failure().startsWith(String(lines[0]?.['message']))).toBe(true);
    const transitions = lines.filter(({ kind }) => kind === 'transition');
    expect(transitions.map(({ row }) => row)).toEqual(Array.from({ length: 100 }, (_, k) => 51 + k));
    const [newest] = store.checkpoints.list(run);
    if (newest === undefined) throw new Error('there is no checkpoint');
    const { numbers, first, rowWidth } = readNewestRows(store.runs.directory(run), newest, 99);
    expect([first, first + numbers.length / rowWidth]).toEqual([51, 150]);
    // The last one is the failed step's own, which the checkpoint before it does not have.
    for (const { row, observation, action, reward, nextObservation, terminated } of transitions.slice(0, -1)) {
      const at = (Number(row) - first) * rowWidth;
      const flat = [
        ...(observation as number[]),
        ...(action as number[]),
        reward,
        ...(nextObservation as number[]),
        terminated === true ? 1 : 0,
      ];
      expect(flat).toEqual([...numbers.subarray(at, at + rowWidth)]);
    }
    const inputs = lines.filter(({ kind }) => kind === 'input');
    expect(inputs.find(({ name }) => name === 'observation')).toMatchObject({ group: 'batch', shape: [16, 4] });
    expect(inputs.find(({ name }) => name === 'critic-learning-rate')).toMatchObject({
      group: 'controls',
      shape: [],
      values: [Math.fround(1e30)],
    });
    const rewards = inputs.find(({ name }) => name === 'reward')?.['values'] as number[];
    expect(rewards).toHaveLength(16);
    for (const reward of rewards) expect([0, 1]).toContain(reward);
  });

  it.each<[string, string[], number, RegExp]>([
    ['a step without a checkpoint', ['--step', '7'], 2, /Step must be that of a checkpoint: run \w+ has one at 150; 7 was given/],
    ['a step that is no number', ['--step', '-1'], 2, /--step must be a whole number from 0 to 1,000,000,000; "-1" was given/],
    ['a value out of range', ['--set', 'critic-learning-rate=5'], 2, /Critic-learning-rate must be a number from 0 to 1: .*"5" was given/],
    ['a knob that is not live', ['--set', 'batch-size=32'], 2, /Batch-size cannot be changed now: .*fork the run or start a new one/],
    ['an unknown knob', ['--set', 'critic-rate=1'], 2, /no hyper-parameter of sac named "critic-rate"/],
    ['a change that is none', ['--set', 'actor-learning-rate=3e-4'], 2, /Nothing would change: actor-learning-rate is 0\.0003 already/],
    ['half an assignment', ['--set', 'critic-learning-rate'], 2, /--set takes name=value/],
  ])('is left as it is by %s', async (_, given, code, message) => {
    const before = stored();
    const result = await rollback(run, ...given);
    expect(result.stderr).toMatch(message);
    expect(result).toMatchObject({ code, stdout: '' });
    expect(stored()).toEqual(before);
  });

  it('fails at the same step again where nothing is changed, with the same words', async () => {
    const first = failure();
    const { stdout, stderr, code } = await rollback('steep');
    expect([stderr, code]).toEqual(['', 0]);
    expect(stdout).toMatch(
      /steep: rolled back to the checkpoint at step 150, to go on to 260 environment steps\n {2}nothing is changed: where numbers failed, they fail at the same step again/,
    );
    await until('the second attempt', () => store.attempts.list(run).length === 2);
    await ended('failed');
    expect(failure()).toBe(first.replace('attempt-1', 'attempt-2'));
  }, 150_000);

  it('ends a command that follows it with what to do, and never with what fails again', async () => {
    const resume = (...given: string[]) =>
      runCli(['train', '--resume', run, ...given], { env: { ELBOW_DATA_DIR: folder, ELBOW_TRAINERS: '1' } });
    const { stdout, code } = await resume();
    expect(code).toBe(1);
    expect(stdout.trim().split('\n').at(-1)).toBe(`  ${failure()}`);
    expect(stdout).not.toContain('--resume');
    const lines = parseLines((await resume('--json')).stdout);
    expect(lines.at(-1)).toMatchObject({ kind: 'result', run, status: 'failed', reason: failure() });
  }, 150_000);

  it('goes on to its end with another setting, as does a repetition, bit for bit', async () => {
    const { stdout, code } = await rollback(run, '--step', '150', '--set', 'critic-learning-rate=1e-3', '--json');
    expect(code).toBe(0);
    expect(parseLines(stdout)).toMatchObject([
      { kind: 'rolled-back', run, step: 150, changes: { 'critic-learning-rate': 1e-3 }, totalSteps: 260 },
    ]);
    await ended('finished');
    const detail = store.runs.get(run);
    expect(detail).toMatchObject({ environmentSteps: 260, lastError: null, isEdited: true, values: { 'critic-learning-rate': 1e-3 } });
    // The checkpoint holds the first edit, so that it still counts; the second one came there.
    expect(
      detail.edits.map(({ state, appliedStep, changes, requester }) => [state, appliedStep, changes['critic-learning-rate'], requester]),
    ).toEqual([
      ['applied', 150, 1e30, 'test'],
      ['applied', 150, 1e-3, 'command line'],
    ]);
    expect(
      detail.events.filter(({ kind }) => kind === 'rolled-back').map(({ step, message, requester }) => [step, message, requester]),
    ).toEqual([
      [150, 'Rolled back to the checkpoint at step 150.', 'command line'],
      [150, 'Rolled back to the checkpoint at step 150.', 'command line'],
    ]);
    const repetition = store.runs.create({ configuration: store.runs.configuration(run), name: 'repetition' });
    store.edits.schedule(
      repetition,
      detail.edits.map(({ id, changes, requester, appliedStep }) => ({ id, changes, requester, undoes: null, dueStep: appliedStep ?? 0 })),
    );
    await trainHere(store, repetition);
    expect(outcomeOf(store, repetition)).toEqual(outcomeOf(store, run));
  }, 90_000);
});
