// The store's door: opens the database of a data directory. api.ts says what can be done with it.
import type { Store } from './api.ts';
import { StoreError } from './errors.ts';

export * from './api.ts';
export { StoreError, type StoreErrorCode } from './errors.ts';

/** `given` (--data-dir), else ELBOW_DATA_DIR, else the platform's folder for application data. Absolute. */
export function resolveDataDirectory(given?: string): string {
  throw new StoreError('invalid', `not there yet: ${given}`);
}

/**
 * Opens the store in this directory, making it where it does not exist and bringing an older one up to date.
 * With `readonly`, nothing is written and a missing database is an error.
 */
export function openStore(dataDirectory: string, options: { readonly?: boolean } = {}): Store {
  throw new StoreError('invalid', `not there yet: ${dataDirectory} ${options.readonly}`);
}

/** This process as an attempt's holder: `bootId` also tells apart processes that reuse a pid. */
export function processIdentity(): { pid: number; bootId: string } {
  throw new StoreError('invalid', 'not there yet');
}

/** Is the process that gave this identity still there? False after a reboot. */
export function processIsAlive(pid: number, bootId: string): boolean {
  throw new StoreError('invalid', `not there yet: ${pid} ${bootId}`);
}
