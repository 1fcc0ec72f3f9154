// The run that ships with Elbow, so that there is something true to replay in the first second.
import { WorkstationError } from '../contract/requests.ts';
import { openStore, StoreError, type Store } from '../store/store.ts';
import { applicationPath } from './application.ts';

/**
 * Copies the demo run into the store, or finds the copy that is there. Returns its id.
 * @param folder the data directory that the demo was made in
 */
export function importDemo(store: Store, folder: string = applicationPath('assets', 'demo')): string {
  const present = store.runs.list().find((run) => run.isDemo);
  if (present) return present.id;
  const source = openDemo(folder);
  try {
    const [demo] = source.runs.list();
    if (!demo)
      throw new WorkstationError({
        code: 'unavailable',
        message: 'The demo that ships with Elbow holds no run. Start a run of your own instead.',
        field: null,
      });
    return store.runs.copyFrom(source, demo.id, { isDemo: true });
  } finally {
    source.close();
  }
}

function openDemo(folder: string): Store {
  try {
    return openStore(folder, { readonly: true });
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== 'not-found') throw error;
    throw new WorkstationError({
      code: 'unavailable',
      message: `This copy of Elbow has no demo run in ${folder}. Start a run of your own instead.`,
      field: null,
    });
  }
}
