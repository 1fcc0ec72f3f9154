// Events: what happened to a run, and at which step.
import type { RunEvent } from '../contract/runs.ts';
import type { EventsApi } from './api.ts';
import { checkChoice, checkInteger, checkText } from './checks.ts';
import type { Connection } from './connection.ts';

const kinds = [
  'started',
  'resumed',
  'paused',
  'checkpoint',
  'stopped',
  'finished',
  'failed',
  'extended',
  'device',
  'rolled-back',
  'warning',
  'edit',
  'prior',
] as const satisfies readonly RunEvent['kind'][];

export class Events implements EventsApi {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  append(run: string, attempt: number, event: Pick<RunEvent, 'step' | 'kind' | 'message' | 'requester'>): number {
    checkInteger('attempt', attempt);
    checkInteger('step', event.step);
    checkChoice('kind', event.kind, kinds);
    checkText('message', event.message, 20_000);
    if (event.requester !== null) checkText('requester', event.requester, 200);
    return this.#connection.write(() => {
      this.#connection.touch(run, event.kind === 'edit' ? 'summary' : 'data');
      if (event.kind === 'edit') this.#connection.run('UPDATE runs SET is_edited = 1 WHERE id = ?', run);
      return this.#connection.run(
        'INSERT INTO events (run, attempt, step, created_at, kind, message, requester) VALUES (?, ?, ?, ?, ?, ?, ?)',
        run,
        attempt,
        event.step,
        Date.now(),
        event.kind,
        event.message,
        event.requester,
      ).id;
    });
  }

  list(run: string): RunEvent[] {
    return this.#connection.all<RunEvent>(
      'SELECT id, attempt, step, created_at AS createdAt, kind, message, requester FROM events WHERE run = ? ORDER BY id',
      run,
    );
  }
}
