// The index of checkpoint files. The trainer writes the files first and its row last, so that a row always
// stands for a whole checkpoint.
import type { Checkpoint, CheckpointsApi } from './api.ts';
import { checkInteger, checkRelativePath, refuse } from './checks.ts';
import { fromJson } from './columns.ts';
import type { Connection } from './connection.ts';
import { currentCheckpoints } from './current-rows.ts';
import { measureFiles } from './run-removal.ts';

interface CheckpointRow extends Omit<Checkpoint, 'details'> {
  details: string;
}

const columns = 'id, run, attempt, step, path, bytes, sha256, created_at AS createdAt, details';

export class Checkpoints implements CheckpointsApi {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  add(run: string, attempt: number, checkpoint: Omit<Checkpoint, 'id' | 'run' | 'attempt'>): void {
    const { step, path, bytes, sha256, createdAt, details } = checkpoint;
    checkInteger('step', step);
    checkInteger('bytes', bytes);
    checkInteger('createdAt', createdAt);
    checkRelativePath('path', path);
    if (!/^[0-9a-f]{64}$/.test(sha256)) refuse('sha256', '64 hexadecimal digits', sha256);
    this.#connection.write(() => {
      this.#connection.requireCurrentAttempt(run, attempt);
      this.#connection.run(
        'INSERT INTO checkpoints (run, attempt, step, path, bytes, sha256, created_at, details) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
        run,
        attempt,
        step,
        path,
        bytes,
        sha256,
        createdAt,
        JSON.stringify(details ?? null),
      );
      measureFiles(this.#connection, run);
      this.#connection.touch(run, 'summary');
    });
  }

  newest(run: string): Checkpoint | null {
    return this.list(run)[0] ?? null;
  }

  list(run: string): Checkpoint[] {
    return this.#connection
      .all<CheckpointRow>(`SELECT ${columns} FROM ${currentCheckpoints} WHERE run = ? ORDER BY step DESC, id DESC`, run)
      .map(parse);
  }

  removeOlder(run: string, keep: number): Checkpoint[] {
    checkInteger('keep', keep);
    return this.#connection.write(() => {
      const kept = new Set(
        this.list(run)
          .slice(0, keep)
          .map((checkpoint) => checkpoint.id),
      );
      const all = this.#connection.all<CheckpointRow>(`SELECT ${columns} FROM checkpoints WHERE run = ? ORDER BY id`, run).map(parse);
      const removed = all.filter((checkpoint) => !kept.has(checkpoint.id));
      for (const { id } of removed) this.#connection.run('DELETE FROM checkpoints WHERE id = ?', id);
      if (removed.length > 0) this.#connection.touch(run, 'summary');
      return removed;
    });
  }
}

function parse(row: CheckpointRow): Checkpoint {
  return { ...row, details: fromJson(row.details) };
}
