// The trainer as a process: requests and signals, stopping and continuing, being killed at any instant.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ParameterValues } from '../contract/parameters.ts';
import { createStream } from '../random/stream.ts';
import { openStore, processIdentity, judgeProcess, type Store } from '../store/store.ts';
import { type FileSystem, realFileSystem } from './checkpoint/durable-files.ts';
import { describeEnvironment } from './environment.ts';
import { advanceQueue, launchTrainer, runLogPath } from './launch.ts';
import { outcomeOf, smallRun, trainHere, until } from './test-run.ts';

/** 20 ms between checkpoints. */
const often = 0.02 / 60;

let dataDirectory: string;
let store: Store;
const launched: number[] = [];
beforeEach(() => {
  dataDirectory = mkdtempSync(join(tmpdir(), 'elbow-trainer-'));
  store = openStore(dataDirectory);
});
afterEach(async () => {
  for (const pid of launched.splice(0)) kill(pid);
  await delay(50);
  store.close();
  rmSync(dataDirectory, { recursive: true, force: true });
});

const create = (changes: ParameterValues = {}, seed = 1): string =>
  store.runs.create({ configuration: smallRun(changes, seed), name: 'test' });
function launch(run: string): number {
  const pid = launchTrainer({ dataDirectory, run });
  launched.push(pid);
  return pid;
}
function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
const stateOf = (run: string): string => store.runs.summary(run).state;
const logOf = (run: string): string => readFileSync(runLogPath(dataDirectory, run), 'utf8');
const ended = (run: string, state: string) =>
  until(
    () => `state ${state} of the run; its log:\n${logOf(run)}`,
    () => stateOf(run) === state && store.attempts.holder(run) === null,
  );
const gone = (pid: number) =>
  until(`the end of process ${pid}`, () => {
    try {
      process.kill(pid, 0);
      return false;
    } catch {
      return true;
    }
  });

describe('a trainer', () => {
  it('trains to the last step, evaluates there, and leaves a checkpoint, a policy and where it ran', async () => {
    const run = create({ steps: 330 });
    await gone(launch(run));
    const detail = store.runs.get(run);
    expect(detail).toMatchObject({ state: 'finished', environmentSteps: 330, lastError: null, stateReason: null });
    expect(detail.evaluations.map(({ step, hasPolicy, rollouts }) => [step, hasPolicy, rollouts.length])).toEqual([
      [250, true, 3],
      [330, true, 3],
    ]);
    expect(detail.checkpoints.map(({ step }) => step)).toEqual([330]);
    expect(detail.liveSnapshot?.step).toBe(330);
    expect(detail.events.map(({ kind }) => kind)).toEqual(['started', 'checkpoint', 'finished']);
    expect(detail.attempts[0]?.environment).toMatchObject({ device: 'cpu', threads: 1, elbowVersion: expect.stringMatching(/^\d+\.\d+/) });
    expect(detail.attempts[0]?.environment?.packages['onnxruntime-node']).toMatch(/^\d+\./);
    expect(detail.activeSeconds).toBeGreaterThan(0);
    expect(outcomeOf(store, run).newest).toMatchObject({ gradientSteps: 230, stateHash: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(logOf(run)).toContain('finished');
  });

  it('pauses with a checkpoint, continues and stops when asked', async () => {
    const run = create({ steps: 100_000 });
    const pid = launch(run);
    await until('its first steps', () => store.runs.summary(run).environmentSteps > 0);
    store.commands.request(run, 'pause', 'ada');
    await until('the pause', () => stateOf(run) === 'paused');
    const { environmentSteps, stateReason } = store.runs.summary(run);
    // On a slow machine it may be met within the evaluation of some step.
    expect(stateReason).toMatch(/^paused by ada(?: while evaluating, .*)?$/);
    expect(store.checkpoints.newest(run)?.step).toBe(environmentSteps);
    expect(store.runs.get(run).liveSnapshot?.step, 'the policy is as new as the pause').toBe(environmentSteps);
    await delay(500);
    expect(store.runs.summary(run).environmentSteps).toBe(environmentSteps);
    store.commands.request(run, 'resume', 'ada');
    await until('further steps', () => stateOf(run) === 'running' && store.runs.summary(run).environmentSteps > environmentSteps);
    store.commands.request(run, 'checkpoint', 'ada');
    await until('a checkpoint', () => (store.checkpoints.newest(run)?.step ?? 0) > environmentSteps);
    store.commands.request(run, 'stop', 'ben');
    await ended(run, 'stopped');
    await gone(pid);
    expect(
      store.runs
        .get(run)
        .events.filter(({ kind }) => kind !== 'checkpoint')
        .map(({ kind, requester }) => [kind, requester]),
    ).toEqual([
      ['started', null],
      ['paused', 'ada'],
      ['resumed', 'ada'],
      ['stopped', 'ben'],
    ]);
    expect(store.commands.pending(run)).toEqual([]);
  });

  it('stopped by a signal and continued is bitwise the same as never stopped', async () => {
    // Long enough that both signals meet it at work.
    const changes = { steps: 4000 };
    const [reference, run] = [create(changes), create(changes)];
    await trainHere(store, reference);
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      const before = store.runs.summary(run).environmentSteps;
      const pid = launch(run);
      await until('some steps', () => store.runs.summary(run).environmentSteps > before || stateOf(run) === 'finished');
      process.kill(pid, signal);
      await gone(pid);
    }
    if (stateOf(run) !== 'finished') await gone(launch(run));
    expect(stateOf(run)).toBe('finished');
    expect(store.attempts.list(run).length).toBeGreaterThan(1);
    expect(outcomeOf(store, run)).toEqual(outcomeOf(store, reference));
  });

  it(
    'killed at random instants and continued is bitwise the same as never killed',
    async () => {
      const instants = Number(process.env['ELBOW_KILL_INSTANTS'] ?? 20);
      const stream = createStream(Number(process.env['ELBOW_KILL_SEED'] ?? 1), 'instants');
      const changes = { steps: 1500, 'checkpoint-minutes': often };
      const reference = create(changes);
      await trainHere(store, reference);
      const expected = outcomeOf(store, reference);

      let [killed, kept] = [0, 0];
      while (killed < instants) {
        const run = create(changes);
        while (stateOf(run) !== 'finished') {
          const pid = launch(run);
          if (killed >= instants) {
            await gone(pid);
            continue;
          }
          // One in four dies while it starts, the others among steps, commits, evaluations and checkpoints.
          if (stream.uniform() < 0.75) {
            await until('a trainer at work', () => store.attempts.holder(run)?.pid === pid || stateOf(run) === 'finished');
          }
          await delay(600 * stream.uniform());
          kill(pid);
          await gone(pid);
          if (stateOf(run) === 'finished') continue;
          killed += 1;
          store.attempts.reapDead();
          if ((store.checkpoints.newest(run)?.step ?? 0) > 0) kept += 1;
        }
        expect(outcomeOf(store, run), logOf(run)).toEqual(expected);
      }
      expect(kept).toBeGreaterThan(0);
      expect(store.check()).toEqual([]);
    },
    30_000 + 8_000 * Number(process.env['ELBOW_KILL_INSTANTS'] ?? 20),
  );

  it('takes the previous checkpoint where the newest is damaged, and says so', async () => {
    const changes = { steps: 4000, 'checkpoint-minutes': often };
    const [reference, run] = [create(changes), create(changes)];
    await trainHere(store, reference);
    const pid = launch(run);
    await until('two checkpoints', () => store.checkpoints.list(run).length === 2);
    kill(pid);
    await gone(pid);
    const [newest, previous] = store.checkpoints.list(run);
    if (newest === undefined || previous === undefined) throw new Error('two checkpoints were expected');
    const damaged = join(dataDirectory, 'runs', run, newest.path, 'state.bin');
    writeFileSync(damaged, readFileSync(damaged).fill(0, 10, 20));
    await trainHere(store, run);
    const attempt = store.attempts.list(run).at(-1);
    expect(attempt?.startStep).toBe(previous.step);
    const warnings = store.events.list(run).filter(({ kind }) => kind === 'warning');
    expect(warnings.map(({ message }) => message)).toEqual([
      `The checkpoint at step ${newest.step.toLocaleString('en-US')} cannot be used: state.bin has been altered or damaged. An earlier one was taken.`,
    ]);
    expect(outcomeOf(store, run)).toEqual(outcomeOf(store, reference));
  });

  it('supersedes nothing where the newest checkpoint cannot be read now', async () => {
    const run = create({ steps: 300, 'checkpoint-minutes': often });
    await trainHere(store, run);
    store.runs.extend(run, 400);
    const [newest] = store.checkpoints.list(run);
    const state = join(dataDirectory, 'runs', run, newest?.path ?? '', 'state.bin');
    const bytes = readFileSync(state);
    const before = outcomeOf(store, run);
    rmSync(state);
    // EISDIR: of what the system can refuse, the one that root meets as well.
    mkdirSync(state);
    await gone(launch(run));
    expect(store.runs.get(run)).toMatchObject({
      state: 'failed',
      lastError: expect.stringMatching(/state\.bin cannot be read now \(EISDIR\).*Every checkpoint is kept/),
    });
    expect(outcomeOf(store, run)).toEqual(before);
    rmSync(state, { recursive: true });
    writeFileSync(state, bytes);
    await gone(launch(run));
    expect(stateOf(run)).toBe('finished');
  });

  it('leaves a run alone that another trainer holds, whatever it meets itself', async () => {
    const run = store.runs.create({ configuration: { ...smallRun(), agent: 'nobody' }, name: 'test' });
    store.attempts.open(run, { startStep: 0, environment: describeEnvironment(smallRun(), ''), ...processIdentity() });
    await gone(launch(run));
    expect(store.runs.get(run)).toMatchObject({ state: 'running', lastError: null });
    expect(store.attempts.holder(run)?.pid).toBe(process.pid);
  });

  it('lets the next in the queue begin when a second signal ends it at once', async () => {
    const [first, next] = [create({ steps: 100_000, 'evaluation-every': 250, 'evaluation-episodes': 1000 }), create({ steps: 120 })];
    const pid = launch(first);
    await until('its first steps', () => store.runs.summary(first).environmentSteps > 0);
    store.queue.enqueue(next);
    expect(advanceQueue(store, { share: 1 })).toEqual([]);
    // In an evaluation of a thousand episodes: the first signal has not been obeyed yet.
    process.kill(pid, 'SIGINT');
    await delay(20);
    process.kill(pid, 'SIGINT');
    await gone(pid);
    await until('the end of the next', () => stateOf(next) === 'finished');
    expect(['interrupted', 'stopped']).toContain(stateOf(first));
  });

  it('refuses to begin again in silence where the checkpoints have been deleted', async () => {
    const run = create({ steps: 120 });
    await trainHere(store, run);
    const before = outcomeOf(store, run);
    store.runs.deleteCheckpoints(run);
    store.runs.extend(run, 200);
    await expect(trainHere(store, run)).rejects.toThrow(
      'Its checkpoints have been deleted, so this run cannot be continued. Its curves and recordings are kept',
    );
    expect(outcomeOf(store, run)).toEqual({ ...before, newest: undefined });
  });

  it('waits while the disk is full and goes on, losing nothing', async () => {
    const changes = { steps: 700, 'checkpoint-minutes': often };
    const [reference, run] = [create(changes), create(changes)];
    await trainHere(store, reference);
    let [calls, isFull] = [0, false];
    const full: FileSystem = {
      ...realFileSystem,
      fsyncSync(file) {
        calls += 1;
        // Full twice: once for two tries, once for one.
        isFull = calls === 9 || calls === 10 || calls === 40;
        if (isFull) throw Object.assign(new Error('ENOSPC: no space left on device, fsync'), { code: 'ENOSPC' });
        realFileSystem.fsyncSync(file);
      },
    };
    const { outcome, log } = await trainHere(store, run, full);
    expect(outcome).toBe('finished');
    expect(calls).toBeGreaterThan(40);
    expect(log.filter((line) => line.includes('could not be stored (ENOSPC')).length).toBe(2);
    const warnings = store.events
      .list(run)
      .filter(({ kind }) => kind === 'warning')
      .map(({ message }) => message);
    expect(warnings.length).toBe(2);
    for (const message of warnings) expect(message).toMatch(/^The checkpoint at step [\d,]+: stored after all; training goes on\.$/);
    expect(outcomeOf(store, run)).toEqual(outcomeOf(store, reference));
  }, 150_000);

  it('goes on where files of older checkpoints cannot be removed, says so once, and removes them later', async () => {
    const run = create({ steps: 700, 'checkpoint-minutes': often });
    let refused = 0;
    const busy: FileSystem = {
      ...realFileSystem,
      rmSync(path, options) {
        if (existsSync(path) && /checkpoints\/\d+-\d+$/.test(String(path)) && store.runs.summary(run).environmentSteps < 500) {
          refused += 1;
          throw Object.assign(new Error('EBUSY: resource busy or locked, rm'), { code: 'EBUSY' });
        }
        realFileSystem.rmSync(path, options);
      },
    };
    expect(await trainHere(store, run, busy)).toMatchObject({ outcome: 'finished' });
    expect(refused).toBeGreaterThan(1);
    const warnings = store.events.list(run).filter(({ kind }) => kind === 'warning');
    expect(warnings.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^Files of older checkpoints could not be removed \(EBUSY.*The run goes on and tries again/),
    ]);
    const kept = store.checkpoints.list(run).map(({ path }) => path.replace('checkpoints/', ''));
    expect(readdirSync(join(dataDirectory, 'runs', run, 'checkpoints')).sort()).toEqual(kept.sort());
  });

  it('extends a finished run as if it had been longer from the start', async () => {
    const [reference, run] = [create({ steps: 500 }), create({ steps: 250 })];
    await trainHere(store, reference);
    await trainHere(store, run);
    store.runs.extend(run, 500);
    await gone(launch(run));
    expect(outcomeOf(store, run)).toEqual(outcomeOf(store, reference));
  });

  it.each([
    ['an unknown agent', { agent: 'nobody' }, 'there is no agent nobody'],
    ['an unknown task', { task: 'nothing' }, 'there is no such task'],
    ['an unknown device', { device: 'abacus' }, 'there is no device abacus'],
  ])('leaves a message where the run names %s', async (_, change, message) => {
    const run = store.runs.create({ configuration: { ...smallRun(), ...change }, name: 'test' });
    await gone(launch(run));
    expect(store.runs.get(run)).toMatchObject({
      state: 'failed',
      stateReason: expect.stringContaining(message),
      lastError: expect.stringContaining(message),
    });
    expect(logOf(run)).toContain(message);
  });

  it('keeps the checkpoint and the curves of a run that fails, and says where it failed', async () => {
    // The rewards overflow single precision once they are scaled: the first losses are infinite.
    const run = create({ 'warm-up': 510, 'reward-scale': 1e38, 'checkpoint-minutes': often });
    await gone(launch(run));
    const detail = store.runs.get(run);
    expect(detail.state).toBe('failed');
    expect(detail.lastError).toMatch(/ became (-?Infinity|NaN) at environment step 51\d/);
    expect(detail.checkpoints[0]?.step).toBe(detail.environmentSteps);
    expect(detail.events.at(-1)).toMatchObject({ kind: 'failed', step: detail.environmentSteps + 1 });
    expect(detail.lastError).toContain(`at environment step ${detail.environmentSteps + 1}`);
    expect(detail.lastError).toContain(`is kept as the checkpoint at step ${detail.environmentSteps}.`);
    expect(store.attempts.holder(run)).toBeNull();
  });

  it('does not touch a run that another trainer holds', async () => {
    const run = create({ steps: 100_000 });
    const pid = launch(run);
    const holder = await until('the first trainer', () => store.attempts.holder(run));
    await gone(launch(run));
    expect(stateOf(run)).toBe('running');
    expect(store.attempts.holder(run)?.pid).toBe(holder.pid);
    expect(judgeProcess(holder.pid, holder.bootId)).toBe('alive');
    store.commands.request(run, 'stop', 'test');
    await gone(pid);
    expect(stateOf(run)).toBe('stopped');
  });

  it('lets the next in the queue begin when it ends, also after a failure', async () => {
    const first = store.runs.create({ configuration: { ...smallRun(), agent: 'nobody' }, name: 'first' });
    const rest = [create({ steps: 120 }), create({ steps: 130 })];
    for (const run of [first, ...rest]) store.queue.enqueue(run);
    expect(advanceQueue(store, { share: 1 })).toEqual([first]);
    expect(advanceQueue(store, { share: 1 })).toEqual([]);
    for (const run of rest) await until(`the end of ${run}`, () => stateOf(run) === 'finished');
    expect(stateOf(first)).toBe('failed');
  });
});
