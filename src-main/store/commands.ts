// Requests to a run's trainer. A window or the CLI asks here, the trainer looks here between steps.
import { controlActions, type ControlAction } from '../contract/runs.ts';
import type { Command, CommandsApi } from './api.ts';
import { checkChoice, checkInteger, checkLine } from './checks.ts';
import type { Connection } from './connection.ts';
import { StoreError } from './errors.ts';

const select = 'SELECT id, run, action, requester, requested_at AS requestedAt FROM commands WHERE settled_at IS NULL';

export class Commands implements CommandsApi {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  request(run: string, action: ControlAction, requester: string): number {
    checkChoice('action', action, controlActions);
    checkLine('requester', requester, 200);
    return this.#connection.write(() => {
      this.#connection.touch(run, 'data');
      const row = this.#connection.get<{ state: string }>('SELECT state FROM runs WHERE id = ?', run);
      if (row?.state !== 'running' && row?.state !== 'paused') {
        throw new StoreError('conflict', `Run ${run} is ${row?.state}: no trainer holds it that could ${action}.`);
      }
      return this.#connection.run(
        'INSERT INTO commands (run, action, requester, requested_at) VALUES (?, ?, ?, ?)',
        run,
        action,
        requester,
        Date.now(),
      ).id;
    });
  }

  pending(run: string): Command[] {
    return this.#connection.all<Command>(`${select} AND run = ? ORDER BY id`, run);
  }

  done(id: number, step: number): void {
    checkInteger('step', step);
    this.#connection.write(() => {
      const row = this.#connection.get<{ run: string }>(
        'UPDATE commands SET settled_at = ?, done_step = ? WHERE id = ? RETURNING run',
        Date.now(),
        step,
        id,
      );
      if (!row) throw new StoreError('not-found', `There is no request ${id}`);
      this.#connection.touch(row.run, 'data');
    });
  }

  outstanding(): Command[] {
    return this.#connection.all<Command>(`${select} ORDER BY id`);
  }
}
