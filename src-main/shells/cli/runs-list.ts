// `npm run runs -- list`.
import { formatBytes } from '../../contract/format.ts';
import { waitTitle } from '../../contract/run-wait.ts';
import type { RunSummary } from '../../contract/runs.ts';
import { describeSilence, formatCount, formatDate, formatDuration, formatNumber } from './format.ts';
import { createOutput, formatTable, type Column } from './output.ts';
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

export async function listRuns(options: CommonOptions): Promise<void> {
  const output = createOutput(options.json === true);
  await withStoredRuns(options, (store) => {
    if (store !== null) bringUpToDate(store);
    const runs = store?.runs.list() ?? [];
    for (const run of runs) output.json(run);
    if (runs.length === 0) output.line('No run is stored here yet. Start one with: npm run train -- --task inverted-pendulum');
    else output.line(formatTable(columns, runs.map(row)));
  });
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
