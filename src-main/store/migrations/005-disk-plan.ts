// Schema 5: rollouts and models are packed, and may be thinned. What schemas 1 to 4 wrote stays as it is and is read.
import type { Migration } from '../migrate.ts';

export const fifth: Migration = {
  version: 5,
  up: (database) => {
    database.exec(`
      -- A rollout's columns lie here, or as earlier schemas wrote them in rollout_columns.
      CREATE TABLE rollout_data (
        rollout INTEGER PRIMARY KEY REFERENCES rollouts (id) ON DELETE CASCADE,
        layout TEXT NOT NULL,                  -- JSON, rollout-data.ts
        data BLOB NOT NULL                     -- packing.ts
      ) STRICT;
      ALTER TABLE rollouts ADD COLUMN thinned_at INTEGER; -- its columns were given up then; null: they are there
      ALTER TABLE evaluation_models ADD COLUMN packing TEXT NOT NULL DEFAULT 'none' CHECK (packing IN ('none', 'zstd-4'));
    `);
  },
};
