// Refusals and failures of the store, in words for a person: what happened, what was kept, what to do.

/**
 * newer-version: the database was written by a newer Elbow. read-only: its place cannot be written. disk-full:
 * no room for the write, which was undone. corrupt: the file is damaged or not Elbow's. locked: another process
 * kept the database busy for longer than the store waits. not-found: no such run, rollout or snapshot.
 * ambiguous: a name or prefix that fits several runs. conflict: the run's state forbids it. superseded: the writer holds
 * the run no more, so that its write was refused. invalid: a value out of range.
 */
export type StoreErrorCode =
  'newer-version' | 'read-only' | 'disk-full' | 'corrupt' | 'locked' | 'not-found' | 'ambiguous' | 'conflict' | 'superseded' | 'invalid';

export class StoreError extends Error {
  readonly code: StoreErrorCode;
  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StoreError';
    this.code = code;
  }
}
