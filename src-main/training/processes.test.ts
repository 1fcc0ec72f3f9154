// What happens to runs when their processes are killed, hang, or are taken for dead: real trainers and a real keeper.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ParameterValues } from '../contract/parameters.ts';
import { judgeProcess, openStore, processIdentity, type Store } from '../store/store.ts';
import { describeEnvironment } from './environment.ts';
import { endTrainer } from './end-trainer.ts';
import { keeperLogPath, launchTrainer, runLogPath, tendRuns } from './launch.ts';
import { processEntry } from './process-entry.ts';
import { startDetached } from './start-trainer.ts';
import { smallRun, until } from './test-run.ts';

let dataDirectory: string;
let store: Store;
beforeEach(() => {
  vi.stubEnv('ELBOW_TRAINERS', '1');
  dataDirectory = mkdtempSync(join(tmpdir(), 'elbow-processes-'));
  store = openStore(dataDirectory);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const { run } of store.queue.list()) store.queue.cancel(run);
  for (const { id } of store.runs.list()) {
    const trainer = store.attempts.trainer(id);
    if (trainer !== null && trainer.pid !== process.pid && judgeProcess(trainer.pid, trainer.bootId) === 'alive')
      process.kill(trainer.pid, 'SIGKILL');
    if (trainer !== null) store.attempts.interrupt(id, 'the test is over');
  }
  await until('the end of the keeper', () => !store.keepers.isKept());
  store.close();
  rmSync(dataDirectory, { recursive: true, force: true, maxRetries: 5 });
});

/** So long that no test sees its end. */
const create = (changes: ParameterValues = {}): string =>
  store.runs.create({ configuration: smallRun({ steps: 10_000_000, ...changes }), name: 'test' });
const trainerOf = (run: string) =>
  until(
    `the trainer of ${run}`,
    () => {
      const trainer = store.attempts.trainer(run);
      return trainer !== null && trainer.attempt !== null && store.runs.summary(run).environmentSteps > 0 ? trainer : null;
    },
    60,
  );
const gone = (pid: number, bootId: string) => until(`the end of process ${pid}`, () => judgeProcess(pid, bootId) === 'dead', 60);
const logOf = (run: string): string => readFileSync(runLogPath(dataDirectory, run), 'utf8');

describe('the queue’s keeper', () => {
  it('starts the next run within 5 s of the death of the one before, with nobody watching, and ends when none waits', async () => {
    const [first, second] = [create(), create()];
    for (const run of [first, second]) store.queue.enqueue(run);
    expect(tendRuns(store).started).toEqual([first]);
    const { pid, bootId } = await trainerOf(first);
    await until('the keeper', () => store.keepers.isKept());
    // Whoever else lets a run wait may have started one at the same time: the first stays alone.
    const log = keeperLogPath(dataDirectory);
    const others = [1, 2].map(() =>
      processIdentity(
        startDetached('a keeper', { log, folder: dataDirectory }, [processEntry('queue-keeper'), '--data-dir', dataDirectory]),
      ),
    );
    for (const other of others) await gone(other.pid, other.bootId);
    expect(store.keepers.isKept()).toBe(true);
    process.kill(pid, 'SIGKILL');
    const killed = performance.now();
    await gone(pid, bootId);
    await until('the next one', () => store.runs.summary(second).state === 'running', 60);
    expect((performance.now() - killed) / 1000).toBeLessThan(5);
    expect(store.runs.summary(first)).toMatchObject({ state: 'interrupted' });
    await trainerOf(second);
    await until('the end of the keeper', () => !store.keepers.isKept());
    const said = readFileSync(log, 'utf8');
    expect(said.match(/watches the queue/g)).toHaveLength(1);
    expect(said).toContain(`the trainer of run ${first} was lost`);
    expect(said).toContain(`started run ${second}`);
    expect(said).toContain('no run waits any more');
  });

  it('is one, whoever else would be it, unless it does not respond', () => {
    const [me, other] = [processIdentity(), { pid: 1, bootId: 'x/1' }];
    expect(store.keepers.take(me)).toBe(true);
    expect(store.keepers.take(other)).toBe(false);
    expect(store.keepers.take(other, () => 'dead')).toBe(true);
    expect(() => store.keepers.heartbeat(me)).toThrow('Another process watches the queue now');
    store.keepers.leave(me);
    expect(
      store.keepers.isKept(() => 'alive'),
      'whoever is it no more ends nothing',
    ).toBe(true);
    expect(store.keepers.leaveIfIdle(other)).toBe(true);
    expect(store.keepers.isKept(() => 'alive')).toBe(false);
  });
});

describe('a trainer', () => {
  it('that is taken for dead ends at once, and stores nothing more', async () => {
    const run = create();
    launchTrainer({ dataDirectory, run });
    const { pid, bootId } = await trainerOf(run);
    expect(store.attempts.reapDead(() => 'dead')).toEqual([run]);
    const before = JSON.stringify(store.runs.get(run));
    const start = performance.now();
    await gone(pid, bootId);
    expect((performance.now() - start) / 1000).toBeLessThan(10);
    expect(JSON.stringify(store.runs.get(run))).toBe(before);
    expect(logOf(run)).toMatch(/ends at once: Attempt 1 of run \w+ has ended/);
    expect(store.check()).toEqual([]);
  });

  it('that does not respond is ended with SIGKILL, and its run says so', async () => {
    const run = create();
    launchTrainer({ dataDirectory, run });
    const { pid, bootId } = await trainerOf(run);
    process.kill(pid, 'SIGSTOP');
    expect(await endTrainer(store, run, 'a test')).toEqual({ pid, signal: 'SIGKILL' });
    expect(judgeProcess(pid, bootId)).toBe('dead');
    expect(store.runs.get(run)).toMatchObject({
      state: 'interrupted',
      stateReason: expect.stringMatching(
        /^its trainer \(process \d+\) was ended with SIGKILL by a test at about step \d+\. It can be continued/,
      ),
      events: expect.arrayContaining([expect.objectContaining({ kind: 'stopped', requester: 'a test' })]),
    });
  });

  it('that responds stops as it was asked to, with a checkpoint', async () => {
    const run = create();
    launchTrainer({ dataDirectory, run });
    const { pid } = await trainerOf(run);
    expect(await endTrainer(store, run, 'a test')).toEqual({ pid, signal: 'SIGTERM' });
    expect(store.runs.get(run)).toMatchObject({ state: 'stopped', checkpoints: [{ attempt: 1 }] });
  });

  it('whose process cannot be told apart from others is left alone, and the run is taken from it', async () => {
    const run = create();
    const elsewhere = { pid: process.pid, bootId: 'linux/another-boot/1/1' };
    store.attempts.open(run, { startStep: 0, environment: describeEnvironment(smallRun(), ''), ...elsewhere });
    expect(await endTrainer(store, run, 'a test')).toEqual({ pid: process.pid, signal: null });
    expect(store.runs.summary(run)).toMatchObject({
      state: 'interrupted',
      stateReason: expect.stringContaining('was given up by a test') as string,
    });
    await expect(endTrainer(store, run, 'a test')).rejects.toThrow('no trainer holds it');
  });

  it('waits at its start while another program keeps the database busy, and says so', async () => {
    const run = create({ steps: 120 });
    const { default: Database } = await import('better-sqlite3');
    const other = new Database(join(dataDirectory, 'elbow.sqlite'));
    try {
      other.exec('BEGIN IMMEDIATE');
      const { pid, bootId } = processIdentity(launchTrainer({ dataDirectory, run }));
      await until('its word', () => /busy for more than 5 s/.test(logOf(run)), 60);
      other.exec('COMMIT');
      await until('its end', () => store.runs.summary(run).state === 'finished', 60);
      expect(logOf(run)).toMatch(/stored after all/);
      await until('its exit', () => judgeProcess(pid, bootId) === 'dead', 60);
    } finally {
      other.close();
    }
  });
});
