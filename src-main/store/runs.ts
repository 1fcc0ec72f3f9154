// Runs: making, finding, describing and changing them.
import { diskBudgetOf } from '../contract/disk-plan.ts';
import type { EngineChoice } from '../contract/engine-choice.ts';
import type { ParameterValues } from '../contract/parameters.ts';
import type { DeletedRun, RunConfiguration, RunDetail, RunState, RunSummary } from '../contract/runs.ts';
import type { RunWait } from '../contract/run-wait.ts';
import { runStates } from '../contract/runs.ts';
import type { Changes, Fork, NewRun, Purged, RollBack, RunDataState, RunProgress, RunsApi, Shrinking, Shrunk, Store } from './api.ts';
import { checkAmount, checkChoice, checkInteger, checkLine, checkText } from './checks.ts';
import { fromJson } from './columns.ts';
import type { Connection } from './connection.ts';
import { connectionOf } from './connection-of.ts';
import { runDirectory } from './data-directory.ts';
import { StoreError } from './errors.ts';
import { copyRun } from './run-copy.ts';
import { rollBackRun } from './roll-back.ts';
import { checkConfiguration, checkValues, maxSteps } from './run-checks.ts';
import { summariesOf } from './fitted-priors.ts';
import { forkRun } from './run-fork.ts';
import { freeRunId, isRunIdTaken, resolveRun } from './run-ids.ts';
import { purgeDeleted, purgeRuns } from './run-purge.ts';
import { deleteCheckpoints, refuseHeld, removeFiles, restore, softDelete } from './run-removal.ts';
import { readWait } from './run-wait.ts';
import { shrinkRun } from './shrink.ts';
import { insertRun, selectSummaries, toSummary, type SummaryRow } from './run-rows.ts';

/** The newest ones, in a run's detail. */
const shownEdits = 100;

export class Runs implements RunsApi {
  readonly #connection: Connection;
  readonly #store: Store;

  constructor(connection: Connection, store: Store) {
    this.#connection = connection;
    this.#store = store;
  }

  create(run: NewRun): string {
    return this.#connection.write(() => {
      const id = freeRunId(this.#connection);
      insertRun(this.#connection, id, run);
      return id;
    });
  }

  fork(fork: Fork): string {
    return this.#connection.translated(() => forkRun(this.#connection, this.#store, fork));
  }

  resolve(text: string): string {
    return resolveRun(this.#connection, text);
  }

  get(run: string, { newestEvaluations }: { newestEvaluations?: number } = {}): RunDetail {
    return this.#connection.read(() => {
      const summary = this.summary(run);
      const snapshot = this.#connection.get<{ step: number; createdAt: number }>(
        'SELECT step, created_at AS createdAt FROM live_snapshots WHERE run = ?',
        run,
      );
      const row = this.#connection.get<{ error: string | null; evaluationCount: number; rowBytes: number }>(
        'SELECT last_error AS error, evaluation_count AS evaluationCount, row_bytes AS rowBytes FROM runs WHERE id = ?',
        run,
      );
      const { edits, count } = this.#store.edits.list(run, { limit: shownEdits });
      const configuration = this.configuration(run);
      return {
        ...summary,
        configuration,
        values: this.values(run),
        edits,
        editCount: count,
        attempts: this.#store.attempts.list(run),
        evaluations:
          newestEvaluations === undefined ? this.#store.evaluations.list(run) : this.#store.evaluations.newest(run, newestEvaluations),
        evaluationCount: row?.evaluationCount ?? 0,
        rowBytes: row?.rowBytes ?? 0,
        budgetBytes: diskBudgetOf(configuration.hyperparameters),
        checkpoints: this.#store.checkpoints.list(run).map(({ step, attempt, createdAt, bytes }) => ({ step, attempt, createdAt, bytes })),
        events: this.#store.events.list(run),
        fittedPriors: summariesOf(this.#store.fittedPriors.list(run)),
        metrics: this.#store.metrics.names(run),
        lastError: row?.error ?? null,
        liveSnapshot: snapshot ?? null,
      };
    });
  }

  list(): RunSummary[] {
    return this.#connection
      .all<SummaryRow>(`${selectSummaries} WHERE deleted_at IS NULL ORDER BY runs.rowid DESC`)
      .map((row) => this.#toSummary(row));
  }

  deleted(most: number): { runs: DeletedRun[]; count: number } {
    const connection = this.#connection;
    return connection.read(() => {
      const times = connection.all<{ id: string; at: number }>(
        'SELECT id, deleted_at AS at FROM runs WHERE deleted_at IS NOT NULL ORDER BY deleted_at DESC, id LIMIT ?',
        checkInteger('most', most),
      );
      const runs = times.flatMap(({ id, at }) =>
        connection.all<SummaryRow>(`${selectSummaries} WHERE runs.id = ?`, id).map((row) => ({ ...this.#toSummary(row), deletedAt: at })),
      );
      const row = connection.get<{ count: number }>('SELECT count(*) AS count FROM runs WHERE deleted_at IS NOT NULL');
      return { runs, count: row?.count ?? 0 };
    });
  }

  summary(run: string): RunSummary {
    const row = this.#connection.get<SummaryRow>(`${selectSummaries} WHERE runs.id = ? AND deleted_at IS NULL`, run);
    if (row) return this.#toSummary(row);
    const isDeleted = this.#connection.get('SELECT 1 FROM runs WHERE id = ?', run) !== undefined;
    throw new StoreError(
      'not-found',
      isDeleted
        ? `Run ${run} was deleted. It can still be restored.`
        : `There is no run with the id ${JSON.stringify(run)} in ${this.#connection.dataDirectory}`,
    );
  }

  configuration(run: string): RunConfiguration {
    const row = this.#connection.get<{ configuration: string }>('SELECT configuration FROM runs WHERE id = ?', run);
    if (!row) throw new StoreError('not-found', `There is no run with the id ${JSON.stringify(run)} in ${this.#connection.dataDirectory}`);
    // Written by create, extend and setDevice alone, which checked it.
    return fromJson(row.configuration) as RunConfiguration;
  }

  values(run: string): ParameterValues {
    const row = this.#connection.get<{ live: string | null }>('SELECT live_values AS live FROM runs WHERE id = ?', run);
    // Written by setValues and edits.applied alone, which checked it.
    return row?.live ? (fromJson(row.live) as ParameterValues) : this.configuration(run).hyperparameters;
  }

  #update(run: string, what: string, ...values: unknown[]): void {
    this.#connection.write(() => {
      this.#connection.touch(run, 'summary');
      this.#connection.run(`UPDATE runs SET ${what} WHERE id = ?`, ...values, run);
    });
  }

  setState(run: string, state: RunState, reason: string | null = null): void {
    checkChoice('state', state, runStates);
    if (reason !== null) checkText('reason', reason, 20_000);
    const isHeld = state === 'running' || state === 'paused';
    this.#connection.write(() => {
      this.#update(
        run,
        // The calendar may have been set back since it began.
        'state = ?, state_reason = ?, finished_at = max(?, coalesce(started_at, 0))',
        state,
        reason,
        isHeld || state === 'queued' ? null : Date.now(),
      );
      // A trainer that starts may be paused: its claim holds until it opens an attempt.
      if (!isHeld) this.#update(run, 'claimed_at = NULL, claimed_by = NULL, steps_per_second = NULL, eta_seconds = NULL');
      if (state !== 'queued' && this.#connection.run('DELETE FROM queue WHERE run = ?', run).changes > 0) this.#connection.touchQueue();
    });
  }

  setReason(run: string, reason: string | null): void {
    this.#update(run, 'state_reason = ?', reason === null ? null : checkText('reason', reason, 20_000));
  }

  setProgress(run: string, progress: RunProgress): void {
    const steps = checkInteger('environmentSteps', progress.environmentSteps);
    this.#connection.write(() => {
      this.#update(
        run,
        'environment_steps = ?, steps_per_second = ?, eta_seconds = ?, active_seconds = ?',
        steps,
        checkAmount('stepsPerSecond', progress.stepsPerSecond),
        checkAmount('etaSeconds', progress.etaSeconds),
        checkAmount('activeSeconds', progress.activeSeconds) ?? 0,
      );
      this.#connection.run('UPDATE attempts SET last_step = max(last_step, ?) WHERE run = ? AND ended_at IS NULL', steps, run);
    });
  }

  setValues(run: string, values: ParameterValues | null): void {
    const json = values === null ? null : JSON.stringify(checkValues('values', values));
    this.#connection.write(() => {
      this.#connection.touch(run, 'data');
      this.#connection.run('UPDATE runs SET live_values = ? WHERE id = ?', json, run);
    });
  }

  setError(run: string, message: string | null): void {
    this.#update(run, 'last_error = ?', message === null ? null : checkText('message', message.slice(0, 100_000), 100_000));
  }

  rename(run: string, name: string): void {
    this.#update(run, 'name = ?', checkLine('name', name, 120));
  }

  star(run: string, starred: boolean): void {
    this.#update(run, 'starred = ?', Number(starred));
  }

  annotate(run: string, note: string): void {
    this.#update(run, 'note = ?', checkText('note', note, 20_000));
  }

  softDelete(runs: readonly string[]): string[] {
    return softDelete(this.#connection, runs);
  }

  restore(runs: readonly string[]): string[] {
    return restore(this.#connection, runs);
  }

  purgeDeleted(olderThanMs: number): string[] {
    return purgeDeleted(this.#connection, olderThanMs);
  }

  purge(runs: readonly string[]): Purged {
    return purgeRuns(this.#connection, runs);
  }

  dropFiles(runs: readonly string[], which: 'all' | 'checkpoints'): number {
    for (const run of runs) refuseHeld(this.#connection, run, 'deleted');
    return this.#connection.translated(() => runs.reduce((sum, run) => sum + removeFiles(this.#connection, run, which), 0));
  }

  deleteCheckpoints(run: string): number {
    return deleteCheckpoints(this.#connection, run);
  }

  extend(run: string, totalSteps: number, requester: string | null = null): void {
    this.#connection.write(() => {
      const { state, environmentSteps, totalSteps: before } = this.summary(run);
      if (state === 'running' || state === 'paused') {
        throw new StoreError('conflict', `Run ${run} is ${state}, so that its number of steps is fixed. Stop it first, then extend it.`);
      }
      const total = checkInteger('steps', totalSteps, environmentSteps + 1, maxSteps);
      const configuration = this.configuration(run);
      configuration.hyperparameters['steps'] = total;
      this.#update(
        run,
        "configuration = ?, total_steps = ?, live_values = json_set(live_values, '$.steps', ?)",
        JSON.stringify(configuration),
        total,
        BigInt(total),
      );
      const attempt = this.#connection.get<{ newest: number | null }>('SELECT max(attempt) AS newest FROM attempts WHERE run = ?', run);
      this.#store.events.append(run, attempt?.newest ?? 0, {
        step: environmentSteps,
        kind: 'extended',
        message: `Total steps set from ${before} to ${total}`,
        requester,
      });
    });
  }

  setDevice(run: string, { device, threads, engine }: { device: string; threads: number; engine: EngineChoice | null }): void {
    this.#connection.write(() => {
      const changed = { ...this.configuration(run), device, threads };
      if (engine === null) delete changed.engine;
      else changed.engine = engine;
      checkConfiguration(changed);
      this.#update(run, 'configuration = ?, device = ?, threads = ?', JSON.stringify(changed), device, BigInt(threads));
    });
  }

  rollBack(run: string, rollBack: RollBack): number | null {
    return rollBackRun(this.#connection, this.#store, run, rollBack);
  }

  shrink(run: string, options: { budgetBytes: number | null; isDryRun: boolean }): Generator<Shrinking, Shrunk> {
    return shrinkRun(this.#connection, run, options);
  }

  directory(run: string): string {
    this.configuration(run);
    return runDirectory(this.#connection.dataDirectory, run);
  }

  copyFrom(source: Store, run: string, options: { isDemo?: boolean } = {}): string {
    const id = isRunIdTaken(this.#connection, run) ? freeRunId(this.#connection) : run;
    copyRun(connectionOf(source), this.#connection, run, id, options.isDemo ?? null);
    return id;
  }

  #toSummary(row: SummaryRow): RunSummary {
    return toSummary(row, this.#connection.dataDirectory);
  }

  waiting(): Map<string, RunWait> {
    const held = this.#connection.all<{ id: string }>("SELECT id FROM runs WHERE state IN ('running', 'paused') AND deleted_at IS NULL");
    return new Map(
      held.flatMap(({ id }) => {
        const wait = readWait(this.#connection.dataDirectory, id);
        return wait === null ? [] : [[id, wait] as const];
      }),
    );
  }

  #counter(name: 'revision' | 'queue'): number {
    return this.#connection.get<{ value: number }>('SELECT value FROM counters WHERE name = ?', name)?.value ?? 0;
  }

  revision(): number {
    return this.#counter('revision');
  }

  changedSince(revision: number): Changes {
    checkInteger('revision', revision);
    if (this.revision() === revision) return { revision, runs: [], removed: [], data: [], queueChanged: false };
    return this.#connection.read(() => {
      const now = this.revision();
      // A number from another database: start afresh.
      const since = revision > now ? 0 : revision;
      return {
        revision: now,
        runs: this.#connection
          .all<SummaryRow>(`${selectSummaries} WHERE summary_revision > ? AND deleted_at IS NULL ORDER BY runs.rowid DESC`, since)
          .map((row) => this.#toSummary(row)),
        removed: this.#connection
          .all<{ id: string }>(
            `SELECT id FROM runs WHERE summary_revision > ? AND deleted_at IS NOT NULL
           UNION ALL SELECT id FROM removed_runs WHERE revision > ?`,
            since,
            since,
          )
          .map((row) => row.id),
        data: this.#connection.all<RunDataState>(
          `SELECT runs.id AS run, environment_steps AS environmentSteps, live_snapshots.step AS snapshotStep, evaluation_count AS evaluationCount,
             (SELECT count(*) FROM events WHERE events.run = runs.id) AS eventCount
           FROM runs LEFT JOIN live_snapshots ON live_snapshots.run = runs.id
           WHERE runs.revision > ? AND deleted_at IS NULL`,
          since,
        ),
        queueChanged: this.#counter('queue') > since,
      };
    });
  }
}
