// Opens a store for whoever wants to look as much as to change: for writing where that can be, else for reading.
import type { Store } from './api.ts';
import { openStore } from './store.ts';
import { StoreError } from './errors.ts';

export interface OpenedStore {
  store: Store;
  /** Why nothing can be changed there: it may not be written, or has no room. null where it can. */
  problem: StoreError | null;
}

/** @throws StoreError where it cannot be read either */
export function openAsFarAsPossible(dataDirectory: string): OpenedStore {
  try {
    return { store: openStore(dataDirectory), problem: null };
  } catch (error) {
    if (!(error instanceof StoreError) || (error.code !== 'read-only' && error.code !== 'disk-full')) throw error;
    return { store: openForLooking(dataDirectory, error), problem: error };
  }
}

/** Where nothing is stored yet there is nothing to look at, and what was refused first is what matters. */
function openForLooking(dataDirectory: string, refused: StoreError): Store {
  try {
    return openStore(dataDirectory, { readonly: true });
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== 'not-found') throw error;
    throw new StoreError(refused.code, `${refused.message} No run is stored there either, so that there is nothing to show.`, {
      cause: error,
    });
  }
}
