// `npm run runs -- edits RUN`: everything that was turned while the run went on.
import { describeChanges } from '../../contract/agent-values.ts';
import { formatParameter } from '../../contract/parameters.ts';
import { dueEditsRule, type RunEdit } from '../../contract/runs.ts';
import { findPossibilities } from '../../workstation/possibilities.ts';
import { formatCount, formatTime } from './format.ts';
import { type Column, createOutput, formatTable } from './output.ts';
import { record } from './runs-set.ts';
import { type CommonOptions, withStoredRun } from './session.ts';

const columns: Column[] = [
  { title: 'edit', align: 'right' },
  { title: 'asked for' },
  { title: 'by' },
  { title: 'change' },
  { title: 'state' },
  { title: 'step', align: 'right' },
];
/** Most edits that are listed. */
const limit = 10_000;

export async function listEdits(given: string, options: CommonOptions): Promise<void> {
  const output = createOutput(options.json === true);
  await withStoredRun(given, options, (store, run) => {
    const { edits, count } = store.edits.list(run, { limit });
    for (const edit of edits) output.json({ kind: 'edit', run, ...record(edit) });
    if (count === 0)
      return output.line(`Nothing was turned while run ${run} went on. Turn something with: npm run runs -- set ${run} entropy-target=-3`);
    if (count > edits.length) output.line(`The newest ${formatCount(edits.length)} of ${formatCount(count)} edits:`);
    const parameters = findPossibilities().agents.find(({ id }) => id === store.runs.configuration(run).agent)?.parameters ?? [];
    const describe = (edit: RunEdit): string => {
      const change =
        edit.previous === null
          ? Object.entries(edit.changes)
              .map(([name, value]) => `${name}=${formatParameter(value)}`)
              .join(', ')
          : describeChanges({ title: '', unused: [], parameters }, edit.previous, edit.changes);
      return edit.undoes === null ? change : `${change} (takes back ${edit.undoes})`;
    };
    output.line(
      formatTable(
        columns,
        edits.map((edit) => [
          String(edit.id),
          formatTime(edit.requestedAt),
          edit.requester,
          describe(edit),
          edit.reason === null ? edit.state : `${edit.state}: ${edit.reason}`,
          stepOf(edit),
        ]),
      ),
    );
    if (edits.some(({ state, dueStep }) => state === 'dropped' || (state === 'pending' && dueStep !== null))) output.line(dueEditsRule);
  });
}

/** Where it was applied, or is to be. */
function stepOf({ appliedStep, dueStep }: RunEdit): string {
  const step = appliedStep ?? dueStep;
  return step === null ? '–' : formatCount(step);
}
