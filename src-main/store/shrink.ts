// Makes a stored run smaller, on request: packs what earlier schemas wrote as it was, then thins by the rule. In small
// transactions: nothing is lost when it is ended in the middle, and trainers of other runs go on.
import type { Shrinking, Shrunk } from './api.ts';
import type { Connection } from './connection.ts';
import { freeBytes } from './data-directory.ts';
import { StoreError } from './errors.ts';
import { pack } from './packing.ts';
import { packColumns } from './rollout-data.ts';
import { insertColumns, readColumns } from './rollouts.ts';
import { refuseHeld } from './run-removal.ts';
import { countRowBytes, modelKey, readStored } from './stored-bytes.ts';
import { giveUp, planThinning, summaryOf } from './thinning.ts';

/** For the log of what is rewritten, which SQLite empties at about 4 MB, and for the pages that are moved. */
const neededBytes = 32e6;

/** @throws StoreError conflict while a trainer holds the run, disk-full where there is no room to work in; then nothing was changed */
export function* shrinkRun(
  connection: Connection,
  run: string,
  { budgetBytes, isDryRun }: { budgetBytes: number | null; isDryRun: boolean },
): Generator<Shrinking, Shrunk> {
  refuseHeld(connection, run, 'shrunk');
  if (!isDryRun) requireRoom(connection);
  const before = countRowBytes(connection, run, readStored(connection, run));
  const unpacked = readUnpacked(connection, run);
  const total = unpacked.rollouts.length + unpacked.models.length;
  const sizes = { rollouts: new Map<number, number>(), models: new Map<string, number>() };
  const change = (fn: () => void): void => {
    if (isDryRun) return;
    connection.write(() => {
      refuseHeld(connection, run, 'shrunk');
      fn();
    });
  };
  let done = 0;
  for (const rollout of unpacked.rollouts) {
    const packed = packColumns(readColumns(connection, rollout));
    sizes.rollouts.set(rollout, packed.data.byteLength);
    change(() => {
      connection.run('DELETE FROM rollout_columns WHERE rollout = ?', rollout);
      insertColumns(connection, rollout, packed);
    });
    yield { done: (done += 1), total };
  }
  for (const { evaluation, kind } of unpacked.models) {
    const row = connection.get<{ onnx: Buffer }>('SELECT onnx FROM evaluation_models WHERE evaluation = ? AND kind = ?', evaluation, kind);
    if (row === undefined) continue;
    const onnx = pack(row.onnx);
    sizes.models.set(modelKey(evaluation, kind), onnx.byteLength);
    change(() =>
      connection.run("UPDATE evaluation_models SET onnx = ?, packing = 'zstd-4' WHERE evaluation = ? AND kind = ?", onnx, evaluation, kind),
    );
    yield { done: (done += 1), total };
  }
  const evaluations = readStored(connection, run, sizes);
  const present = countRowBytes(connection, run, evaluations);
  const plan = planThinning(connection, run, evaluations, { budgetBytes: budgetBytes ?? Infinity, present });
  change(() => {
    connection.run('UPDATE runs SET row_bytes = ? WHERE id = ?', Math.ceil(present), run);
    giveUp(connection, run, plan);
    connection.touch(run, 'summary');
  });
  return { before, after: present - plan.bytes, packed: total, thinned: summaryOf(plan) };
}

function readUnpacked(connection: Connection, run: string): { rollouts: number[]; models: { evaluation: number; kind: string }[] } {
  return connection.read(() => ({
    rollouts: connection
      .all<{ id: number }>(
        `SELECT DISTINCT rollout AS id FROM rollout_columns JOIN rollouts ON rollouts.id = rollout
         JOIN evaluations ON evaluations.id = evaluation WHERE run = ? ORDER BY rollout`,
        run,
      )
      .map(({ id }) => id),
    models: connection.all<{ evaluation: number; kind: string }>(
      `SELECT evaluation, kind FROM evaluation_models JOIN evaluations ON evaluations.id = evaluation
       WHERE run = ? AND packing = 'none' ORDER BY evaluation, kind`,
      run,
    ),
  }));
}

function requireRoom({ dataDirectory }: Connection): void {
  const free = freeBytes(dataDirectory);
  if (free === null || free >= neededBytes) return;
  throw new StoreError(
    'disk-full',
    `Shrinking needs about ${neededBytes / 1e6} MB of room to work in, and ${dataDirectory} has ${(free / 1e6).toFixed(1)} MB. ` +
      'Nothing was changed. Make room first, for example by deleting the checkpoints of a run that has ended.',
  );
}

/** Pages that are moved in one transaction: 8 MB, and 1 MB where the disk has little room for the log of it. */
const pagesAtOnce = (dataDirectory: string): number => ((freeBytes(dataDirectory) ?? 0) > neededBytes ? 2000 : 250);

/** Gives free pages of the database's file back to the system, in pieces. Yields the bytes given back so far. */
export function* reclaimPages(connection: Connection): Generator<number, number> {
  const free = (): number => Number(connection.translated(() => connection.database.pragma('freelist_count', { simple: true })));
  const size = Number(connection.database.pragma('page_size', { simple: true }));
  const before = free();
  for (let left = before; left > 0;) {
    connection.translated(() => {
      connection.database.pragma(`incremental_vacuum(${pagesAtOnce(connection.dataDirectory)})`);
      connection.database.pragma('wal_checkpoint(TRUNCATE)');
    });
    const now = free();
    yield (before - now) * size;
    if (now >= left) break;
    left = now;
  }
  return (before - free()) * size;
}
