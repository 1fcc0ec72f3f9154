// Edits: changes of live hyper-parameters. A window or the CLI asks here, the trainer looks here between steps and
// says what it made of each, so that the rows together with configuration and seed are what the run is a function of.
import { formatParameter, type ParameterValues } from '../contract/parameters.ts';
import type { EditState, RunEdit } from '../contract/runs.ts';
import type { AppliedEdits, EditsApi, NewEdit, ScheduledEdit, SupersededEdit } from './api.ts';
import { checkInteger, checkLine, checkText, refuse } from './checks.ts';
import { fromJson } from './columns.ts';
import type { Connection } from './connection.ts';
import { StoreError } from './errors.ts';
import { requireEditable, requireNotStarted } from './edit-permission.ts';
import { checkValues } from './run-checks.ts';

interface EditRow extends Omit<RunEdit, 'changes' | 'previous'> {
  changes: string;
  previous: string | null;
}

const select = `
  SELECT id, requester, requested_at AS requestedAt, changes, undoes, due_step AS dueStep, state, applied_step AS appliedStep, previous, reason
  FROM edits`;
/** Of one page; more would be no page. */
const maxLimit = 10_000;

export class Edits implements EditsApi {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  request(run: string, { changes, undoes = null, requester }: NewEdit): number {
    checkEdit(changes, requester);
    if (undoes !== null) checkInteger('undoes', undoes, 1);
    return this.#connection.write(() => {
      this.#connection.touch(run, 'data');
      requireEditable(this.#connection, run);
      if (undoes !== null) this.#requireUndoable(run, undoes);
      return insertEdit(this.#connection, run, { changes, undoes, requester, dueStep: null });
    });
  }

  #requireUndoable(run: string, id: number): void {
    const { state } = this.get(run, id);
    if (state === 'refused' || state === 'dropped') {
      throw new StoreError('conflict', `Edit ${id} of run ${run} was ${state} and never in force, so that there is nothing to undo.`);
    }
  }

  schedule(run: string, edits: readonly ScheduledEdit[]): number[] {
    for (const { changes, requester, dueStep } of edits) {
      checkEdit(changes, requester);
      checkInteger('dueStep', dueStep);
    }
    return this.#connection.write(() => {
      this.#connection.touch(run, 'data');
      requireNotStarted(this.#connection, run);
      const copies = new Map(
        edits.map(({ id, changes, requester, dueStep }) => [id, insertDueEdit(this.#connection, run, { changes, requester, dueStep })]),
      );
      // In a run that was continued, an undo may come before what it takes back is applied again.
      for (const { id, undoes } of edits.filter((edit) => edit.undoes !== null)) {
        const undone = undoes === id ? undefined : copies.get(undoes as number);
        if (undone === undefined) refuse('undoes', 'the id of another edit of the list', undoes);
        this.#connection.run('UPDATE edits SET undoes = ? WHERE id = ?', undone, copies.get(id));
      }
      return edits.map(({ id }) => copies.get(id) as number);
    });
  }

  pending(run: string): RunEdit[] {
    return this.#connection.all<EditRow>(`${select} WHERE run = ? AND state = 'pending' ORDER BY id`, run).map(parse);
  }

  applied(run: string, attempt: number, { step, values, edits }: AppliedEdits): SupersededEdit[] {
    checkInteger('step', step);
    checkValues('values', values);
    for (const { previous } of edits) checkValues('previous', previous);
    return this.#connection.write(() => {
      this.#connection.requireCurrentAttempt(run, attempt);
      const superseded: SupersededEdit[] = [];
      for (const { id, previous } of edits) {
        const row = this.#connection.get<{ changes: string; dueStep: number | null }>(
          `UPDATE edits SET state = 'applied', attempt = ?, applied_step = ?, previous = ?, settled_at = ?
             WHERE id = ? AND run = ? AND state = 'pending' RETURNING changes, due_step AS dueStep`,
          attempt,
          step,
          JSON.stringify(previous),
          Date.now(),
          id,
          run,
        );
        if (!row) throw notPending(this.get(run, id));
        if (row.dueStep === null) superseded.push(...supersede(this.#connection, run, { id, step, changes: fromJson(row.changes) }));
      }
      this.#connection.run('UPDATE runs SET live_values = ? WHERE id = ?', JSON.stringify(values), run);
      this.#connection.touch(run, 'data');
      return superseded;
    });
  }

  reschedule(run: string, attempt: number, { step, kept }: { step: number; kept: readonly number[] }): void {
    checkInteger('step', step);
    this.#connection.write(() => {
      this.#connection.requireCurrentAttempt(run, attempt);
      for (const { id } of editsAfter(this, run, { step, kept })) {
        this.#connection.run(
          `UPDATE edits SET state = 'pending', due_step = applied_step, applied_step = NULL, previous = NULL, settled_at = NULL WHERE id = ?`,
          id,
        );
      }
      this.#connection.touch(run, 'data');
    });
  }

  refuse(id: number, reason: string): void {
    checkText('reason', reason, 2000);
    this.#connection.write(() => {
      const row = this.#connection.get<{ run: string }>(
        "UPDATE edits SET state = 'refused', reason = ?, settled_at = ? WHERE id = ? AND state = 'pending' RETURNING run",
        reason,
        Date.now(),
        id,
      );
      if (!row) {
        const found = this.#connection.get<{ id: number; state: EditState }>('SELECT id, state FROM edits WHERE id = ?', id);
        throw found ? notPending(found) : new StoreError('not-found', `There is no edit ${id}`);
      }
      this.#connection.touch(row.run, 'data');
    });
  }

  get(run: string, id: number): RunEdit {
    const row = this.#connection.get<EditRow>(`${select} WHERE id = ? AND run = ?`, id, run);
    if (!row) throw new StoreError('not-found', `Run ${run} has no edit ${id}`);
    return parse(row);
  }

  list(run: string, { before = null, limit }: { before?: number | null; limit: number }): { edits: RunEdit[]; count: number } {
    checkInteger('limit', limit, 1, maxLimit);
    const end = before === null ? Number.MAX_SAFE_INTEGER : checkInteger('before', before, 1);
    return this.#connection.read(() => ({
      edits: this.#connection
        .all<EditRow>(`${select} WHERE run = ? AND id < ? ORDER BY id DESC LIMIT ?`, run, end, limit)
        .reverse()
        .map(parse),
      count: this.#connection.get<{ count: number }>('SELECT count(*) AS count FROM edits WHERE run = ?', run)?.count ?? 0,
    }));
  }

  appliedFrom(run: string, step: number): RunEdit[] {
    checkInteger('step', step);
    return this.#connection
      .all<EditRow>(`${select} WHERE run = ? AND applied_step >= ? AND state = 'applied' ORDER BY applied_step, id`, run, step)
      .map(parse);
  }

  newestToUndo(run: string): RunEdit | null {
    const row = this.#connection.get<EditRow>(
      `${select} WHERE run = ? AND state = 'applied' AND undoes IS NULL
         AND id NOT IN (SELECT undoes FROM edits WHERE run = ? AND undoes IS NOT NULL AND state IN ('pending', 'applied'))
       ORDER BY id DESC LIMIT 1`,
      run,
      run,
    );
    return row ? parse(row) : null;
  }
}

/** Applied edits that a checkpoint does not hold. @param kept those of its very step that it does */
export function editsAfter(edits: EditsApi, run: string, { step, kept }: { step: number; kept: readonly number[] }): RunEdit[] {
  return edits.appliedFrom(run, step).filter(({ id, appliedStep }) => appliedStep !== step || !kept.includes(id));
}

/**
 * What a person has asked for comes before what was planned earlier for later steps: those edits lose the values that the
 * newer one sets, and are dropped where none is left. Within a write.
 */
function supersede(connection: Connection, run: string, by: { id: number; step: number; changes: unknown }): SupersededEdit[] {
  const names = Object.keys(by.changes as ParameterValues);
  const planned = connection
    .all<EditRow>(`${select} WHERE run = ? AND state = 'pending' AND due_step IS NOT NULL AND id < ? ORDER BY due_step, id`, run, by.id)
    .map(parse);
  return planned.flatMap(({ id, dueStep, changes, reason }) => {
    const lost = Object.keys(changes).filter((name) => names.includes(name));
    if (lost.length === 0) return [];
    const left = Object.entries(changes).filter(([name]) => !lost.includes(name));
    const why = `superseded by the newer edit of step ${by.step.toLocaleString('en-US')}`;
    if (left.length === 0) {
      connection.run("UPDATE edits SET state = 'dropped', reason = ?, settled_at = ? WHERE id = ?", why, Date.now(), id);
    } else {
      const what = lost.map((name) => `${name}=${formatParameter(changes[name] ?? '')}`).join(', ');
      const reasons = `${reason === null ? '' : `${reason}; `}${what} was ${why}`;
      connection.run('UPDATE edits SET changes = ?, reason = ? WHERE id = ?', JSON.stringify(Object.fromEntries(left)), reasons, id);
    }
    return [{ id, dueStep: dueStep ?? 0 }];
  });
}

/** A pending edit that is due at a certain step. Within a write, of values that were checked. */
export function insertDueEdit(
  connection: Connection,
  run: string,
  edit: { changes: ParameterValues; requester: string; dueStep: number },
): number {
  return insertEdit(connection, run, { ...edit, undoes: null });
}

function insertEdit(
  connection: Connection,
  run: string,
  { changes, undoes, requester, dueStep }: Required<NewEdit> & { dueStep: number | null },
): number {
  return connection.run(
    "INSERT INTO edits (run, requester, requested_at, changes, undoes, due_step, state) VALUES (?, ?, ?, ?, ?, ?, 'pending')",
    run,
    requester,
    Date.now(),
    JSON.stringify(changes),
    undoes,
    dueStep,
  ).id;
}

/** Drops what an ended trainer was asked for; what is due at a certain step waits for the next one. Within a write. */
export function dropPendingEdits(connection: Connection, run: string, now: number): void {
  connection.run(
    "UPDATE edits SET state = 'dropped', reason = 'the trainer ended before it came to this edit', settled_at = ? WHERE run = ? AND state = 'pending' AND due_step IS NULL",
    now,
    run,
  );
}

function checkEdit(changes: ParameterValues, requester: string): void {
  checkValues('changes', changes);
  checkLine('requester', requester, 200);
}

function notPending({ id, state }: Pick<RunEdit, 'id' | 'state'>): StoreError {
  return new StoreError('conflict', `Edit ${id} is ${state} already. Nothing was changed.`);
}

/** What request, schedule and applied checked before they wrote it. */
function parse(row: EditRow): RunEdit {
  return {
    ...row,
    changes: fromJson(row.changes) as ParameterValues,
    previous: row.previous === null ? null : (fromJson(row.previous) as ParameterValues),
  };
}
