// Finds the connection behind a store, for imports that read rows which the public interface does not show.
import type { Store } from './api.ts';
import type { Connection } from './connection.ts';
import { StoreError } from './errors.ts';

const connections = new WeakMap<Store, Connection>();

export function registerConnection(store: Store, connection: Connection): void {
  connections.set(store, connection);
}

export function connectionOf(store: Store): Connection {
  const connection = connections.get(store);
  if (!connection) throw new StoreError('invalid', 'the source must be a store that openStore gave');
  return connection;
}
