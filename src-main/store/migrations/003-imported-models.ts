// Schema 3: models and tasks that were imported. Their files lie in models/, one folder a content.
import type { Migration } from '../migrate.ts';

export const third: Migration = {
  version: 3,
  up: (database) => {
    database.exec(`
      CREATE TABLE imported_models (
        id TEXT PRIMARY KEY,                   -- the task's id
        hash TEXT NOT NULL,                    -- SHA-256 over its files: the folder's name in models/
        main TEXT NOT NULL,                    -- the model's file
        imported_at INTEGER NOT NULL,
        report TEXT NOT NULL,                  -- JSON
        declaration TEXT                       -- JSON; null: it has no task
      ) STRICT;
    `);
  },
};
