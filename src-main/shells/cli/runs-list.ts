// `npm run runs -- list`.
import { formatBytes } from '../../contract/format.ts';
import { waitTitle } from '../../contract/run-wait.ts';
import { type DeletedRun, restorableDays, type RunSummary } from '../../contract/runs.ts';
import { describeSilence, formatCount, formatDate, formatDuration, formatNumber } from './format.ts';
import { createOutput, formatTable, type Column, type Output } from './output.ts';
import { bringUpToDate, type CommonOptions, withStoredRuns } from './session.ts';

const columns: Column[] = [
  { title: 'run' },
  { title: 'name' },
  { title: 'task' },
  { title: 'agent' },
  { title: 'seed', align: 'right' },
  { title: 'state' },
  { title: 'steps', align: 'right' },
  { title: 'of', align: 'right' },
  { title: 'last return', align: 'right' },
  { title: 'best', align: 'right' },
  { title: 'created' },
  { title: 'duration', align: 'right' },
  { title: 'disk', align: 'right' },
];

export interface ListOptions extends CommonOptions {
  /** Those that can be restored, in place of the others. */
  deleted?: boolean;
}

/** Most deleted runs that are listed. */
const mostDeleted = 10_000;

export async function listRuns(options: ListOptions): Promise<void> {
  const output = createOutput(options.json === true);
  await withStoredRuns(options, (store) => {
    if (store !== null) bringUpToDate(store);
    if (options.deleted === true) return listDeleted(output, store?.runs.deleted(mostDeleted) ?? { runs: [], count: 0 });
    const runs = store?.runs.list() ?? [];
    for (const run of runs) output.json(run);
    if (runs.length === 0) output.line('No run is stored here yet. Start one with: npm run train -- --task inverted-pendulum');
    else output.line(formatTable(columns, runs.map(row)));
  });
}

function listDeleted(output: Output, { runs, count }: { runs: DeletedRun[]; count: number }): void {
  for (const run of runs) output.json(run);
  if (count === 0) return output.line('No deleted run is left that could be restored.');
  if (count > runs.length) output.line(`The ${formatCount(runs.length)} deleted last, of ${formatCount(count)}:`);
  output.line(
    formatTable(
      [...columns, { title: 'deleted' }],
      runs.map((run) => [...row(run), formatDate(run.deletedAt)]),
    ),
  );
  output.line(`For ${restorableDays} days after it was deleted a run can be restored: npm run runs -- restore RUN`);
}

function row(run: RunSummary): string[] {
  const silence = run.silentSeconds === null ? '' : `, ${describeSilence(run.silentSeconds)}`;
  const doing = run.state === 'running' && silence === '' ? run.stateReason : null;
  const beside = run.queuePosition ?? doing;
  const state = run.waiting !== null ? waitTitle(run.waiting) : beside === null ? `${run.state}${silence}` : `${run.state} (${beside})`;
  return [
    run.id,
    run.name,
    run.task,
    run.agent,
    String(run.seed),
    state,
    formatCount(run.environmentSteps),
    formatCount(run.totalSteps),
    formatNumber(run.lastReturn),
    formatNumber(run.bestReturn),
    formatDate(run.createdAt),
    formatDuration(run.activeSeconds),
    formatBytes(run.diskBytes),
  ];
}
