// Schema 2: edits of live hyper-parameters and the values in force, what the policy does now, and behaviour
// priors fitted to stored runs.
import type { Migration } from '../migrate.ts';

export const second: Migration = {
  version: 2,
  up: (database) => {
    database.exec(`
      ALTER TABLE runs ADD COLUMN live_values TEXT; -- JSON, the hyper-parameters in force; null: the configuration's

      CREATE TABLE edits (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
        attempt INTEGER,                       -- the one that applied it; null until then
        requester TEXT NOT NULL,
        requested_at INTEGER NOT NULL,
        changes TEXT NOT NULL,                 -- JSON, requested values by hyper-parameter
        undoes INTEGER,                        -- an earlier edit of this run
        due_step INTEGER,                      -- null: as soon as the trainer comes to it
        state TEXT NOT NULL CHECK (state IN ('pending', 'applied', 'refused', 'dropped')),
        applied_step INTEGER,
        previous TEXT,                         -- JSON, the values that it replaced
        reason TEXT,
        settled_at INTEGER
      ) STRICT;
      CREATE INDEX edits_by_run ON edits (run);
      CREATE INDEX edits_pending ON edits (run) WHERE state = 'pending';

      -- One a run, overwritten.
      CREATE TABLE action_histograms (
        run TEXT PRIMARY KEY REFERENCES runs (id) ON DELETE CASCADE,
        attempt INTEGER NOT NULL,
        step INTEGER NOT NULL,
        created_at INTEGER NOT NULL,
        bins INTEGER NOT NULL,
        counts BLOB NOT NULL,                  -- int32, actions × bins
        moments BLOB NOT NULL                  -- float64, actions × 4
      ) STRICT;

      CREATE TABLE fitted_priors (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE, -- the one that uses it
        source_run TEXT NOT NULL,              -- no reference: it may be deleted or elsewhere
        created_at INTEGER NOT NULL,
        details TEXT NOT NULL,                 -- JSON, the fitter's own
        data BLOB NOT NULL
      ) STRICT;
      CREATE INDEX fitted_priors_by_run ON fitted_priors (run);
    `);
  },
};
