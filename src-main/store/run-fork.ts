// Forks a run: a new one that continues from another one's checkpoint with other settings.
import { renameSync, rmSync } from 'node:fs';
import type { Fork, Store } from './api.ts';
import { checkInteger, checkRelativePath } from './checks.ts';
import type { Connection } from './connection.ts';
import { runDirectory } from './data-directory.ts';
import { StoreError } from './errors.ts';
import { copyFittedPriors } from './fitted-priors.ts';
import { maxSteps } from './run-checks.ts';
import { partialFolder, shareFiles } from './run-folder.ts';
import { freeRunId } from './run-ids.ts';
import { insertRun } from './run-rows.ts';
import { measureFiles } from './run-removal.ts';

/**
 * What the checkpoint stands for was learned by the parent, so that its row cannot belong to one of the fork's own
 * attempts: those are numbered from 1 on, and the first one begins at the checkpoint's step.
 */
const inheritedAttempt = 0;

/** The fork's id. @throws StoreError not-found, invalid, conflict */
export function forkRun(connection: Connection, store: Store, fork: Fork): string {
  const { run, configuration, name, files } = fork;
  const parent = store.runs.summary(run);
  const { id: checkpointId, step, path } = findCheckpoint(store, fork);
  files.forEach((file, index) => checkRelativePath(`files[${index}]`, file));
  checkInteger('hyperparameters.steps', configuration.hyperparameters['steps'], step + 1, maxSteps);

  const id = freeRunId(connection);
  const directory = runDirectory(connection.dataDirectory, id);
  const partial = partialFolder(directory);
  try {
    gather(runDirectory(connection.dataDirectory, run), partial, [path, ...files], fork);
    return connection.write(() => {
      // Once more: the parent's trainer or a person may have removed it meanwhile.
      const { details } = findCheckpoint(store, fork);
      insertRun(connection, id, { configuration, name, parent: { run, step } });
      connection.run('UPDATE runs SET environment_steps = ? WHERE id = ?', step, id);
      connection.run(
        `INSERT INTO attempts (run, attempt, start_step, last_step, started_at, ended_at, environment, pid, boot_id, heartbeat_at)
         SELECT ?, ?, ?, ?, attempts.started_at, checkpoints.created_at, environment, pid, boot_id, checkpoints.created_at
         FROM checkpoints JOIN attempts USING (run, attempt) WHERE checkpoints.id = ?`,
        id,
        inheritedAttempt,
        step,
        step,
        checkpointId,
      );
      connection.run(
        `INSERT INTO checkpoints (run, attempt, step, path, bytes, sha256, created_at, details)
         SELECT ?, ?, step, path, bytes, sha256, created_at, ? FROM checkpoints WHERE id = ?`,
        id,
        inheritedAttempt,
        JSON.stringify({ ...(details as object | null), forkedFrom: run }),
        checkpointId,
      );
      copyFittedPriors(connection, run, id);
      // It also says that there was a checkpoint: without it and its files the run cannot go on (continuationProblem).
      store.events.append(id, inheritedAttempt, {
        step,
        kind: 'checkpoint',
        message: `Forked from run ${run} (${parent.name}) at its checkpoint.`,
        requester: null,
      });
      renameSync(partial, directory);
      measureFiles(connection, id);
      connection.touch(id, 'summary');
      return id;
    });
  } catch (error) {
    rmSync(directory, { recursive: true, force: true });
    throw error;
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}

function findCheckpoint(store: Store, { run, checkpoint }: Fork): ReturnType<Store['checkpoints']['list']>[number] {
  const found = store.checkpoints.list(run);
  const same = found.find(({ id }) => id === checkpoint.id);
  if (same) return same;
  const steps = found.map((other) => other.step.toLocaleString('en-US')).join(', ');
  throw new StoreError(
    'conflict',
    `Run ${run} no longer has its checkpoint at step ${checkpoint.step.toLocaleString('en-US')}, so that it cannot be forked there. ` +
      `No run was made. ${steps === '' ? 'It has no other checkpoint.' : `It can be forked at step ${steps}.`}`,
  );
}

function gather(from: string, to: string, paths: readonly string[], { run, checkpoint }: Fork): void {
  try {
    rmSync(to, { recursive: true, force: true });
    shareFiles(from, to, paths);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new StoreError(
      'conflict',
      `The checkpoint of run ${run} at step ${checkpoint.step.toLocaleString('en-US')} is not whole: ${(error as NodeJS.ErrnoException).path ?? 'a file'} is missing. ` +
        'No run was made. Fork it from another of its checkpoints.',
      { cause: error },
    );
  }
}
