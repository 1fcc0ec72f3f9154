// Schema 1: runs, their queue and attempts, metrics, events, requests, evaluations, rollouts, snapshots and
// the index of checkpoints. A migration that was ever released is never edited; a later one changes what it made.
import type { Migration } from '../migrate.ts';

export const first: Migration = {
  version: 1,
  up: (database) => {
    database.exec(`
      -- 'revision' counts every change of a run, 'queue' is the revision of the queue's last change.
      CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
      INSERT INTO counters VALUES ('revision', 0), ('queue', 0);

      CREATE TABLE runs (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        task TEXT NOT NULL,
        agent TEXT NOT NULL,
        seed INTEGER NOT NULL,
        device TEXT NOT NULL,
        threads INTEGER NOT NULL,
        configuration TEXT NOT NULL,           -- JSON, contract's RunConfiguration
        state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'paused', 'stopped', 'finished', 'failed', 'interrupted')),
        state_reason TEXT,
        environment_steps INTEGER NOT NULL DEFAULT 0,
        total_steps INTEGER NOT NULL,
        created_at INTEGER NOT NULL,           -- all times: milliseconds since 1970
        started_at INTEGER,
        finished_at INTEGER,
        claimed_at INTEGER,                    -- given to a claimant, no trainer holds it yet
        claimed_by TEXT,
        active_seconds REAL NOT NULL DEFAULT 0,
        steps_per_second REAL,
        eta_seconds REAL,
        file_bytes INTEGER NOT NULL DEFAULT 0, -- in the run's folder
        row_bytes INTEGER NOT NULL DEFAULT 0,  -- blobs of evaluations and metrics
        starred INTEGER NOT NULL DEFAULT 0,
        note TEXT NOT NULL DEFAULT '',
        parent_run TEXT,                       -- no reference: the parent may be deleted or elsewhere
        parent_step INTEGER,
        is_demo INTEGER NOT NULL DEFAULT 0,
        is_edited INTEGER NOT NULL DEFAULT 0,
        last_error TEXT,
        deleted_at INTEGER,
        -- Kept by evaluations.add and attempts.open, so that a list of runs reads no evaluation:
        evaluation_count INTEGER NOT NULL DEFAULT 0,
        last_return REAL,
        best_return REAL,
        sparkline BLOB NOT NULL DEFAULT x'',   -- at most 40 mean returns, float32
        revision INTEGER NOT NULL DEFAULT 0,
        summary_revision INTEGER NOT NULL DEFAULT 0
      ) STRICT;
      CREATE INDEX runs_by_revision ON runs (revision);
      CREATE INDEX runs_by_summary_revision ON runs (summary_revision);
      CREATE INDEX runs_by_state ON runs (state);
      CREATE INDEX runs_by_name ON runs (name);

      CREATE TABLE removed_runs (id TEXT PRIMARY KEY, revision INTEGER NOT NULL) STRICT, WITHOUT ROWID;

      CREATE TABLE queue (
        run TEXT PRIMARY KEY REFERENCES runs (id) ON DELETE CASCADE,
        rank INTEGER NOT NULL,                 -- ascending; gaps and negative numbers are fine
        enqueued_at INTEGER NOT NULL
      ) STRICT;
      CREATE INDEX queue_by_rank ON queue (rank);

      CREATE TABLE attempts (
        run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
        attempt INTEGER NOT NULL,
        start_step INTEGER NOT NULL,
        last_step INTEGER NOT NULL,
        started_at INTEGER NOT NULL,
        ended_at INTEGER,
        superseded_after INTEGER,              -- rows with a larger step count no more
        environment TEXT NOT NULL,             -- JSON, contract's RunEnvironment
        pid INTEGER NOT NULL,
        boot_id TEXT NOT NULL,
        heartbeat_at INTEGER NOT NULL,
        PRIMARY KEY (run, attempt)
      ) STRICT;

      CREATE TABLE metric_series (
        id INTEGER PRIMARY KEY,
        run TEXT NOT NULL,
        attempt INTEGER NOT NULL,
        metric TEXT NOT NULL,
        point_count INTEGER NOT NULL,
        first_step REAL,
        last_step REAL,
        non_finite_count INTEGER NOT NULL DEFAULT 0,
        non_finite_first REAL,
        non_finite_last REAL,
        UNIQUE (run, attempt, metric),
        FOREIGN KEY (run, attempt) REFERENCES attempts (run, attempt) ON DELETE CASCADE
      ) STRICT;
      -- Little-endian float64. Level 0 holds the points, (step, value) pairs; level n > 0 holds summaries of
      -- 16^n points: (last step, min, mean, max). Every chunk but the last of its level is full.
      CREATE TABLE metric_chunks (
        series INTEGER NOT NULL REFERENCES metric_series (id) ON DELETE CASCADE,
        level INTEGER NOT NULL,
        chunk INTEGER NOT NULL,
        last_step REAL NOT NULL,
        data BLOB NOT NULL,
        PRIMARY KEY (series, level, chunk)
      ) STRICT;

      CREATE TABLE events (
        id INTEGER PRIMARY KEY,
        run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
        attempt INTEGER NOT NULL,              -- 0: before the first
        step INTEGER NOT NULL,
        created_at INTEGER NOT NULL,
        kind TEXT NOT NULL,
        message TEXT NOT NULL,
        requester TEXT
      ) STRICT;
      CREATE INDEX events_by_run ON events (run);

      CREATE TABLE commands (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
        action TEXT NOT NULL,
        requester TEXT NOT NULL,
        requested_at INTEGER NOT NULL,
        settled_at INTEGER,                    -- null: outstanding
        done_step INTEGER                      -- null though settled: the trainer was gone first
      ) STRICT;
      CREATE INDEX commands_by_run ON commands (run);
      CREATE INDEX commands_outstanding ON commands (id) WHERE settled_at IS NULL;

      CREATE TABLE evaluations (
        id INTEGER PRIMARY KEY,
        run TEXT NOT NULL,
        attempt INTEGER NOT NULL,
        step INTEGER NOT NULL,
        created_at INTEGER NOT NULL,
        mean_return REAL NOT NULL,
        returns BLOB NOT NULL,                 -- float64
        lengths BLOB NOT NULL,                 -- int32
        UNIQUE (run, attempt, step),
        FOREIGN KEY (run, attempt) REFERENCES attempts (run, attempt) ON DELETE CASCADE
      ) STRICT;
      CREATE TABLE evaluation_models (
        evaluation INTEGER NOT NULL REFERENCES evaluations (id) ON DELETE CASCADE,
        kind TEXT NOT NULL CHECK (kind IN ('policy', 'critics')),
        onnx BLOB NOT NULL,
        PRIMARY KEY (evaluation, kind)
      ) STRICT;
      CREATE TABLE rollouts (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        evaluation INTEGER NOT NULL REFERENCES evaluations (id) ON DELETE CASCADE,
        episode INTEGER NOT NULL,
        kind TEXT NOT NULL CHECK (kind IN ('best', 'median', 'worst', 'extra')),
        return REAL NOT NULL,
        length INTEGER NOT NULL,
        terminated INTEGER NOT NULL,
        truncated INTEGER NOT NULL,
        model_hash TEXT NOT NULL,
        step_seconds REAL NOT NULL,
        reward_terms TEXT NOT NULL,            -- JSON, names
        initial_state BLOB NOT NULL,           -- float64
        initial_task_state BLOB NOT NULL       -- float64
      ) STRICT;
      CREATE INDEX rollouts_by_evaluation ON rollouts (evaluation);
      CREATE TABLE rollout_columns (
        rollout INTEGER NOT NULL REFERENCES rollouts (id) ON DELETE CASCADE,
        position INTEGER NOT NULL,
        name TEXT NOT NULL,
        width INTEGER NOT NULL,
        type TEXT NOT NULL CHECK (type IN ('float64', 'float32', 'uint8')),
        data BLOB NOT NULL,
        PRIMARY KEY (rollout, position)
      ) STRICT;

      CREATE TABLE live_snapshots (
        run TEXT PRIMARY KEY REFERENCES runs (id) ON DELETE CASCADE,
        attempt INTEGER NOT NULL,
        step INTEGER NOT NULL,
        created_at INTEGER NOT NULL,
        onnx BLOB NOT NULL
      ) STRICT;

      CREATE TABLE checkpoints (
        id INTEGER PRIMARY KEY,
        run TEXT NOT NULL,
        attempt INTEGER NOT NULL,
        step INTEGER NOT NULL,
        path TEXT NOT NULL,
        bytes INTEGER NOT NULL,
        sha256 TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        details TEXT NOT NULL,                 -- JSON, the trainer's own
        FOREIGN KEY (run, attempt) REFERENCES attempts (run, attempt) ON DELETE CASCADE
      ) STRICT;
      CREATE INDEX checkpoints_by_run ON checkpoints (run);
    `);
  },
};
