// Schema 4: what is known of processes: heartbeats on a clock that nobody sets, trainers that do not respond, starts that
// came to nothing, and who watches the queue.
import type { Migration } from '../migrate.ts';

export const fourth: Migration = {
  version: 4,
  up: (database) => {
    database.exec(`
      ALTER TABLE attempts ADD COLUMN heartbeat_uptime REAL;           -- seconds on the boot's monotonic clock
      ALTER TABLE runs ADD COLUMN claimed_uptime REAL;                 -- the same
      ALTER TABLE runs ADD COLUMN silent_seconds REAL;                 -- its trainer is there and does not respond; null: it does
      ALTER TABLE runs ADD COLUMN launches INTEGER NOT NULL DEFAULT 0; -- trainers started since the last that opened an attempt
      CREATE INDEX attempts_open ON attempts (run) WHERE ended_at IS NULL;

      -- At most one row: the process that starts waiting runs while nobody looks.
      CREATE TABLE queue_keeper (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        pid INTEGER NOT NULL,
        boot_id TEXT NOT NULL,
        heartbeat_at INTEGER NOT NULL,
        heartbeat_uptime REAL NOT NULL
      ) STRICT;
    `);
  },
};
