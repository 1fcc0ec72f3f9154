// Imports a whole run from another store: every row that belongs to it, and its folder.
import type { Connection, Row } from './connection.ts';
import { runDirectory } from './data-directory.ts';
import { dropPendingEdits } from './edits.ts';
import { StoreError } from './errors.ts';
import { copyFolder } from './run-folder.ts';
import { measureFiles } from './run-removal.ts';

/**
 * @param id under which it is stored in `target`
 * @throws StoreError not-found where the source has no such run, or it is deleted there
 */
export function copyRun(source: Connection, target: Connection, run: string, id: string, isDemo: boolean | null): void {
  const directory = runDirectory(target.dataDirectory, id);
  // Reading in one transaction: all of it belongs to one moment, even while the run's trainer writes.
  target.write(() =>
    source.read(() => {
      const [row] = rowsOf(source, 'runs', 'id = ? AND deleted_at IS NULL', run);
      if (!row) throw new StoreError('not-found', `There is no run with the id ${JSON.stringify(run)} in ${source.dataDirectory}`);
      // Without its files, a checkpoint's row would promise what is not there.
      const hasFiles = copyFolder(runDirectory(source.dataDirectory, run), directory);
      const isUnfinished = ['running', 'paused', 'queued'].includes(String(row['state']));
      insert(target, 'runs', {
        ...row,
        id,
        claimed_at: null,
        claimed_by: null,
        silent_seconds: null,
        launches: 0,
        ...(isUnfinished ? { state: 'interrupted', state_reason: 'imported while it was not finished' } : {}),
        ...(isDemo === null ? {} : { is_demo: Number(isDemo) }),
      });
      for (const attempt of rowsOf(source, 'attempts', 'run = ?', run)) {
        insert(target, 'attempts', { ...attempt, run: id, ended_at: attempt['ended_at'] ?? attempt['heartbeat_at'] });
      }
      for (const table of ['events', 'live_snapshots', 'action_histograms', 'fitted_priors', ...(hasFiles ? ['checkpoints'] : [])]) {
        for (const found of rowsOf(source, table, 'run = ?', run)) insert(target, table, { ...withoutId(found), run: id });
      }
      copyEdits(source, target, run, id);
      for (const series of rowsOf(source, 'metric_series', 'run = ?', run)) {
        const copy = insert(target, 'metric_series', { ...withoutId(series), run: id });
        copyChildren(source, target, 'metric_chunks', 'series', series['id'], copy);
      }
      for (const evaluation of rowsOf(source, 'evaluations', 'run = ?', run)) {
        const copy = insert(target, 'evaluations', { ...withoutId(evaluation), run: id });
        copyChildren(source, target, 'evaluation_models', 'evaluation', evaluation['id'], copy);
        for (const rollout of rowsOf(source, 'rollouts', 'evaluation = ?', evaluation['id'])) {
          const rolloutCopy = insert(target, 'rollouts', { ...withoutId(rollout), evaluation: copy });
          for (const table of ['rollout_data', 'rollout_columns'])
            copyChildren(source, target, table, 'rollout', rollout['id'], rolloutCopy);
        }
      }
      measureFiles(target, id);
      target.touch(id, 'summary');
    }),
  );
}

/** In their order, with new ids; what still waited for a trainer's notice waits for none here. */
function copyEdits(source: Connection, target: Connection, run: string, id: string): void {
  const copies = new Map<unknown, number>();
  for (const edit of rowsOf(source, 'edits', 'run = ?', run)) {
    copies.set(edit['id'], insert(target, 'edits', { ...withoutId(edit), run: id, undoes: copies.get(edit['undoes']) ?? null }));
  }
  dropPendingEdits(target, id, Date.now());
}

function rowsOf(source: Connection, table: string, condition: string, value: unknown): Row[] {
  return source.all<Row>(`SELECT * FROM ${table} WHERE ${condition} ORDER BY rowid`, value);
}

function copyChildren(source: Connection, target: Connection, table: string, reference: string, old: unknown, copy: number): void {
  for (const row of rowsOf(source, table, `${reference} = ?`, old)) insert(target, table, { ...row, [reference]: copy });
}

/** Row ids are the target's to give. */
function withoutId(row: Row): Row {
  return Object.fromEntries(Object.entries(row).filter(([name]) => name !== 'id'));
}

/** Both databases have the same schema, so that a row's own column names are the target's. */
function insert(target: Connection, table: string, row: Row): number {
  const names = Object.keys(row);
  return target.run(`INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`, ...Object.values(row)).id;
}
