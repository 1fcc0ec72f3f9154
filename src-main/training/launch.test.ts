// Starting trainers: which Node, how many at once, with what environment.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { openStore } from '../store/store.ts';
import { advanceQueue, findNodeBinary, launchTrainer, runLogPath, trainerShare } from './launch.ts';
import { isNewEnough } from './node-binary.ts';
import { smallRun, until } from './test-run.ts';

const folders: string[] = [];
afterEach(() => {
  vi.unstubAllEnvs();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});
function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'elbow-launch-'));
  folders.push(folder);
  return folder;
}

describe('the Node of trainers', () => {
  it('is the project’s own, whatever PATH says', () => {
    vi.stubEnv('PATH', '/nowhere');
    const version = execFileSync(findNodeBinary(), ['--version'], { encoding: 'utf8' }).trim().slice(1);
    expect(isNewEnough(version)).toBe(true);
  });

  it.each([
    ['22.14.0', true],
    ['22.13.9', false],
    ['20.20.2', false],
    ['24.0.0', true],
    ['100.1.0', true],
    ['nonsense', false],
    ['', false],
  ])('version %j is new enough: %s', (version, expected) => {
    expect(isNewEnough(version)).toBe(expected);
  });
});

describe('the share of trainers', () => {
  it.each([
    ['3', 3],
    ['1', 1],
    ['1024', 1024],
  ])('ELBOW_TRAINERS=%s gives %i', (given, expected) => {
    vi.stubEnv('ELBOW_TRAINERS', given);
    expect(trainerShare()).toBe(expected);
  });
  it('is at least one without it', () => {
    vi.stubEnv('ELBOW_TRAINERS', '');
    expect(trainerShare()).toBeGreaterThanOrEqual(1);
  });
  it.each(['0', '-1', '1.5', 'many', '1025', 'Infinity', '1e99'])('ELBOW_TRAINERS=%s is refused with the range', (given) => {
    vi.stubEnv('ELBOW_TRAINERS', given);
    expect(() => trainerShare()).toThrow('a whole number from 1 to 1,024');
  });
});

describe('launching', () => {
  it('appends to the run’s log and hands on nothing but what a trainer needs', async () => {
    vi.stubEnv('SECRET_TOKEN', 'hush');
    vi.stubEnv('NODE_OPTIONS', '--this-would-end-it-at-once');
    const dataDirectory = newFolder();
    const store = openStore(dataDirectory);
    const run = store.runs.create({ configuration: { ...smallRun(), agent: 'nobody' }, name: 'test' });
    launchTrainer({ dataDirectory, run });
    await until('the first failure', () => store.runs.summary(run).state === 'failed');
    launchTrainer({ dataDirectory, run });
    const log = () => readFileSync(runLogPath(dataDirectory, run), 'utf8');
    await until('the second', () => (log().match(/there is no agent nobody/g) ?? []).length >= 2 && store.attempts.holder(run) === null);
    store.close();
  });

  it('gives a run back to the queue when its trainer cannot be started', () => {
    const dataDirectory = newFolder();
    const store = openStore(dataDirectory);
    const run = store.runs.create({ configuration: smallRun(), name: 'test' });
    store.queue.enqueue(run);
    // A file where the runs' folder belongs.
    writeFileSync(join(dataDirectory, 'runs'), '');
    expect(() => advanceQueue(store, { share: 1 })).toThrow();
    expect(store.queue.list().map((entry) => entry.run)).toEqual([run]);
    store.close();
  });
});
