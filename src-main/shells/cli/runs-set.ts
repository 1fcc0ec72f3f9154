// `npm run runs -- set RUN name=value …` and `undo RUN`: changes live hyper-parameters of a run under way.
import { setTimeout as sleep } from 'node:timers/promises';
import { describeEffect } from '../../contract/edit-effects.ts';
import type { ParameterValues } from '../../contract/parameters.ts';
import type { RunEdit } from '../../contract/runs.ts';
import { metricDeclarations } from '../../contract/series.ts';
import { newestOf } from '../../workstation/newest-metrics.ts';
import { findPossibilities } from '../../workstation/possibilities.ts';
import { subjectOf, valuesToCome } from '../../workstation/run-values.ts';
import { CommandError, exitCodes, type ExitCode } from './failure.ts';
import { formatCount } from './format.ts';
import { parseAssignments, parseWholeNumber } from './options.ts';
import { createOutput } from './output.ts';
import { type CommonOptions, openSession, resolveRun, type Session } from './session.ts';

export interface SteerOptions extends CommonOptions {
  /** Commander's reading of --no-wait. */
  wait: boolean;
}

/** A trainer looks five times a second; what is compiled or fitted for an edit takes longer. */
const waitMs = 5000;
const pollMs = 50;

export async function setValues(given: string, assignments: readonly string[], options: SteerOptions): Promise<ExitCode> {
  const changes = parseAssignments(assignments, { option: 'set RUN', example: 'entropy-target=-3' });
  return steer(given, options, async ({ workstation }, run) => (await workstation.call('runs.edit', { run, changes })).edit);
}

/** @param editId as typed; left out, the newest edit that is not taken back yet */
export async function undoEdit(given: string, editId: string | undefined, options: SteerOptions): Promise<ExitCode> {
  const edit = editId === undefined ? null : parseWholeNumber('EDIT', editId, 1, Number.MAX_SAFE_INTEGER);
  return steer(given, options, async ({ workstation }, run) => (await workstation.call('runs.undo', { run, edit })).edit);
}

/** Asks for an edit, says what it will do, and waits until the trainer has come to it. */
async function steer(given: string, options: SteerOptions, ask: (session: Session, run: string) => Promise<number>): Promise<ExitCode> {
  const output = createOutput(options.json === true);
  const session = await openSession(options);
  try {
    const { store } = session;
    const run = resolveRun(store, given);
    const subject = subjectOf(store.runs.configuration(run), findPossibilities());
    const before = valuesToCome(store, run, subject);
    const id = await ask(session, run);
    const asked = store.edits.get(run, id);
    const effect = describeEffect(subject.agent, subject.task, before, asked.changes, measured(session, run));
    output.line(`${output.bold(`Run ${run}`)} edit ${id}${asked.undoes === null ? '' : `, which takes back edit ${asked.undoes}`}`);
    output.line(`  ${effect}`);
    const edit = options.wait ? await answered(session, run, id) : asked;
    output.json({ kind: 'edit', run, ...record(edit), effect });
    return report(output.line, run, edit, options.wait);
  } finally {
    await session.close();
  }
}

function report(line: (text: string) => void, run: string, { id, state, appliedStep, reason }: RunEdit, waited: boolean): ExitCode {
  switch (state) {
    case 'applied':
      line(`  applied at step ${formatCount(appliedStep ?? 0)}`);
      return exitCodes.done;
    case 'pending':
      line(
        waited
          ? `  not applied after ${waitMs / 1000} s; it stays asked for. See: npm run runs -- edits ${run}`
          : '  asked for; the trainer applies it between two steps',
      );
      return exitCodes.done;
    case 'refused':
    case 'dropped':
      throw new CommandError(`edit ${id} of run ${run} was ${state}${reason === null ? '' : `: ${reason}`}`);
  }
}

async function answered({ store }: Session, run: string, id: number): Promise<RunEdit> {
  const end = performance.now() + waitMs;
  for (;;) {
    const edit = store.edits.get(run, id);
    if (edit.state !== 'pending' || performance.now() >= end) return edit;
    await sleep(pollMs);
  }
}

/** The edit's fields as `--json` gives them. */
export function record({ id, ...rest }: RunEdit): { edit: number; changes: ParameterValues } {
  return { edit: id, ...rest };
}

function measured({ store }: Session, run: string): Record<string, number> {
  return newestOf(
    store,
    run,
    metricDeclarations.map(({ name }) => name),
  );
}
