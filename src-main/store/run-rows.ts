// Rows of the runs table: a new one, and stored ones as contract's RunSummary.
import type { RunState, RunSummary } from '../contract/runs.ts';
import type { NewRun } from './api.ts';
import { checkInteger, checkLine } from './checks.ts';
import { toFloat32 } from './columns.ts';
import type { Connection } from './connection.ts';
import { checkConfiguration } from './run-checks.ts';
import { readWait } from './run-wait.ts';

export interface SummaryRow {
  id: string;
  name: string;
  task: string;
  agent: string;
  seed: number;
  state: RunState;
  state_reason: string | null;
  environment_steps: number;
  total_steps: number;
  last_return: number | null;
  best_return: number | null;
  created_at: number;
  started_at: number | null;
  finished_at: number | null;
  active_seconds: number;
  disk_bytes: number;
  starred: number;
  note: string;
  device: string;
  threads: number;
  sparkline: Buffer;
  steps_per_second: number | null;
  eta_seconds: number | null;
  queue_position: number | null;
  parent_run: string | null;
  parent_step: number | null;
  is_demo: number;
  is_edited: number;
  silent_seconds: number | null;
  ordinal: number;
}

/** Add a WHERE clause; `runs` is the table's name. */
export const selectSummaries = `
  SELECT runs.id, name, task, agent, seed, state, state_reason, environment_steps, total_steps, last_return, best_return,
    created_at, started_at, finished_at, active_seconds, file_bytes + row_bytes AS disk_bytes, starred, note, device, threads,
    sparkline, steps_per_second, eta_seconds, places.position AS queue_position, parent_run, parent_step, is_demo, is_edited,
    silent_seconds, runs.rowid AS ordinal
  FROM runs LEFT JOIN (SELECT run, row_number() OVER (ORDER BY rank) AS position FROM queue) AS places ON places.run = runs.id`;

/** @param dataDirectory where a trainer that waits for room says so: in no row */
export function toSummary(row: SummaryRow, dataDirectory: string): RunSummary {
  const waiting = row.state === 'running' || row.state === 'paused' ? readWait(dataDirectory, row.id) : null;
  return {
    id: row.id,
    name: row.name,
    task: row.task,
    agent: row.agent,
    seed: row.seed,
    state: row.state,
    stateReason: row.state_reason,
    environmentSteps: row.environment_steps,
    totalSteps: row.total_steps,
    lastReturn: row.last_return,
    bestReturn: row.best_return,
    createdAt: row.created_at,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    activeSeconds: row.active_seconds,
    diskBytes: row.disk_bytes,
    starred: row.starred === 1,
    note: row.note,
    device: row.device,
    threads: row.threads,
    sparkline: toFloat32(row.sparkline),
    stepsPerSecond: row.steps_per_second,
    etaSeconds: row.eta_seconds,
    queuePosition: row.queue_position,
    parent: row.parent_run === null ? null : { run: row.parent_run, step: row.parent_step ?? 0 },
    isDemo: row.is_demo === 1,
    isEdited: row.is_edited === 1,
    // One that waits for room cannot store that it lives.
    silentSeconds: waiting === null ? row.silent_seconds : null,
    ordinal: row.ordinal,
    waiting,
  };
}

/** Stores a run that has not started. Within a write. @throws StoreError invalid */
export function insertRun(connection: Connection, id: string, run: NewRun): void {
  const { configuration, totalSteps } = checkConfiguration(run.configuration);
  const name = checkLine('name', run.name, 120);
  const parent = run.parent ?? null;
  if (parent) {
    checkLine('parent.run', parent.run, 64);
    checkInteger('parent.step', parent.step);
  }
  connection.run(
    `INSERT INTO runs (id, name, task, agent, seed, device, threads, configuration, state, state_reason, total_steps, created_at,
       parent_run, parent_step, is_demo)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'stopped', 'not started yet', ?, ?, ?, ?, ?)`,
    id,
    name,
    configuration.task,
    configuration.agent,
    configuration.seed,
    configuration.device,
    configuration.threads,
    JSON.stringify(configuration),
    totalSteps,
    Date.now(),
    parent?.run ?? null,
    parent?.step ?? null,
    Number(run.isDemo ?? false),
  );
  connection.touch(id, 'summary');
}
