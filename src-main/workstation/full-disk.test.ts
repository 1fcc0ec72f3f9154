// A run that waits for room on a disk that is really full: it is shown as such, and stops when it is asked to.
import { rmSync } from 'node:fs';
import path from 'node:path';
import { expect, it, vi } from 'vitest';
import { describeWait, waitTitle } from '../contract/run-wait.ts';
import type { WorkstationEvent } from '../contract/requests.ts';
import { reservePath } from '../store/reserve.ts';
import type { Store } from '../store/store.ts';
import { fill, smallDisk } from '../store/testing/small-disk.ts';
import { afterThisTest } from '../store/testing/temporary-store.ts';
import { launchTrainer } from '../training/launch.ts';
import { smallRun, until } from '../training/test-run.ts';
import { createWorkstation, type WorkstationService } from './workstation.ts';

interface Waiting {
  dataDirectory: string;
  workstation: WorkstationService;
  store: Store;
  run: string;
  /** Its trainer's process. */
  pid: number;
  empty: () => void;
}

/** A run whose trainer waits, since the disk has filled up; null where no disk can be made. */
async function waitingRun(): Promise<Waiting | null> {
  const disk = smallDisk(16 * 1024);
  if (disk === null) return null;
  vi.stubEnv('ELBOW_TRAINERS', '1');
  const dataDirectory = path.join(disk, 'data');
  const workstation = createWorkstation({ dataDirectory });
  const { store } = workstation;
  // Far longer than any wait here, and with a checkpoint before the disk fills.
  const run = store.runs.create({ configuration: smallRun({ steps: 1_000_000, 'checkpoint-minutes': 0.01 }), name: 'waits' });
  launchTrainer({ dataDirectory, run });
  const pid = await until('its attempt', () => store.attempts.holder(run)?.pid, 60);
  afterThisTest(() => {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended, as it should.
    }
  });
  await until('a checkpoint', () => store.checkpoints.newest(run), 60);
  let empty = fill(disk);
  await until(
    'its wait',
    () => {
      // A checkpoint that was replaced gives a little room back.
      const [earlier, more] = [empty, fill(path.join(disk, 'data'))];
      empty = () => {
        earlier();
        more();
      };
      return store.runs.summary(run).waiting;
    },
    60,
  );
  return { dataDirectory, workstation, store, run, pid, empty };
}

/** Milliseconds until the run is stored as stopped. */
async function timeToStop({ store, run }: Waiting, stop: () => unknown): Promise<number> {
  const start = performance.now();
  await stop();
  await until('its end', () => store.runs.summary(run).state === 'stopped');
  return performance.now() - start;
}

it('says what it waits for, and a request stops it within a second', { timeout: 120_000 }, async (context) => {
  const disk = (await waitingRun()) ?? context.skip();
  const { workstation, store, run, empty } = disk;
  const events: WorkstationEvent[] = [];
  const { waiting, state } = store.runs.summary(run);
  expect(state).toBe('running');
  if (waiting === null) throw new Error('it waits');
  expect(waitTitle(waiting)).toBe('waiting for disk');
  expect(describeWait(waiting)).toMatch(/ (needs about|no room for) .*[\d.]+ k?B are free$/);
  const stopListening = workstation.subscribe((event) => events.push(event));
  await until('the window to be told', () =>
    events.some((event) => event.kind === 'runs-changed' && event.runs.some((one) => one.waiting !== null)),
  );
  expect(events.find((event) => event.kind === 'machine')).toMatchObject({
    storageTrouble: expect.stringContaining('No room left') as string,
  });

  expect(await timeToStop(disk, () => workstation.call('runs.control', { run, action: 'stop' }))).toBeLessThan(1000);
  // The reserve's room, which took the request, has room for this run's small checkpoint too: nothing is lost.
  const stopped = store.runs.get(run);
  expect(stopped).toMatchObject({ waiting: null, stateReason: null });
  expect(stopped.checkpoints.map(({ step }) => step)).toContain(stopped.environmentSteps);
  expect(stopped.events.at(-1)).toMatchObject({
    kind: 'stopped',
    requester: 'window',
    message: expect.stringMatching(/^Stopped by window\./) as string,
  });
  expect(store.check()).toEqual([]);

  empty();
  await workstation.call('runs.continue', { run, steps: null, device: null, threads: null });
  await until('its going on', () => store.runs.summary(run).environmentSteps > stopped.environmentSteps, 60);
  await workstation.call('runs.control', { run, action: 'stop' });
  await until('its end', () => store.runs.summary(run).state === 'stopped', 60);
  stopListening();
  await workstation.close();
});

it('is stopped by a signal within a second, and by request without the reserve', { timeout: 120_000 }, async (context) => {
  const bySignal = (await waitingRun()) ?? context.skip();
  expect(await timeToStop(bySignal, () => process.kill(bySignal.pid, 'SIGTERM'))).toBeLessThan(1000);
  expect(bySignal.store.runs.summary(bySignal.run).stateReason).toMatch(/^Stopped by SIGTERM/);
  await bySignal.workstation.close();

  const bare = (await waitingRun()) ?? context.skip();
  rmSync(reservePath(bare.dataDirectory));
  fill(bare.dataDirectory);
  const start = performance.now();
  await bare.workstation.call('runs.control', { run: bare.run, action: 'stop' });
  await until('its process to end', () => {
    try {
      process.kill(bare.pid, 0);
      return false;
    } catch {
      return true;
    }
  });
  expect(performance.now() - start).toBeLessThan(1000);
  await bare.workstation.close();
});

it('opens for reading on a full disk, and for writing once there is room', { timeout: 60_000 }, async (context) => {
  const disk = smallDisk(16 * 1024) ?? context.skip();
  const first = createWorkstation({ dataDirectory: disk });
  const run = first.store.runs.create({ configuration: smallRun(), name: 'stored' });
  await first.close();
  const empty = fill(disk);
  const complain = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const workstation = createWorkstation({ dataDirectory: disk });
  expect(complain.mock.calls.join('\n')).toMatch(/No room left .*Stored runs are shown.*npm run runs -- purge/);
  complain.mockRestore();
  expect((await workstation.call('runs.list', {})).runs.map(({ name }) => name)).toEqual(['stored']);
  expect(await workstation.answer('runs.rename', { run, name: 'x' })).toMatchObject({ ok: false, error: { code: 'unavailable' } });
  empty();
  await until('the store to be one for writing', () => !workstation.store.isReadonly);
  await workstation.call('runs.rename', { run, name: 'renamed' });
  expect(workstation.store.runs.summary(run).name).toBe('renamed');
  await workstation.close();
});
