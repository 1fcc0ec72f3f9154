// `npm run runs -- shrink [RUN…]`: packs what earlier versions stored, thins evaluations to a budget, and gives the room back.
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { budgetUnit, diskBudgetOf } from '../../contract/disk-plan.ts';
import { formatBytes } from '../../contract/format.ts';
import type { RunSummary } from '../../contract/runs.ts';
import { openStore, resolveDataDirectory, type Shrunk, type Store } from '../../store/store.ts';
import { formatCount } from './format.ts';
import { parseWholeNumber } from './options.ts';
import { createOutput, type Output } from './output.ts';
import { type CommonOptions, resolveRun } from './session.ts';

export interface ShrinkOptions extends CommonOptions {
  budget?: string;
  dryRun?: boolean;
}

/** Milliseconds between two lines of progress. */
const lineEvery = 2000;

export function shrinkRuns(given: readonly string[], options: ShrinkOptions): void {
  const output = createOutput(options.json === true);
  const budget = options.budget === undefined ? null : parseWholeNumber('--budget', options.budget, 1, 1_000_000) * budgetUnit;
  const isDryRun = options.dryRun === true;
  const store = openStore(resolveDataDirectory(options.dataDir), { readonly: isDryRun });
  try {
    const runs = given.length > 0 ? given.map((text) => store.runs.summary(resolveRun(store, text))) : chooseRuns(store, output);
    let [before, after] = [0, 0];
    for (const run of runs) {
      // Where nothing is asked for: what the run was begun with. A run of an earlier version had no budget, and is only packed.
      const budgetBytes = budget ?? diskBudgetOf(store.runs.configuration(run.id).hyperparameters);
      const shrunk = work(output, run, store.runs.shrink(run.id, { budgetBytes, isDryRun }));
      before += shrunk.before;
      after += shrunk.after;
      output.line(`${output.bold(run.id)} ${run.name}: ${describe(shrunk, isDryRun)}`);
      output.json({ kind: isDryRun ? 'would-shrink' : 'shrunk', run: run.id, budgetBytes, ...shrunk });
    }
    if (isDryRun) {
      output.line(`Nothing was changed. ${formatBytes(before)} in ${countOf(runs.length)} would become ${formatBytes(after)}.`);
      output.json({ kind: 'nothing-changed', before, after });
      return;
    }
    const file = store.storage().databaseBytes;
    let freed = 0;
    for (const bytes of store.reclaim()) freed = bytes;
    const now = store.storage().databaseBytes;
    const backups = backupsIn(store.dataDirectory);
    if (backups.length > 0)
      output.line(`Beside it lie copies of before this version, which may be deleted once all is well: ${backups.join(', ')}`);
    output.line(`The database had ${formatBytes(file)} and has ${formatBytes(now)}; ${formatBytes(freed)} went back to the disk.`);
    output.json({ kind: 'reclaimed', backups, before: file, after: now, freedBytes: freed });
  } finally {
    store.close();
  }
}

/** Copies that an earlier opening made before it brought the database up to this version: each as large as it was then. */
function backupsIn(directory: string): string[] {
  return readdirSync(directory)
    .filter((name) => name.startsWith('elbow.sqlite.before-version-'))
    .map((name) => path.join(directory, name));
}

/** All, but for those that train and those with a star, which are thinned only where they are named. */
function chooseRuns(store: Store, output: Output): RunSummary[] {
  const all = store.runs.list();
  const left = all.filter(({ state, starred }) => starred || state === 'running' || state === 'paused');
  for (const { id, name, starred } of left) {
    output.line(`${id} ${name}: left alone, since it ${starred ? 'has a star; name it to shrink it too' : 'trains'}`);
    output.json({ kind: 'left-alone', run: id, reason: starred ? 'starred' : 'trains' });
  }
  return all.filter((run) => !left.includes(run));
}

function work(output: Output, run: RunSummary, steps: Generator<{ done: number; total: number }, Shrunk>): Shrunk {
  let shown = performance.now();
  for (;;) {
    const next = steps.next();
    if (next.done === true) return next.value;
    if (performance.now() - shown < lineEvery) continue;
    shown = performance.now();
    output.line(`${run.id}: packed ${formatCount(next.value.done)} of ${formatCount(next.value.total)}`);
  }
}

function describe({ before, after, packed, thinned }: Shrunk, isDryRun: boolean): string {
  const parts = [
    ...(packed > 0 ? [`${formatCount(packed)} rollouts and models packed`] : []),
    ...(thinned.bytes > 0 ? [`${formatCount(thinned.rollouts)} rollouts and ${formatCount(thinned.policies)} policies given up`] : []),
  ];
  if (parts.length === 0) return `${formatBytes(before)}, nothing to do`;
  return `${formatBytes(before)} ${isDryRun ? 'would become' : 'became'} ${formatBytes(after)}: ${parts.join(', ')}; all returns stay`;
}

function countOf(runs: number): string {
  return `${formatCount(runs)} ${runs === 1 ? 'run' : 'runs'}`;
}
