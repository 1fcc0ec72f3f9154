// Behaviour priors: what was fitted to a stored run, kept with the run that uses it, so that it needs the other no more.
import { type FittedPriorSummary, shownFitSchema } from '../contract/fitted-prior.ts';
import type { FittedPrior, FittedPriorsApi } from './api.ts';
import { checkLine, refuse } from './checks.ts';
import { fromJson, toBlob, toUint8 } from './columns.ts';
import type { Connection } from './connection.ts';
import { StoreError } from './errors.ts';

interface PriorRow extends Omit<FittedPrior, 'details'> {
  details: string;
}

export class FittedPriors implements FittedPriorsApi {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  add(run: string, { sourceRun, details, data }: { sourceRun: string; details: unknown; data: Uint8Array }): number {
    const source = checkLine('sourceRun', sourceRun, 64);
    if (data.byteLength === 0) refuse('data', 'a file with content', 'an empty one');
    return this.#connection.write(() => {
      this.#connection.touch(run, 'summary');
      this.#connection.run('UPDATE runs SET row_bytes = row_bytes + ? WHERE id = ?', data.byteLength, run);
      return this.#connection.run(
        'INSERT INTO fitted_priors (run, source_run, created_at, details, data) VALUES (?, ?, ?, ?, ?)',
        run,
        source,
        Date.now(),
        JSON.stringify(details ?? null),
        toBlob(data),
      ).id;
    });
  }

  list(run: string): FittedPrior[] {
    return this.#connection
      .all<PriorRow>(
        `SELECT id, run, source_run AS sourceRun, created_at AS createdAt, length(data) AS bytes, details
       FROM fitted_priors WHERE run = ? ORDER BY id`,
        run,
      )
      .map((row) => ({ ...row, details: fromJson(row.details) }));
  }

  data(id: number): Uint8Array {
    const row = this.#connection.get<{ data: Buffer }>('SELECT data FROM fitted_priors WHERE id = ?', id);
    if (!row) throw new StoreError('not-found', `There is no fitted prior ${id}`);
    return toUint8(row.data);
  }
}

/** What of them is shown; one whose details are not an Elbow's is not. */
export function summariesOf(priors: readonly FittedPrior[]): FittedPriorSummary[] {
  return priors.flatMap(({ sourceRun, createdAt, details }) => {
    const fit = shownFitSchema.safeParse(details);
    return fit.success ? [{ sourceRun, createdAt, ...fit.data }] : [];
  });
}

/** Gives the run another one's priors too. Within a write. */
export function copyFittedPriors(connection: Connection, from: string, to: string): void {
  connection.run(
    `INSERT INTO fitted_priors (run, source_run, created_at, details, data)
     SELECT ?, source_run, created_at, details, data FROM fitted_priors WHERE run = ? ORDER BY id`,
    to,
    from,
  );
  connection.run(
    'UPDATE runs SET row_bytes = row_bytes + (SELECT coalesce(sum(length(data)), 0) FROM fitted_priors WHERE run = ?) WHERE id = ?',
    from,
    to,
  );
}
