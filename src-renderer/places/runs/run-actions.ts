// What a person does to runs, each with its inverse where it has one.
import type { RunSummary } from '../../../src-main/contract/runs.ts';
import type { AppState } from '../../app-state.svelte.ts';
import { plural } from '../../format.ts';

/** @returns whether the name was taken. */
export function renameRun(app: AppState, run: RunSummary, name: string): Promise<boolean> {
  const before = run.name;
  const set = async (to: string): Promise<void> => {
    await app.call('runs.rename', { run: run.id, name: to });
  };
  return app.perform({ title: `Renamed ${before} to ${name}`, apply: () => set(name), revert: () => set(before) });
}

export function annotateRun(app: AppState, run: RunSummary, note: string): Promise<boolean> {
  const before = run.note;
  const set = async (to: string): Promise<void> => {
    await app.call('runs.annotate', { run: run.id, note: to });
  };
  return app.perform({ title: `Changed the note of ${run.name}`, apply: () => set(note), revert: () => set(before) });
}

/** Stars all of them, or unstars them where all are starred. */
export function toggleStars(app: AppState, runs: readonly RunSummary[]): Promise<boolean> {
  const starred = !runs.every((run) => run.starred);
  const changed = runs.filter((run) => run.starred !== starred);
  const set = async (to: boolean): Promise<void> => {
    await Promise.all(changed.map((run) => app.call('runs.star', { run: run.id, starred: to })));
  };
  const name = changed.length === 1 ? (changed[0]?.name ?? '') : plural(changed.length, 'run');
  return app.perform({ title: `${starred ? 'Starred' : 'Unstarred'} ${name}`, apply: () => set(starred), revert: () => set(!starred) });
}

/** Deletes softly; the toast and Ctrl+Z bring them back. */
export async function deleteRuns(app: AppState, runs: readonly RunSummary[]): Promise<boolean> {
  let ids = runs.map((run) => run.id);
  const name = runs.length === 1 ? (runs[0]?.name ?? '') : plural(runs.length, 'run');
  return app.perform(
    {
      title: `Deleted ${name}`,
      apply: async () => {
        ids = (await app.call('runs.delete', { runs: ids })).deleted;
      },
      revert: async () => {
        await app.call('runs.restore', { runs: ids });
      },
    },
    true,
  );
}

/** Brings deleted runs back; the toast and Ctrl+Z delete them again. */
export function restoreRuns(app: AppState, runs: readonly RunSummary[]): Promise<boolean> {
  const ids = runs.map((run) => run.id);
  const name = runs.length === 1 ? (runs[0]?.name ?? '') : plural(runs.length, 'run');
  return app.perform(
    {
      title: `Restored ${name}`,
      apply: async () => void (await app.call('runs.restore', { runs: ids })),
      revert: async () => void (await app.call('runs.delete', { runs: ids })),
    },
    true,
  );
}

/** Moves a waiting run one place up (-1) or down (+1) in the queue. */
export async function moveInQueue(app: AppState, run: RunSummary, by: -1 | 1): Promise<void> {
  const position = (run.queuePosition ?? 1) + by;
  if (position < 1 || position > Math.max(1, app.queue.length)) return;
  const answer = await app.tryCall('queue.move', { run: run.id, position });
  if (answer !== undefined) app.takeQueue(answer);
}

/** Starts the first run of a new installation: SAC on half-cheetah with all defaults, and shows it. */
export async function trainNow(app: AppState): Promise<void> {
  if (app.description === null) {
    app.toast('Elbow still looks for this machine’s devices. Try again in a moment.');
    return;
  }
  const device = app.description.devices.find((one) => one.available);
  if (device === undefined) {
    app.toast('No device can be used on this machine. Lab says what is missing.', null, 'error');
    return;
  }
  const made = await app.tryCall('runs.create', {
    task: 'half-cheetah',
    agent: 'sac',
    hyperparameters: {},
    seeds: '1',
    device: device.id,
    threads: null,
    name: null,
  });
  const run = made?.runs[0];
  if (run !== undefined) app.go({ place: 'train', run });
}

/** Imports the bundled demo run where it is not there yet, and opens it in Replay. */
export async function watchDemo(app: AppState): Promise<void> {
  const made = await app.tryCall('runs.importDemo', {});
  if (made !== undefined) app.go({ place: 'replay', run: made.run, rollout: null });
}

/** Has it ended? It may then be continued, unless `continuationProblem` names a reason. */
export function hasEnded(run: RunSummary): boolean {
  return run.state === 'stopped' || run.state === 'interrupted' || run.state === 'failed' || run.state === 'finished';
}
